'use strict';
const { mock, test } = require('node:test');
const { setImmediate: turn } = require('node:timers/promises');
const { deadlines, delivers } = require('./promises.cjs');

test('delivers', delivers);

test('deadlines', () =>
  deadlines(() => {
    mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'] });
    const advance = async (ms) => {
      await turn();
      mock.timers.tick(ms);
    };
    return { advance, end: () => mock.timers.reset() };
  }));
