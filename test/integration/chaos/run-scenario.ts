import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { bigmindWebhooks } from '../../../src/index';
import { examplePayload, type SignedDelivery, signDelivery } from '../../../src/testing/index';
import { clockMs } from '../kit/clock';
import { type Ended, type Fleet, type Role, startFleet } from '../kit/fleet';
import { secret } from '../kit/sender';
import { readDiary } from '../soak/account';
import { Vendor } from '../soak/vendor';
import type { AppConfig } from './app';
import { readJournal } from './journal-seen';
import { journalIn, type Place, type Servers, sharedPlace } from './places';
import {
  type Expected,
  expectedOf,
  isForgetful,
  isQueue,
  type Load,
  type Scenario,
  type Seen,
  type Sent,
} from './scenario';

export interface Ground extends Servers {
  /** The program of the service, which uses the built package. */
  readonly appFile: string;
  /** A Redis that no fault reaches. */
  readonly ledgerUrl: string;
}

const handlers = ['quick', 'slow'] as const;
const usualLoad: Load = { perSecond: 20, bytes: 900, warmUpMs: 2500, firstPauseMs: 50, longestPauseMs: 1500 };
/** The receiver that knows the keys of deliveries. */
const reader = bigmindWebhooks({ secret, signature: 'auto', deduplicate: false, logger: false });

export async function runScenario({ fault, setup }: Scenario, ground: Ground): Promise<Seen> {
  const load = { ...usualLoad, ...fault.load };
  const expected = expectedOf({ fault, setup });
  const namespace = `chaos-${randomUUID()}`;
  const roles: readonly Role[] = isForgetful(setup) ? ['web'] : isQueue(setup) ? twoAndTwo : ['web', 'web'];
  const place = await (fault.open ?? sharedPlace)(setup, ground);
  let fleet: Fleet | undefined;
  const ledger = new Redis(ground.ledgerUrl);
  try {
    const config: Omit<AppConfig, 'role' | 'port'> = {
      setup,
      url: place.url,
      directory: place.folder && journalIn(place.folder),
      sentinels: place.sentinels,
      namespace,
      secret,
      ledgerUrl: ground.ledgerUrl,
      handlerMs: 5,
      ...fault.app,
    };
    fleet = await startFleet(ground.appFile, roles, config, place.environment);
    return await observe({ fault, setup }, { load, expected, namespace, roles, place, fleet, ledger });
  } finally {
    await fleet?.stop();
    await ledger.quit();
    await place.remove();
  }
}

const twoAndTwo: readonly Role[] = ['web', 'web', 'worker', 'worker'];

interface Course {
  readonly load: Load;
  readonly expected: Expected;
  readonly namespace: string;
  readonly roles: readonly Role[];
  readonly place: Place;
  readonly fleet: Fleet;
  readonly ledger: Redis;
}

