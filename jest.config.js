'use strict';

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  // For machines that are busy with something else: what hangs still fails.
  testTimeout: 60_000,
  // By itself Jest leaves a core idle, which on two cores is half of them.
  maxWorkers: '100%',
  testSequencer: '<rootDir>/test/slow-first.js',
  globalSetup: '<rootDir>/test/properties/print-seed.js',
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/integration/'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  // Whoever imports it gets it with the seed of this run.
  moduleNameMapper: {
    '^fast-check$': '<rootDir>/test/properties/fast-check.js',
    '^fast-check/unseeded$': require.resolve('fast-check'),
  },
  // The built package is what strangers import; its copies are no modules of the tests.
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/test/consumers/'],
};
