import packageJson from '../../package.json';

/** The address of the repository. `scripts/set-repository.mjs` writes it wherever it stands. */
export const repository = packageJson.homepage.replace(/#.*$/, '');
