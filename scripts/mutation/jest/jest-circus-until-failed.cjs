'use strict';

const { createEmptyTestResult } = require('@jest/test-result');
const run = require('jest-circus/runner');
const isOver = require('./is-over.cjs');

const runner = run.default ?? run;

/** Does not load files that come after the first failure or the mutant's time. Stryker knows the runner by `jest-circus` in its path. */
module.exports = function runUntilFailed(globalConfig, config, environment, runtime, testPath, ...rest) {
  if (!isOver()) return runner(globalConfig, config, environment, runtime, testPath, ...rest);
  // A file without any test would count as an error.
  const skipped = { ancestorTitles: [], failureMessages: [], fullName: 'skipped', status: 'pending', title: 'skipped' };
  return { ...createEmptyTestResult(), numPendingTests: 1, testFilePath: testPath, testResults: [skipped] };
};
