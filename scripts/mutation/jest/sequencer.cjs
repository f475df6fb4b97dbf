'use strict';

const Sequencer = require('@jest/test-sequencer').default;

const watch = globalThis[Symbol.for('mutation')];

/** The files in the order in which they were chosen. */
module.exports = class AsChosen extends Sequencer {
  sort(tests) {
    return [...tests].sort((a, b) => watch.order.indexOf(a.path) - watch.order.indexOf(b.path));
  }
};
