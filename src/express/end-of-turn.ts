import timers from 'node:timers';

/** The real one is kept: a test with fake timers should still get an answer. */
export const atEndOfTurn: typeof setImmediate = timers.setImmediate;
