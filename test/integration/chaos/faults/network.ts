import { setTimeout as pause } from 'node:timers/promises';
import type { Wire } from '../../kit/proxy';
import { type Expected, type Fault, hasJournal, isQueue, type Stage, serverSetups } from '../scenario';
import type { SetupName } from '../setup';

function wireOf({ place }: Stage): Wire {
  if (place.wire === undefined) throw new Error('There is no wire.');
  return place.wire;
}

/** Breaks the wire for a while. Times are counted from when it is whole again. */
function broken(forMs: number, breakIt: (wire: Wire) => void): Fault['apply'] {
  return async (stage) => {
    const wire = wireOf(stage);
    breakIt(wire);
    await pause(forMs);
    wire.mend();
    stage.mark();
  };
}

function silent(setup: SetupName): RegExp {
  if (hasJournal(setup)) return /"silent":"(journal|store)"|(journal|delivery store) did not answer/;
  return isQueue(setup) ? /"silent":"(queue|worker)"/ : /"silent":"store"/;
}
/** A job whose worker was out of reach for longer than its lock is found by another. */
const allS = (setup: SetupName): number => (isQueue(setup) ? 60 : 30);
const back = (setup: SetupName): Partial<Expected> => ({ allS: allS(setup), says: silent(setup) });

const minute = { warmUpMs: 8000, firstPauseMs: 5000, longestPauseMs: 10_000 };

export const networkFaults: readonly Fault[] = [
  {
    name: 'cut',
    words: 'the network is cut for 5 s: connections break, new ones are refused',
    setups: serverSetups,
    quick: ['redisStore, node-redis'],
    expected: (setup) => ({ allS: allS(setup), says: /unavailable|"trouble"/ }),
    apply: broken(5000, (wire) => wire.cut()),
  },
  {
    name: 'half-open',
    words: 'open connections swallow everything, new ones work',
    setups: serverSetups,
    quick: ['redisStore, ioredis', 'BullMQ'],
    expected: back,
    async apply(stage) {
      wireOf(stage).halfOpen();
      stage.mark();
      // New connections of a pool may answer at once: the log says so when an old one has not.
      await pause(3000);
    },
  },
  {
    name: 'stall',
    words: 'the network stalls for 8 s in both ways',
    setups: serverSetups,
    quick: ['postgresStore'],
    expected: (setup) => ({ ...back(setup), answersS: 2 }),
    apply: broken(8000, (wire) => wire.stall()),
  },
  {
    name: 'stalled-requests',
    words: 'requests stall for 8 s, answers come',
    setups: serverSetups,
    expected: (setup) => ({ ...back(setup), answersS: 2 }),
    apply: broken(8000, (wire) => wire.stall('requests')),
  },
  {
    name: 'stalled-answers',
    words: 'answers stall for 8 s, requests arrive',
    setups: serverSetups,
    expected: (setup) => ({ ...back(setup), answersS: 2 }),
    apply: broken(8000, (wire) => wire.stall('answers')),
  },
  {
    name: 'delay',
    words: 'everything arrives 300 ms later for 8 s, in both ways, at 4 deliveries a second',
    setups: serverSetups,
    // What a pool of ten connections can carry.
    load: { perSecond: 4 },
    expected: (setup) => ({ allS: allS(setup), servesDuring: 0.9 }),
    apply: broken(8000, (wire) => wire.delay(300)),
  },
  {
    name: 'long-delay',
    words: 'everything arrives 3 s later for 12 s, in both ways',
    setups: serverSetups,
    expected: back,
    apply: broken(12_000, (wire) => wire.delay(3000)),
  },
  {
    name: 'lost-answers',
    words: 'for 5 s requests arrive, and each connection breaks before its answer',
    setups: serverSetups,
    expected: (setup) => ({ allS: allS(setup), says: /unavailable|"trouble"/ }),
    apply: broken(5000, (wire) => wire.loseAnswers()),
  },
  {
    name: 'minute-of-stall',
    words: 'the network stalls for 60 s at 60 deliveries a second',
    setups: serverSetups,
    load: { ...minute, perSecond: 60 },
    expected: (setup) => ({ answersS: 2, says: silent(setup), allS: 60 }),
    apply: broken(60_000, (wire) => wire.stall()),
  },
  {
    name: 'minute-of-large-stall',
    words: 'the network stalls for 60 s at 30 deliveries a second of 60 KB',
    setups: serverSetups,
    load: { ...minute, perSecond: 30, bytes: 60_000 },
    expected: (setup) => ({ duringMb: 60, says: silent(setup), allS: 60 }),
    apply: broken(60_000, (wire) => wire.stall()),
  },
];
