import { setTimeout as pause } from 'node:timers/promises';
import { compiler, fakeClock, ownPlace, type Place, type Servers, sharedPlace } from '../places';
import { allSetups, type Fault, isQueue, type Stage, serverSetups } from '../scenario';
import type { SetupName } from '../setup';

const allS = (setup: SetupName): number => (isQueue(setup) ? 60 : 30);

/** The server has a clock of its own. */
async function serverWithClock(setup: SetupName): Promise<Place> {
  const clock = fakeClock();
  const place = await ownPlace(setup, { environment: clock.environment });
  return {
    ...place,
    setClock: clock.set,
    async remove() {
      await place.remove();
      clock.remove();
    },
  };
}

/** All processes of the service have a clock of their own. */
async function serviceWithClock(setup: SetupName, servers: Servers): Promise<Place> {
  const clock = fakeClock();
  const place = await sharedPlace(setup, servers);
  return {
    ...place,
    setClock: clock.set,
    environment: clock.environment,
    async remove() {
      await place.remove();
      clock.remove();
    },
  };
}

function jump(offset: string): Fault['apply'] {
  return async ({ place, mark }: Stage) => {
    place.setClock?.(offset);
    mark();
    await pause(3000);
  };
}

export const clockFaults: readonly Fault[] = [
  {
    name: 'server-clock-back',
    words: 'the clock of the server jumps back by an hour',
    setups: serverSetups,
    quick: ['redisStore, node-redis'],
    needs: compiler,
    open: serverWithClock,
    // A lease that runs when the clock jumps back ends: its delivery may run twice, unrecorded.
    expected: (setup) => ({ allS: allS(setup) }),
    apply: jump('-3600'),
  },
  {
    name: 'server-clock-forward',
    words: 'the clock of the server jumps forward by an hour',
    setups: serverSetups,
    needs: compiler,
    open: serverWithClock,
    expected: (setup) => ({ allS: allS(setup) }),
    apply: jump('+3600'),
  },
  {
    name: 'service-clock-back',
    words: 'the clock of all processes jumps back by an hour',
    setups: allSetups,
    needs: compiler,
    open: serviceWithClock,
    expected: (setup) => ({ allS: allS(setup) }),
    apply: jump('-3600'),
  },
  {
    name: 'service-clock-forward',
    words: 'the clock of all processes jumps forward by an hour',
    setups: allSetups,
    needs: compiler,
    open: serviceWithClock,
    expected: (setup) => ({ allS: allS(setup) }),
    apply: jump('+3600'),
  },
];
