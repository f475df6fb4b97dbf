const group = 'Installs';
const house = 'installs';

/** What users have of packages that would be peers, in versions that no adapter of ours takes. */
const old = {
  bullmq: '5.1.0',
  express: '4.18.0',
  ioredis: '4.28.5',
  '@electric-sql/pglite': '0.1.5',
  pg: '7.18.2',
  'pg-boss': '9.0.3',
  redis: '3.1.2',
};

/** npm is tried by `npm run test:package`. */
const initialised = {
  pnpm: { pnpm: '10.20.0' },
  'Yarn 1': { yarn: '1.22.22' },
  'Yarn with PnP': { '@yarnpkg/cli-dist': '4.18.1' },
};

export const rows = [
  ...Object.entries(old).map(([name, version]) => ({
    group,
    name: `npm, beside ${name} ${version}`,
    packages: { [name]: version },
    house,
    main: 'beside.cjs',
    args: [JSON.stringify({ [name]: version })],
  })),
  { group, name: 'pnpm', packages: { pnpm: '10.20.0' }, house, main: 'install.mjs', args: ['pnpm'] },
  {
    group,
    name: 'Yarn with PnP; modules need `pnpEnableEsmLoader`',
    packages: { '@yarnpkg/cli-dist': '4.18.1' },
    house,
    main: 'install.mjs',
    args: ['yarn'],
  },
  ...Object.entries(initialised).map(([manager, packages]) => ({
    group,
    name: `\`init\`, and the commands that it prints, with ${manager}`,
    packages,
    house,
    main: 'init.mjs',
    args: [manager === 'pnpm' ? 'pnpm' : 'yarn'],
    seconds: 400,
  })),
  ...Object.entries({
    npm: { 'playwright-core': '1.65.1' },
    pnpm: { pnpm: '10.20.0' },
    yarn: { '@yarnpkg/cli-dist': '4.18.1' },
  }).map(([manager, packages]) => ({
    group,
    name: `the first five minutes, as the README prints them, with ${manager}`,
    packages,
    ...(manager === 'npm' && { shown: 'npm and Chromium of this machine' }),
    house,
    main: 'newcomer.mjs',
    args: [manager],
    blocks: [
      { document: 'README.md', heading: 'bigmind-webhooks', as: 'app.js' },
      { document: 'README.md', heading: 'Testing', as: 'check.js' },
    ],
    types: false,
  })),
];
