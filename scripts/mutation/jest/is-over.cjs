'use strict';

const watch = globalThis[Symbol.for('mutation')];

/** Whether a mutant has had its failure, or its time. Time that a busy machine took away notices nothing. */
module.exports = function isOver() {
  return watch.hasFailed || performance.now() > watch.until;
};