async function observe({ fault, setup }: Scenario, course: Course): Promise<Seen> {
  const { load, expected, namespace, roles, place, fleet, ledger } = course;
  const sent = new Map<string, Sent>();
  const keys = new Map<SignedDelivery, string>();
  const answeredAt = new Map<number, number>();
  const during = { all: 0, ok: 0 };
  let beganAt = Number.POSITIVE_INFINITY;
  let markedAt = Number.POSITIVE_INFINITY;

  const vendor = new Vendor(fleet.ports, {
    copied: 0.04,
    brokenOff: 0.01,
    mostAttempts: 1000,
    firstPauseMs: load.firstPauseMs,
    longestPauseMs: load.longestPauseMs,
    make() {
      const note = someNote(load.bytes);
      const key = reader.verify(note).then(({ key }) => {
        keys.set(note, key);
        sent.set(key, { firstAt: clockMs(), note, acknowledged: false });
      });
      void key;
      return note;
    },
    onReply(note, port, { status }, sentAt) {
      const key = keys.get(note) ?? '';
      const isOk = status === 200;
      const delivery = sent.get(key);
      if (isOk && delivery !== undefined) delivery.acknowledged = true;
      if (sentAt >= beganAt && sentAt < markedAt) {
        during.all += 1;
        if (isOk) during.ok += 1;
      }
      if (isOk && sentAt >= markedAt && !answeredAt.has(port)) answeredAt.set(port, clockMs());
    },
  });
  let sending = true;
  const stream = (async () => {
    const start = clockMs();
    for (let count = 0; sending; ) {
      for (; count < ((clockMs() - start) / 1000) * load.perSecond; count += 1) vendor.send();
      await pause(10);
    }
  })();
  const memory = watchMemory(fleet);

  await pause(load.warmUpMs);
  memory.startsNow();
  const handling = [...roles.keys()].filter((index) => !isQueue(setup) || roles[index] === 'worker');
  const webs = [...roles.keys()].filter((index) => roles[index] === 'web');
  beganAt = clockMs();
  function mark(): void {
    markedAt = clockMs();
    memory.faultEnds();
  }
  await fault.apply({ setup, place, fleet, webs, handling, mark });
  if (markedAt === Number.POSITIVE_INFINITY) throw new Error(`${fault.name} has no mark`);

  // Until all answer and a new delivery is handled; twice as long as it may take, to say how long it did.
  const patient = markedAt + 2000 * Math.max(expected.answersS, expected.handlesS);
  let handledAt = Number.POSITIVE_INFINITY;
  for (; clockMs() < patient; await pause(200)) {
    if (answeredAt.size < fleet.ports.length) continue;
    const { effects } = readDiary(await ledger.lrange(`${namespace}:log`, 0, -1), handlers);
    for (const [key, { firstAt }] of sent) {
      if (firstAt >= markedAt) handledAt = Math.min(handledAt, effects.get(`${key} slow`)?.at ?? handledAt);
    }
    if (handledAt < Number.POSITIVE_INFINITY) break;
  }
  await pause(500);
  sending = false;
  await stream;
  const settledBy = clockMs() + expected.allS * 1000 + 15_000;
  const finished = vendor.finish();
  await Promise.race([finished, pause(Math.max(0, settledBy - clockMs()), undefined, { ref: false })]);
  vendor.giveUp();
  const { outcomes } = await finished;

  async function unhandled(): Promise<{ readonly lost: number; readonly lastMs: number; readonly twice: number }> {
    const lines = await ledger.lrange(`${namespace}:log`, 0, -1);
    const { effects, doubled } = readDiary(lines, handlers);
    let [lost, lastMs] = [0, 0];
    for (const [key, { firstAt, acknowledged }] of sent) {
      const times = handlers.map((name) => effects.get(`${key} ${name}`)?.at);
      for (const at of times) if (at !== undefined) lastMs = Math.max(lastMs, at - Math.max(markedAt, firstAt));
      if (acknowledged && times.includes(undefined)) lost += 1;
    }
    return { lost, lastMs, twice: doubled };
  }
  let found = await unhandled();
  // What is lost for good is not waited for where it may be lost.
  const goneBy = expected.lost === 0 ? settledBy : clockMs() + 15_000;
  while (found.lost > 0 && clockMs() < goneBy) {
    await pause(500);
    found = await unhandled();
  }
  const { duringMb, overIdleMb } = memory.stop();
  const { ends, output } = await fleet.end();
  const journal = await readJournal({ setup, place, namespace, sent });
  const { says } = expected;
  return {
    sent: sent.size,
    lost: found.lost,
    twice: found.twice,
    answersS:
      fleet.ports.length > answeredAt.size ? Number.POSITIVE_INFINITY : secondsTo(Math.max(...answeredAt.values())),
    handlesS: secondsTo(handledAt),
    allS: found.lastMs / 1000,
    servedDuring: during.all === 0 ? 1 : during.ok / during.all,
    overIdleMb,
    duringMb,
    said: says === undefined ? undefined : output.split('\n').find((line) => says.test(line)),
    givenUp: [...sent.values()].filter(({ acknowledged }) => !acknowledged).length,
    fallen: [
      ...fleet.fallen.map((ended) => wordsOf('by itself', ended)),
      ...ends.filter(({ code }) => code !== 0).map((ended) => wordsOf('when it was told to end', ended)),
    ],
    outcomes,
    journal,
  };

  function secondsTo(at: number): number {
    return (at - markedAt) / 1000;
  }
}

/** How a process ended, with its last words that are not about a delivery. */
function wordsOf(when: string, { code, signal, output }: Ended): string {
  const words = output.split('\n').filter((line) => line !== '' && !line.includes('"outcome"'));
  return [`${signal ?? code}, ${when}`, ...words.slice(-8)].map((line) => line.slice(0, 300)).join('\n         ');
}

function someNote(bytes: number): SignedDelivery {
  const data = { note_id: randomUUID(), content: 'Zürich, 14:30. '.repeat(Math.max(1, (bytes - 700) / 16)) };
  return signDelivery({ payload: examplePayload('notes_created', { data }), secret });
}

/** Looks at the memory of all processes, twice a second. */
function watchMemory(fleet: Fleet) {
  let idle: number[] = [];
  let [overIdleMb, duringMb] = [0, 0];
  const measure = (): number[] => Array.from({ length: fleet.size }, (_each, index) => fleet.megabytes(index));
  function look(): void {
    if (idle.length === 0) return;
    for (const [index, megabytes] of measure().entries()) {
      if (megabytes > 0) overIdleMb = Math.max(overIdleMb, megabytes - (idle[index] ?? 0));
    }
  }
  const timer = setInterval(look, 500);
  return {
    startsNow() {
      idle = measure();
    },
    faultEnds() {
      look();
      duringMb = overIdleMb;
    },
    stop() {
      clearInterval(timer);
      return { overIdleMb, duringMb };
    },
  };
}
