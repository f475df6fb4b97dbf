import fc from 'fast-check';
import {
  type BigmindWebhooks,
  bigmindWebhooks,
  type DispatchInput,
  type Followed,
  memoryStore,
  type Telemetry,
} from '../../src';
import {
  calm,
  type Fault,
  FaultyStore,
  type Gate,
  gate,
  genuine,
  isSilent,
  losesTheAnswer,
  rejects,
  secret,
  throws,
  until,
} from '../deduplication/kit';
import { ArrayJournal } from '../pipeline/journal/array-journal';
import { ArrayQueue } from '../queueing/array-queue';

/** Counts how often each span is ended. */
class Ledger {
  readonly ends: { readonly kind: string; times: number }[] = [];

  readonly telemetry: Telemetry = {
    open: () => ({
      delivery: () => this.#begin('delivery'),
      job: () => this.#begin('job'),
      handler: () => this.#begin('handler'),
      send: () => ({ ...this.#begin('send'), trace: undefined }),
      close: () => undefined,
    }),
  };

  #begin(kind: string): Followed<unknown> {
    const span = { kind, times: 0 };
    this.ends.push(span);
    return { run: (work) => work(), end: () => void span.times++ };
  }

  get open(): number {
    return this.ends.filter(({ times }) => times === 0).length;
  }
}

const handlers: Readonly<Record<string, (until: Gate, signal: AbortSignal) => unknown>> = {
  succeeds: () => undefined,
  'succeeds later': () => calm(),
  throws() {
    throw new Error('no');
  },
  'throws nothing': () => {
    throw undefined;
  },
  rejects: () => Promise.reject(new Error('no')),
  'rejects later': () => calm().then(() => Promise.reject(new Error('no'))),
  'ends when it is aborted': (_, signal) =>
    new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')))),
  'does not end by itself': (end) => end.passed,
  'returns what has a broken then': () =>
    Object.defineProperty({}, 'then', {
      get() {
        throw new Error('of the getter');
      },
    }),
};

const faults: Readonly<Record<string, Fault | undefined>> = {
  'answers at once': undefined,
  throws,
  rejects,
  'is silent': isSilent,
  'loses the answer': losesTheAnswer,
};

type Way = (webhooks: BigmindWebhooks) => Promise<unknown>;

const verified = async (webhooks: BigmindWebhooks) => webhooks.verify(genuine());
const bad = (input: unknown) => input as DispatchInput<never>;

/** What is called; it may reject, and has to end what it began. */
const ways = {
  'receive a genuine delivery': (webhooks) => webhooks.receive(genuine()),
  'receive it twice at once'(webhooks) {
    const delivery = genuine();
    return Promise.all([webhooks.receive(delivery), webhooks.receive(delivery)]);
  },
  'receive a forged one': (webhooks) => webhooks.receive({ ...genuine(), body: '{}' }),
  'receive nothing': (webhooks) => webhooks.receive(undefined as never),
  'verify a forged one': (webhooks) => webhooks.verify({ ...genuine(), body: '{}' }),
  dispatch: async (webhooks) => webhooks.dispatch(await verified(webhooks)),
  'dispatch nothing': (webhooks) => webhooks.dispatch(bad(undefined)),
  'dispatch without a key': async (webhooks) => webhooks.dispatch(bad({ ...(await verified(webhooks)), key: '' })),
  'dispatch an unknown event': (webhooks) => webhooks.dispatch(bad({ key: 'k', event: { event: 'x' } })),
  'dispatch an invalid event': (webhooks) => webhooks.dispatch(bad({ key: 'k', event: { event: 'notes_created' } })),
  'dispatch at no moment': async (webhooks) =>
    webhooks.dispatch({ ...(await verified(webhooks)), receivedAt: 'soon' as never }),
  'dispatch bytes that are none': async (webhooks) =>
    webhooks.dispatch({ ...(await verified(webhooks)), rawBody: {} as never }),
  'dispatch what cannot be read': (webhooks) =>
    webhooks.dispatch(
      bad({
        get event() {
          throw new Error('of the getter');
        },
      }),
    ),
  // It may find a delivery that came at the same time, and would wait long for a queue that is full.
  'replay the journal': (webhooks) => webhooks.journal.replay({ force: true, signal: AbortSignal.timeout(200) }),
} as const satisfies Readonly<Record<string, Way>>;

const wayNames = Object.keys(ways) as (keyof typeof ways)[];

const scenario = fc.record({
  ways: fc.array(fc.constantFrom(...wayNames), { minLength: 1, maxLength: 4 }),
  handlers: fc.array(fc.constantFrom(...Object.keys(handlers)), { minLength: 1, maxLength: 3 }),
  store: fc.constantFrom(...Object.keys(faults)),
  withQueue: fc.boolean(),
  isFullQueue: fc.boolean(),
  closesMeanwhile: fc.boolean(),
});

test('every span that is begun is ended once, however its work ends', async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(scenario, async (chosen) => {
      const ledger = new Ledger();
      const store = new FaultyStore(memoryStore());
      const queue = new ArrayQueue({ attempts: 2 });
      if (chosen.isFullQueue) queue.enqueue = () => Promise.reject(new Error('full'));
      const webhooks = bigmindWebhooks({
        secret,
        logger: false,
        telemetry: ledger.telemetry,
        timeoutMs: 30,
        maxRunMs: 60,
        journal: new ArrayJournal(),
        deduplicate: { store, storeTimeoutMs: 20 },
        ...(chosen.withQueue && { queue }),
      });
      const end = gate();
      for (const [index, name] of chosen.handlers.entries()) {
        webhooks.on('*', (_event, { signal }) => handlers[name]?.(end, signal), { name: `${index} ${name}` });
      }
      const fault = faults[chosen.store];
      if (fault !== undefined) store.break(fault);
      if (chosen.withQueue) await webhooks.work({ concurrency: 2 });
      const begun = chosen.ways.map((name): Promise<unknown> => ways[name](webhooks));
      if (chosen.closesMeanwhile) await webhooks.close({ timeoutMs: 0 });
      await Promise.allSettled(begun);
      await webhooks.close({ timeoutMs: 0 });
      end.open();
      await until(() => ledger.open === 0);
      expect(ledger.ends.filter(({ times }) => times !== 1)).toStrictEqual([]);
      for (const { kind } of ledger.ends) seen.add(kind);
    }),
    { numRuns: 60 },
  );
  expect([...seen].toSorted()).toEqual(['delivery', 'handler', 'job', 'send']);
});

test.each(wayNames.filter((name) => name.startsWith('dispatch ')))(
  'a call that cannot be dispatched begins no span that stays open: %s',
  async (name) => {
    const ledger = new Ledger();
    const webhooks = bigmindWebhooks({ secret, logger: false, telemetry: ledger.telemetry }).on('*', () => undefined);
    await expect(ways[name](webhooks)).rejects.toThrow();
    expect(ledger.open).toBe(0);
    await webhooks.close();
  },
);
