'use strict';

const { TestEnvironment } = require('jest-environment-node');

const watch = globalThis[Symbol.for('mutation')];

const nameOf = ({ name, parent }) => (parent ? `${nameOf(parent)} ${name}`.trim() : '');

/**
 * Skips what comes after the first failure, and what fails without a change. Jest's own `bail` ends the process, and Stryker's
 * with it.
 */
module.exports = class UntilFailed extends TestEnvironment {
  handleTestEvent({ name, test }) {
    if (watch.hasFailed === undefined) return;
    if (name === 'test_start' && (watch.hasFailed || watch.leftOut.has(nameOf(test)))) test.mode = 'skip';
    if (name === 'test_done' && test.errors.length > 0) watch.hasFailed = true;
  }
};
