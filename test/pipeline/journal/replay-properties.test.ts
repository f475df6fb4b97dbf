import fc from 'fast-check';
import { type BigmindWebhooks, bigmindWebhooks, memoryStore } from '../../../src';
import type { SignedDelivery } from '../../../src/testing';
import { ArrayJournal, calm, genuine, secret } from './kit';

const names = ['a', 'b', 'c'] as const;
const deliveries = [0, 1, 2, 3] as const;

/** One step of a history. Those that are not waited for go on while the next ones run. */
interface Step {
  readonly what:
    | 'live'
    | 'replay'
    | 'named replay'
    | 'interrupted replay'
    | 'forced replay'
    | 'new handler'
    | 'restart';
  readonly delivery: number;
  readonly handler: (typeof names)[number];
  /** Handlers that fail from now on. */
  readonly broken: readonly string[];
  readonly isAwaited: boolean;
}

const step: fc.Arbitrary<Step> = fc.record({
  what: fc.constantFrom(
    'live',
    'live',
    'replay',
    'named replay',
    'interrupted replay',
    'forced replay',
    'new handler',
    'restart',
  ),
  delivery: fc.constantFrom(...deliveries),
  handler: fc.constantFrom(...names),
  broken: fc.subarray([...names]),
  isAwaited: fc.boolean(),
});

/** A service of two processes over one store and one journal, and what its handlers did. */
class History {
  readonly #journal = new ArrayJournal();
  readonly #store = memoryStore();
  readonly #registered = new Set<string>(['a']);
  readonly #open: Promise<unknown>[] = [];
  readonly #sent: readonly SignedDelivery[] = deliveries.map(genuine);
  readonly #came = new Set<SignedDelivery>();
  #broken: readonly string[] = [];
  #force = false;
  #processes: readonly [BigmindWebhooks, BigmindWebhooks];
  /** How often each handler succeeded, by delivery and name; a forced run does not count. */
  readonly succeeded = new Map<string, number>();

  constructor() {
    this.#processes = [this.#start(), this.#start()];
  }

  #start(): BigmindWebhooks {
    const webhooks = bigmindWebhooks({
      secret,
      logger: false,
      journal: this.#journal,
      deduplicate: { store: this.#store },
    });
    for (const name of this.#registered) this.#register(webhooks, name);
    return webhooks;
  }

  #register(webhooks: BigmindWebhooks, name: string): void {
    webhooks.on(
      'notes_created',
      async (_event, { key }) => {
        await calm(1);
        if (this.#broken.includes(name)) throw new Error(`${name} is broken`);
        const run = `${name} of ${key}`;
        if (!this.#force) this.succeeded.set(run, (this.succeeded.get(run) ?? 0) + 1);
        else if (!this.succeeded.has(run)) this.succeeded.set(run, 1);
      },
      { name },
    );
  }

  async take({ what, delivery, handler, broken, isAwaited }: Step, index: number): Promise<void> {
    this.#broken = broken;
    const webhooks = this.#processes[index % 2] as BigmindWebhooks;
    if (what === 'new handler') {
      if (!this.#registered.has(handler)) for (const each of this.#processes) this.#register(each, handler);
      this.#registered.add(handler);
    } else if (what === 'restart') {
      await this.rest();
      await Promise.all(this.#processes.map((each) => each.close()));
      this.#processes = [this.#start(), this.#start()];
    } else if (what === 'forced replay') {
      await this.rest();
      this.#force = true;
      await webhooks.journal.replay({ force: true });
      this.#force = false;
    } else this.#open.push(this.#begin(webhooks, what, delivery, handler));
    if (isAwaited) await this.rest();
  }

  #begin(webhooks: BigmindWebhooks, what: Step['what'], delivery: number, handler: string): Promise<unknown> {
    if (what === 'live') {
      const sent = this.#sent[delivery] as SignedDelivery;
      this.#came.add(sent);
      return webhooks.receive(sent);
    }
    if (what === 'named replay') {
      return webhooks.journal.replay({ handlers: [this.#registered.has(handler) ? handler : 'a'], concurrency: 2 });
    }
    if (what === 'replay') return webhooks.journal.replay({ concurrency: 3 });
    const controller = new AbortController();
    const onProgress = (): void => controller.abort();
    return webhooks.journal.replay({ name: 'interrupted', concurrency: 1, signal: controller.signal, onProgress });
  }

  /** Resolves when nothing runs. */
  async rest(): Promise<void> {
    await Promise.all(this.#open.splice(0));
    await calm();
  }

  async end(): Promise<void> {
    await this.rest();
    this.#broken = [];
    const [webhooks] = this.#processes;
    const { unclear, interrupted } = await webhooks.journal.replay();
    expect({ unclear, interrupted }).toEqual({ unclear: 0, interrupted: undefined });
    expect((await webhooks.journal.replay()).ran).toBe(0);
    await Promise.all(this.#processes.map((each) => each.close()));
  }

  /** How often each handler of what came should have succeeded. */
  get wanted(): Record<string, number> {
    const all = this.#journal.entries.flatMap(({ key }) =>
      [...this.#registered].map((name) => [`${name} of ${key}`, 1]),
    );
    expect(this.#journal.entries).toHaveLength(this.#came.size);
    return Object.fromEntries(all) as Record<string, number>;
  }
}

test('whatever came, failed, was replayed and interrupted, each handler runs once without force, and in the end all have', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 12 }), async (steps) => {
      const history = new History();
      for (const [index, each] of steps.entries()) await history.take(each, index);
      await history.end();
      expect(Object.fromEntries(history.succeeded)).toEqual(history.wanted);
    }),
    { numRuns: 60 },
  );
}, 60_000);
