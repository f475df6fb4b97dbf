'use strict';

// `npm run test:browser`: the inspector's page in Chromium, at CHROMIUM_PATH or where Debian installs it. Apart from
// `npm test`, which needs no browser.
/** @type {import('jest').Config} */
module.exports = {
  ...require('./jest.config.js'),
  roots: ['<rootDir>/test/browser'],
  testMatch: ['<rootDir>/test/browser/*.browser.ts'],
  globalSetup: '<rootDir>/test/browser/kit/build-page.ts',
  globalTeardown: '<rootDir>/test/browser/kit/remove-page.ts',
  // Two browsers on two busy cores take long to start.
  testTimeout: 180_000,
};
