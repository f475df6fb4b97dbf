import timers from 'node:timers';

// The real ones are kept: a test with fake timers should still get an answer.
export const atEndOfTurn: typeof setImmediate = timers.setImmediate;
export const setTimeout: typeof globalThis.setTimeout = timers.setTimeout;
