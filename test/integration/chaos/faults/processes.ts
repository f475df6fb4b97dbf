import { setTimeout as pause } from 'node:timers/promises';
import { allSetups, type Expected, type Fault, hasJournal, isForgetful, isQueue } from '../scenario';
import type { SetupName } from '../setup';

/** Long enough for a process to hold something when it dies, at no more than a worker can do. */
const app = { handlerMs: 1500 };
const load = { perSecond: 4 };
/** A lease of 15 s and a repeat; with a queue, what SPEC promises. */
const allS = (setup: SetupName): number => (isQueue(setup) ? 60 : 20);

/** In memory nothing survives its process. How a delivery ended is written after its answer. */
function afterItsEnd(setup: SetupName): Partial<Expected> {
  return { twice: isForgetful(setup) ? 'not promised' : 0, ...(hasJournal(setup) ? { ends: 'not promised' } : {}) };
}

export const processFaults: readonly Fault[] = [
  {
    name: 'killed-web',
    words: 'SIGKILL of a process that answers, and a new one in its place',
    setups: allSetups,
    quick: ['memory', 'fileJournal'],
    app,
    load,
    expected: (setup) => ({ allS: allS(setup), ...afterItsEnd(setup) }),
    async apply({ fleet, webs, mark }) {
      await fleet.crash(webs[0] as number);
      mark();
    },
  },
  {
    name: 'killed-worker',
    words: 'SIGKILL of a worker, and no other in its place for 60 s',
    setups: ['BullMQ', 'pg-boss'],
    app,
    load,
    expected: (setup) => ({ allS: allS(setup) }),
    async apply({ fleet, handling, mark }) {
      fleet.kill(handling[0] as number);
      mark();
    },
  },
  {
    name: 'killed-all',
    words: 'SIGKILL of all processes at once, and new ones in their places',
    setups: allSetups,
    app,
    load,
    expected: (setup) => ({ allS: allS(setup), ...afterItsEnd(setup) }),
    async apply({ fleet, mark }) {
      await Promise.all(Array.from({ length: fleet.size }, (_each, index) => fleet.crash(index)));
      mark();
    },
  },
  {
    name: 'stopped-web',
    words: 'SIGSTOP of a process that answers for 20 s, longer than a lease',
    setups: allSetups,
    app,
    load,
    expected: (setup) => ({ allS: allS(setup) }),
    async apply({ fleet, webs, mark }) {
      fleet.signal(webs[0] as number, 'SIGSTOP');
      await pause(20_000);
      fleet.signal(webs[0] as number, 'SIGCONT');
      mark();
    },
  },
  {
    name: 'stopped-worker',
    words: 'SIGSTOP of a worker for 40 s, longer than its lock',
    setups: ['BullMQ', 'pg-boss'],
    app,
    load,
    expected: (setup) => ({ allS: allS(setup), answersS: 2, servesDuring: 0.99 }),
    async apply({ fleet, handling, mark }) {
      fleet.signal(handling[0] as number, 'SIGSTOP');
      await pause(40_000);
      fleet.signal(handling[0] as number, 'SIGCONT');
      mark();
    },
  },
  {
    name: 'deploy',
    words: 'a rolling deploy: each process is told to end and is followed by a new one',
    setups: allSetups,
    quick: ['pg-boss'],
    app,
    load,
    // Closing gives every claim back: nobody waits for a lease.
    expected: (setup) => ({ allS: 12, twice: isForgetful(setup) ? 'not promised' : 0 }),
    async apply({ fleet, mark }) {
      await fleet.deploy();
      mark();
    },
  },
];
