'use strict';

const { join, resolve } = require('node:path');
const base = require('../../../jest.config.js');

const root = resolve(__dirname, '../../..');
/** What proves nothing about the rooms, or nothing that another test does not prove sooner. */
const without = ['integration', 'docs', 'examples', 'bench', 'cli', 'types', 'package', 'compatibility', 'mutation'];
const withoutFiles = [
  'architecture',
  'peers',
  'deduplication/memory',
  'pipeline/leaks',
  'events/contract(-.*)?',
  // Programs of their own, which have no mutants.
  'journals/file/(kill|power|full-disk)',
];

/** With `--tests`: what lies in no folder that it names. */
const only = process.env.MUTATION_TESTS?.replaceAll(',', '|');

/** The tests as Stryker runs them: in an order of its own, up to the first failure, and properties with few runs. */
module.exports = {
  ...base,
  rootDir: root,
  globalSetup: undefined,
  testPathIgnorePatterns: [
    '/node_modules/',
    ...without.map((folder) => `/test/${folder}/`),
    ...(only === undefined ? [] : [`^(?!.*/test/(${only})/)`]),
    ...withoutFiles.map((name) => `/test/${name}\\.test\\.ts$`),
  ],
  testEnvironment: join(__dirname, 'environment.cjs'),
  testRunner: join(__dirname, 'jest-circus-until-failed.cjs'),
  testSequencer: join(__dirname, 'sequencer.cjs'),
  moduleNameMapper: { ...base.moduleNameMapper, '^fast-check$': join(__dirname, 'fast-check.cjs') },
};
