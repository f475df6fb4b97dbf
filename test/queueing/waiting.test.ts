import { setTimeout as pause } from 'node:timers/promises';
import { type DeliveryStore, memoryStore } from '../../src';
import { Closing } from '../../src/foundations/closing';
import { Settled } from '../../src/foundations/delivery';
import { EventLimits } from '../../src/queueing/event-limits';
import { runJob } from '../../src/queueing/run-job';
import { examplePayload, signDelivery } from '../../src/testing';
import { FaultyStore, rejects } from '../deduplication/kit';
import { ArrayQueue, calm, closeAll, type Gate, gate, genuine, notedLog, secret, send, service, until } from './kit';

afterEach(closeAll);

/** A store in which another worker has every delivery, the first `times` that it is asked. */
function heldElsewhere(times: number): { readonly store: DeliveryStore; readonly asked: () => number } {
  const store = memoryStore();
  let asked = 0;
  const claim: DeliveryStore['claim'] = (...given) =>
    ++asked > times ? store.claim(...given) : { running: true, retryAfterMs: 1 };
  const others = {
    extend: store.extend.bind(store),
    succeeded: store.succeeded.bind(store),
    complete: store.complete.bind(store),
    release: store.release.bind(store),
  };
  return { store: { claim, ...others }, asked: () => asked };
}

describe('a delivery that another worker has', () => {
  test('is waited for, which uses up no attempt and is one line in the log', async () => {
    const { store, asked } = heldElsewhere(2);
    const { logger, lines } = notedLog();
    const { web, worker, queue } = service({ deduplicate: { store } });
    await worker({ logger })
      .on('*', () => undefined)
      .work();
    await send(web, genuine());
    await until(() => queue.verdicts.length > 0);
    expect([asked(), queue.states]).toEqual([3, ['done after 0']]);
    expect(lines).toEqual([expect.objectContaining({ outcome: 'processed', attempt: 1 })]);
  });

  /** Runs a job that another worker has for so long, by a lease that is short. */
  async function attempted(heldMs: number, maxRunMs: number): Promise<string> {
    const freeAt = performance.now() + heldMs;
    const run = (): Settled =>
      performance.now() < freeAt ? new Settled('in-progress', { retryAfterMs: 1 }) : new Settled('processed');
    const settings = {
      open: () => ({ bytes: 0, key: '', event: 'notes_created', known: {}, trace: undefined, run }),
      report: () => undefined,
      telemetry: undefined,
      clock: Date,
      maxRunMs,
      leaseMs: 300,
    };
    return await runJob({}, undefined, new EventLimits(new Map()), new Closing(), settings).catch(String);
  }

  test('is waited for while the claim of a lost worker lasts, however short maxRunMs is', async () => {
    expect(await attempted(300, 1)).toBe('done');
  });

  test('is waited for no longer than that and maxRunMs: then the attempt has failed', async () => {
    const begun = performance.now();
    const failed = 'Error: in-progress: The delivery is being handled';
    expect(await attempted(Number.POSITIVE_INFINITY, 1)).toBe(failed);
    expect(await attempted(Number.POSITIVE_INFINITY, 900)).toBe(failed);
    // Node counts a timer from when its turn began, on a busy machine well before.
    expect(performance.now() - begun).toBeGreaterThan(600 + 900 - 200);
  });
});

test('an outage of the store is waited out: it uses up no attempt, is told of once when it begins, and nothing runs', async () => {
  const store = new FaultyStore().break(rejects);
  const { logger, lines } = notedLog();
  const { web, worker, queue } = service({ deduplicate: { store } });
  const outcomes: string[] = [];
  const handled: unknown[] = [];
  await worker({ logger })
    .on('*', (event) => void handled.push(event))
    .onError((_error, { outcome }) => void outcomes.push(outcome))
    .work();
  await send(web, genuine());
  await until(() => outcomes.length > 0);
  expect(handled).toStrictEqual([]);
  store.mend();
  await until(() => queue.verdicts.length > 0);
  expect(queue.states).toEqual(['done after 0']);
  expect([outcomes, handled.length]).toEqual([['unavailable'], 1]);
  expect(lines).toEqual([
    expect.objectContaining({ outcome: 'unavailable', event: 'notes_created' }),
    expect.objectContaining({ outcome: 'processed', event: 'notes_created' }),
  ]);
});

