'use strict';

// `npm run test:package`: what strangers install. Apart from `npm test`, since it needs the npm registry.
/** @type {import('jest').Config} */
module.exports = {
  ...require('../../jest.config.js'),
  rootDir: '../..',
  testMatch: ['<rootDir>/test/package/*.packed.ts'],
  globalSetup: '<rootDir>/test/package/install.ts',
  globalTeardown: '<rootDir>/test/package/remove.ts',
  testTimeout: 120_000,
};
