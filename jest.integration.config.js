'use strict';

const base = require('./jest.config.js');

/** The tests that need Redis and PostgreSQL: at REDIS_URL and DATABASE_URL, else where they usually are. */
module.exports = {
  ...base,
  roots: ['<rootDir>/test/integration'],
  testPathIgnorePatterns: ['/node_modules/'],
  // A server in the process, such as PGlite, takes most of a minute to start where every core is busy.
  testTimeout: 180_000,
};