test('an outage that begins while a job waits for the claim of a lost worker is told of once, too', async () => {
  const store = new FaultyStore();
  const { logger, lines } = notedLog();
  const { web, worker, queue } = service({ deduplicate: { store } });
  await send(web, genuine());
  void store.claim(String(queue.entries[0]?.key), 1500, 60_000);
  const outcomes: string[] = [];
  await worker({ logger })
    .on('*', () => undefined)
    .onError((_error, { outcome }) => void outcomes.push(outcome))
    .work();
  await until(() => store.calls.length === 2);
  store.break(rejects);
  await until(() => store.calls.length === 4);
  store.mend();
  await until(() => queue.verdicts.length > 0);
  expect(outcomes).toEqual(['unavailable']);
  expect((lines as { outcome?: string }[]).map(({ outcome }) => outcome)).toEqual(['unavailable', 'processed']);
}, 20_000);

describe('a store that is out of reach', () => {
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  /** The pauses between the claims of a job, in milliseconds, over a minute and a half. */
  async function pausesOver(claim: DeliveryStore['claim']): Promise<number[]> {
    const asked: number[] = [];
    const store = new FaultyStore();
    const noting: DeliveryStore['claim'] = (...given) => {
      asked.push(performance.now());
      return claim(...given);
    };
    Object.assign(store, { claim: noting });
    const { web, worker } = service({ deduplicate: { store } });
    const handled: unknown[] = [];
    await worker()
      .on('*', (event) => void handled.push(event))
      .work();
    await send(web, genuine());
    for (let passed = 0; passed < 90_000; passed += 50) {
      await jest.advanceTimersByTimeAsync(50);
      await calm(1);
    }
    expect(handled).toStrictEqual([]);
    return asked.slice(1).map((at, index) => at - (asked[index] ?? 0));
  }

  test('is asked again after pauses that double from a second to ten', async () => {
    const pauses = await pausesOver(() => Promise.reject(new Error('the store is gone')));
    const expected = [1000, 2000, 4000, 8000, ...Array<number>(7).fill(10_000)];
    expect(pauses.map((ms) => Math.round(ms / 100) * 100)).toEqual(expected);
  });

  test('is asked no more often than every 100 ms, however short the other worker’s lease is said to be', async () => {
    const pauses = await pausesOver(() => ({ running: true, retryAfterMs: 1 }));
    expect(pauses.length).toBeGreaterThan(300);
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(100);
  });
});

