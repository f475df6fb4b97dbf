const group = 'Test runners';
const express = { express: '5.3.0' };
const house = 'tests';
const jest = { jest: '30.5.2' };
const vitest = { vitest: '3.2.4', 'happy-dom': '20.0.0' };

const jestBin = '../node_modules/jest/bin/jest.js';
const vitestOf = (...args) => [
  'node',
  '../node_modules/vitest/vitest.mjs',
  'run',
  '--globals=false',
  'vitest.test.mjs',
  ...args,
];

export const rows = [
  {
    group,
    name: 'Jest 30, CommonJS, with fake timers',
    packages: { ...jest, ...express },
    house,
    command: ['node', jestBin, '--rootDir', '.', '--testMatch', '**/jest.test.cjs'],
  },
  {
    group,
    name: 'Jest 30, ESM, with fake timers',
    packages: { ...jest, ...express },
    house,
    command: ['node', '--experimental-vm-modules', jestBin, '--rootDir', '.', '--testMatch', '**/jest.test.mjs'],
  },
  {
    group,
    name: 'Jest 29, CommonJS, with fake timers',
    packages: { jest: '29.7.0', ...express },
    house,
    command: ['node', jestBin, '--rootDir', '.', '--testMatch', '**/jest.test.cjs'],
  },
  { group, name: 'Vitest 3, with fake timers', packages: { ...vitest, ...express }, house, command: vitestOf() },
  {
    group,
    name: 'Vitest 3 with happy-dom, with fake timers',
    packages: { ...vitest, ...express },
    house,
    command: vitestOf('--environment', 'happy-dom'),
  },
  {
    group,
    name: 'Vitest 5, with fake timers',
    packages: { vitest: '5.1.1', 'happy-dom': '21.0.4', vite: '8.3.8', ...express },
    house,
    command: vitestOf(),
    minNode: '22.12',
  },
  {
    group,
    name: 'Vitest 5 with happy-dom, with fake timers',
    packages: { vitest: '5.1.1', 'happy-dom': '21.0.4', vite: '8.3.8', ...express },
    house,
    command: vitestOf('--environment', 'happy-dom'),
    minNode: '22.12',
  },
  {
    group,
    name: 'Mocha 12, with the clock of sinon',
    packages: { mocha: '12.0.3', sinon: '22.1.0', ...express },
    house,
    command: ['node', '../node_modules/mocha/bin/mocha.js', '--exit', 'mocha.spec.cjs'],
  },
  { group, name: 'node:test, with mock.timers', packages: express, house, command: ['node', '--test', 'node.cjs'] },
];
