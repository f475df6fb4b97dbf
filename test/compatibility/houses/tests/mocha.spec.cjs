'use strict';
const sinon = require('sinon');
const { deadlines, delivers } = require('./promises.cjs');

it('delivers', delivers).timeout(30_000);

it('deadlines', () =>
  deadlines(() => {
    const clock = sinon.useFakeTimers();
    return { advance: (ms) => clock.tickAsync(ms), end: () => clock.restore() };
  })).timeout(30_000);
