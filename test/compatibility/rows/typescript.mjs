const versions = ['5.0.4', '5.4.5', '5.9.3', '6.0.3', '7.0.2'];

export const rows = versions.map((version) => ({
  group: 'TypeScript',
  name: `TypeScript ${version.split('.').slice(0, 2).join('.')}, in each module mode`,
  packages: { typescript: version, '@types/node': '20.19.43' },
  house: 'typescript',
  main: 'check.mjs',
  seconds: 300,
}));