describe('perEvent', () => {
  /** A worker whose handlers wait to be let go on, one after the other. */
  async function gated(perEvent: Record<string, number>, concurrency: number, maxRunMs = 60_000) {
    const made = service({}, new ArrayQueue({ attempts: 1 }));
    const running: { readonly event: string; readonly end: Gate }[] = [];
    await made
      .worker({ maxRunMs })
      .on('*', ({ event }) => {
        const end = gate();
        running.push({ event, end });
        return end.passed;
      })
      .work({ concurrency, perEvent });
    return { ...made, running, eventsOf: () => running.map(({ event }) => event) };
  }
  const emails = (count: number) =>
    Array.from({ length: count }, (_, index) =>
      signDelivery({ payload: examplePayload('email_sent', { data: { subject: `mail ${index}` } }), secret }),
    );

  test('runs no more deliveries of an event at once than it says, and others beside them', async () => {
    const { web, running, eventsOf, queue } = await gated({ notes_created: 2 }, 10);
    for (const delivery of [genuine(), genuine(), genuine(), ...emails(2)]) await send(web, delivery);
    await until(() => running.length === 4);
    await calm();
    expect(eventsOf().toSorted()).toEqual(['email_sent', 'email_sent', 'notes_created', 'notes_created']);
    running.find(({ event }) => event === 'notes_created')?.end.fail(new Error('frees its turn all the same'));
    await until(() => running.length === 5);
    for (const { end } of running) end.open();
    await until(() => queue.verdicts.length === 4);
    expect(queue.states.toSorted()).toEqual(['dead after 1', ...Array(4).fill('done after 0')]);
  });

  test('gives turns in the order in which deliveries came', async () => {
    const { web, worker, queue } = service();
    const seen: unknown[] = [];
    await worker()
      .on('email_sent', async ({ data }) => {
        seen.push(data.subject);
        await calm(1);
      })
      .work({ perEvent: { email_sent: 1 } });
    for (const delivery of emails(5)) await send(web, delivery);
    await until(() => queue.verdicts.length === 5);
    expect(seen).toEqual(['mail 0', 'mail 1', 'mail 2', 'mail 3', 'mail 4']);
  });

  test('a delivery that ends while nobody waits frees its turn', async () => {
    const { web, running, queue } = await gated({ notes_created: 1 }, 2);
    for (const count of [1, 2, 3]) {
      await send(web, genuine());
      await until(() => running.length === count);
      running[count - 1]?.end.open();
      await until(() => queue.verdicts.length === count);
    }
    expect(queue.states).toEqual(['done after 0', 'done after 0', 'done after 0']);
  });

  test('one that waits for its turn keeps a place of concurrency', async () => {
    const { web, running, eventsOf, queue } = await gated({ notes_created: 1 }, 2);
    for (const delivery of [genuine(), genuine(), ...emails(1)]) await send(web, delivery);
    await until(() => queue.states.filter((state) => state.startsWith('running')).length === 2);
    await calm();
    expect(eventsOf()).toEqual(['notes_created']);
    running[0]?.end.open();
    await until(() => running.length === 3);
    for (const { end } of running) end.open();
    await until(() => queue.verdicts.length === 3);
  });

  test('a job that waits for its turn fails after maxRunMs, while the first runs on', async () => {
    // The claim takes its time, so that the first has more than that left when the second has waited for long enough.
    const store = new FaultyStore().break(async (go) => {
      await pause(400);
      return go();
    }, 'claim');
    const find = () => ({ tenant: 'acme', secret });
    const { web, worker, queue } = service({ deduplicate: { store }, secret: find }, new ArrayQueue({ attempts: 1 }));
    const { logger, lines } = notedLog();
    const first = gate();
    const handled: string[] = [];
    await worker({ maxRunMs: 400, logger })
      .on('*', (_event, { key }) => {
        handled.push(key);
        return first.passed;
      })
      .work({ perEvent: { notes_created: 1 } });
    await send(web, genuine());
    await send(web, genuine());
    await until(() => queue.states[1] === 'dead after 1');
    expect(queue.states[0]).toBe('running after 0');
    expect(queue.entries[1]?.reason).toContain('It waited maxRunMs for a place (perEvent).');
    const [waited] = (lines as { outcome?: string }[]).filter(({ outcome }) => outcome === 'unavailable');
    expect(waited).toMatchObject({ event: 'notes_created', key: queue.entries[1]?.key, tenant: 'acme' });
    await until(() => queue.states[0] === 'dead after 1');
    expect(handled).toEqual([queue.entries[0]?.key]);
    first.open();
  });
});

test('concurrency is 10 unless it is said otherwise', async () => {
  const { web, worker, queue } = service();
  const ends: Gate[] = [];
  await worker()
    .on('*', () => {
      const end = gate();
      ends.push(end);
      return end.passed;
    })
    .work();
  for (let count = 0; count < 12; count++) await send(web, genuine());
  await until(() => ends.length === 10);
  await calm();
  expect(ends).toHaveLength(10);
  expect(queue.states.filter((state) => state.startsWith('waiting'))).toHaveLength(2);
  for (const end of ends) end.open();
  await until(() => ends.length === 12);
  for (const end of ends) end.open();
});
