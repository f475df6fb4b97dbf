import type { DeadJob, DeliveryQueue, QueuedDelivery, QueueSettings, QueueStats, QueueWorker, RunJob } from '../../src';

interface Entry {
  readonly id: string;
  readonly key: unknown;
  readonly json: string;
  readonly enqueuedAt: number;
  state: 'waiting' | 'running' | 'done' | 'dead';
  attempts: number;
  reason: string;
  failedAt: Date;
  /** Who runs it; an end that anybody else tells of is not listened to. */
  holder: symbol | undefined;
  /** Which of the deaths was its last, from 1. */
  death: number;
}

export interface ArrayQueueOptions {
  readonly attempts?: number;
  /** The pause after the first attempt is twice as long, and each further one twice the one before. */
  readonly backoffMs?: number;
  /** How many attempts are used up already when a job is redriven. */
  readonly usedUp?: number;
  /** Whether every further `close` of a worker gives its jobs back again. */
  readonly closesAnew?: boolean;
}

/** A queue that keeps its jobs in an array, as JSON. Everything but durable. */
export class ArrayQueue implements DeliveryQueue {
  readonly opened: QueueSettings[] = [];
  readonly entries: Entry[] = [];
  /** How jobs ended that were let go of. */
  readonly verdicts: string[] = [];
  readonly #workers = new Set<() => void>();
  readonly #options: Required<ArrayQueueOptions>;
  #ids = 0;
  #deaths = 0;

  constructor(options: ArrayQueueOptions = {}) {
    this.#options = { attempts: 3, backoffMs: 2, usedUp: 0, closesAnew: false, ...options };
  }

  open(settings: QueueSettings): void {
    this.opened.push(settings);
  }

  async enqueue(job: QueuedDelivery): Promise<void> {
    await Promise.resolve();
    this.put(job);
  }

  /** A job as anybody may have written it. */
  put(job: unknown): void {
    const json = JSON.stringify(job) as string | undefined;
    const key = (job as { key?: unknown } | null | undefined)?.key;
    if (typeof key === 'string' && this.entries.some((entry) => entry.key === key)) return;
    const blank = {
      state: 'waiting',
      attempts: 0,
      reason: '',
      failedAt: new Date(),
      holder: undefined,
      death: 0,
    } as const;
    this.entries.push({ id: String(++this.#ids), key, json: json ?? 'null', enqueuedAt: Date.now(), ...blank });
    this.#wake();
  }

  /** The jobs that are held, whatever became of them. */
  get jobs(): readonly unknown[] {
    return this.entries.map(({ json }) => JSON.parse(json) as unknown);
  }
  get states(): readonly string[] {
    return this.entries.map(({ state, attempts }) => `${state} after ${attempts}`);
  }

  async work(run: RunJob, { concurrency }: { readonly concurrency: number }): Promise<QueueWorker> {
    await Promise.resolve();
    const running = new Map<Entry, Promise<void>>();
    const take = (): void => {
      for (const entry of this.entries.filter(({ state }) => state === 'waiting')) {
        if (running.size >= concurrency) return;
        running.set(
          entry,
          this.#run(entry, run).finally(() => {
            running.delete(entry);
            this.#wake();
          }),
        );
      }
    };
    this.#workers.add(take);
    take();
    let closed: Promise<void> | undefined;
    const close = async (timeoutMs: number): Promise<void> => {
      this.#workers.delete(take);
      const ended = Promise.allSettled(running.values());
      let timer: NodeJS.Timeout | undefined;
      await Promise.race([ended, new Promise((resolve) => (timer = setTimeout(resolve, timeoutMs).unref()))]);
      clearTimeout(timer);
      const left = [...running.keys()];
      if (!this.#options.closesAnew) running.clear();
      for (const entry of left) Object.assign(entry, { state: 'waiting', holder: undefined });
      this.#wake();
    };
    return {
      close: (timeoutMs) => {
        if (closed === undefined || this.#options.closesAnew) closed = close(timeoutMs);
        return closed;
      },
    };
  }

  async ping(): Promise<void> {
    await Promise.resolve();
  }

  async stats(): Promise<QueueStats> {
    await Promise.resolve();
    const count = (...states: Entry['state'][]) => this.entries.filter(({ state }) => states.includes(state)).length;
    const [oldest] = this.entries.filter(({ state }) => state === 'waiting');
    return {
      waiting: count('waiting'),
      running: count('running'),
      dead: count('dead'),
      oldestWaitingMs: oldest && Date.now() - oldest.enqueuedAt,
    };
  }

  readonly deadJobs = {
    list: async ({ limit, offset }: { readonly limit: number; readonly offset: number }) =>
      this.#dead()
        .toReversed()
        .slice(offset, offset + limit)
        .map(deadJobOf),
    get: async (id: string) => this.#dead(id).map(deadJobOf)[0],
    redrive: async (id: string) => {
      const chosen = id === 'all' ? this.#dead() : this.#dead(id);
      for (const entry of chosen) Object.assign(entry, { state: 'waiting', attempts: this.#options.usedUp });
      this.#wake();
      return chosen.length;
    },
    discard: async (id: string) => {
      const [chosen] = this.#dead(id);
      if (chosen !== undefined) this.#forget(chosen);
      return chosen !== undefined;
    },
  };

  /** In the order in which they died. */
  #dead(id?: string): Entry[] {
    return this.entries
      .filter((entry) => entry.state === 'dead' && (id === undefined || entry.id === id))
      .sort((one, other) => one.death - other.death);
  }

  #forget(entry: Entry): void {
    this.entries.splice(this.entries.indexOf(entry), 1);
  }

  #wake(): void {
    for (const take of this.#workers) take();
  }

  async #run(entry: Entry, run: RunJob): Promise<void> {
    const holder = Symbol('run');
    Object.assign(entry, { state: 'running', holder });
    try {
      const { attempts, backoffMs } = this.#options;
      const isLast = entry.attempts + 1 >= attempts;
      const plan = { retryInMs: isLast ? undefined : backoffMs * 2 ** (entry.attempts + 1) };
      const verdict = await run(JSON.parse(entry.json), plan);
      if (entry.holder !== holder) return;
      this.verdicts.push(verdict);
      if (verdict === 'again') entry.state = 'waiting';
      else if (verdict === 'forget') this.#forget(entry);
      else entry.state = 'done';
    } catch (error) {
      if (entry.holder !== holder) return;
      entry.attempts += 1;
      entry.reason = (error as Error).message;
      entry.failedAt = new Date();
      const { attempts, backoffMs } = this.#options;
      if (entry.attempts >= attempts) Object.assign(entry, { state: 'dead', death: ++this.#deaths });
      else setTimeout(() => this.#retry(entry, holder), backoffMs * 2 ** entry.attempts);
    }
  }

  #retry(entry: Entry, holder: symbol): void {
    if (entry.holder !== holder) return;
    entry.state = 'waiting';
    this.#wake();
  }
}

function deadJobOf({ id, json, reason, attempts, failedAt }: Entry): DeadJob {
  return { id, job: JSON.parse(json) as unknown, reason, attempts, failedAt };
}
