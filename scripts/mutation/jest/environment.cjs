'use strict';

const { TestEnvironment } = require('jest-environment-node');

const isOver = require('./is-over.cjs');

const watch = globalThis[Symbol.for('mutation')];

const nameOf = ({ name, parent }) => (parent ? `${nameOf(parent)} ${name}`.trim() : '');

/**
 * Skips what comes after the first failure or after the mutant's time, and what fails without a change. Jest's own `bail` ends
 * the process, and Stryker's with it.
 */
module.exports = class UntilFailed extends TestEnvironment {
  handleTestEvent({ name, test }) {
    if (name === 'test_start' && (isOver() || watch.leftOut.has(nameOf(test)))) test.mode = 'skip';
    // Without a mutant there is no time either, and all tests run.
    if (name === 'test_done' && test.errors.length > 0) watch.hasFailed = Number.isFinite(watch.until);
  }
};
