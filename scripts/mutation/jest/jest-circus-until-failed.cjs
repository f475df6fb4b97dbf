'use strict';

const { createEmptyTestResult } = require('@jest/test-result');
const run = require('jest-circus/runner');

const watch = globalThis[Symbol.for('mutation')];
const runner = run.default ?? run;

/** Does not load files that come after the first failure. Stryker knows the runner by `jest-circus` in its path. */
module.exports = function runUntilFailed(globalConfig, config, environment, runtime, testPath, ...rest) {
  if (!watch.hasFailed) return runner(globalConfig, config, environment, runtime, testPath, ...rest);
  // A file without any test would count as an error.
  const skipped = { ancestorTitles: [], failureMessages: [], fullName: 'skipped', status: 'pending', title: 'skipped' };
  return { ...createEmptyTestResult(), numPendingTests: 1, testFilePath: testPath, testResults: [skipped] };
};
