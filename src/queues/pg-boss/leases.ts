import { randomUUID } from 'node:crypto';
import { readBoolean, readJson, readText } from '../../foundations/foreign-values';
import { withinMs } from '../../foundations/timeouts';
import type { EngineErrors } from '../engine-errors';
import { mostLostWorkers } from '../lost-worker';
import type { SharedNamespace } from '../shared-namespace';
import type { Engine } from './engine';

export interface LeaseSettings {
  readonly engine: Engine;
  readonly errors: EngineErrors;
  /** How long a worker may be silent before its jobs are given to others. */
  readonly lostAfterMs: number;
  /** How long the database may take to answer, in milliseconds. */
  readonly silentMs: number;
  /** The name of its connection in an error. */
  readonly who: string;
  /** Called with the key of a job that is given back. */
  readonly onLost: (key: string) => void;
  readonly shared: SharedNamespace;
}

/** A worker gives six signs of life before it counts as lost. */
const beats = 6;
/** A record has to be due for so many looks: after an outage or a jump of the clock, others need time for a sign. */
const looks = 3;
/** How often lost jobs are looked for without a sign of a lost worker, in milliseconds: it reads the whole queue. */
const lookEveryMs = 10 * 60 * 1000;
/** How long such a look may take, in milliseconds: an answer that is lost must not end all later ones. */
const longestLookMs = 60 * 1000;

/**
 * Keeps the jobs of a living worker from others, and gives back those of dead ones. The expiry and the heartbeats of
 * pg-boss would use up an attempt, and its maintenance may come by too late.
 *
 * Each worker has a record, a job that becomes due if the worker is silent: a dead worker is found by an index, and
 * only then the running jobs are looked through, for which there is none.
 */
export class Leases {
  readonly #settings: LeaseSettings;
  /** The ids of the worker's jobs. */
  readonly #jobs: () => readonly string[];
  #id = randomUUID();
  #isRecorded = false;
  /** How often each record was due, by id and time. */
  #due = new Map<string, number>();
  #answers = 0;
  #lookAt: number;
  /** No look begins before: one is under way, or the last one has just failed. */
  #noLookBefore = 0;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(settings: LeaseSettings, jobs: () => readonly string[]) {
    this.#settings = settings;
    this.#jobs = jobs;
    this.#lookAt = performance.now() + looks * this.#everyMs;
    this.#beatLater();
  }

  get #everyMs(): number {
    return this.#settings.lostAfterMs / beats;
  }

  /** Resolves when the worker has its record, so that it may take jobs. Rejects if the database does not answer. */
  async record(): Promise<void> {
    if (!this.#isRecorded) await this.#beat();
  }

  /**
   * The database may have given jobs to this worker in an answer that was lost. They come back like those of a dead
   * worker: its record stays as it is, and the worker makes a new one.
   */
  abandon(): void {
    if (!this.#isRecorded) return;
    this.#isRecorded = false;
    this.#id = randomUUID();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  /** Removes the record of a worker that has given back its jobs. Never rejects. */
  async forget(): Promise<void> {
    const { engine, errors } = this.#settings;
    if (!this.#isRecorded) return;
    await this.#within(engine.run('forgetWorker', [engine.workersName, this.#id])).catch(errors.tell);
  }

  #beatLater(): void {
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => void this.#beatAndLook().finally(() => this.#beatLater()), this.#everyMs).unref();
  }

  async #beatAndLook(): Promise<void> {
    try {
      await this.#within(this.#settings.engine.ready());
      const dead = await this.#beat();
      this.#answers += 1;
      if (dead.length === 0 && (performance.now() < this.#lookAt || this.#answers < looks)) return;
      // The next sign of life does not wait for it: it reads the whole queue.
      void this.#look(dead);
    } catch (error) {
      this.#answers = 0;
      this.#due.clear();
      this.#settings.errors.tell(error);
    }
  }

  /** One look at a time. Never rejects. */
  async #look(dead: readonly string[]): Promise<void> {
    const now = performance.now();
    if (now < this.#noLookBefore) return;
    this.#noLookBefore = now + longestLookMs;
    const { errors, lostAfterMs } = this.#settings;
    try {
      await this.#giveBackLost(dead);
      // A worker may have taken a job long after its last sign.
      this.#lookAt = now + (dead.length > 0 ? lostAfterMs : lookEveryMs);
      this.#noLookBefore = 0;
    } catch (error) {
      // The next sign of life comes soon, and a look that fails again would read the whole queue each time.
      this.#noLookBefore = performance.now() + lostAfterMs;
      errors.tell(error);
    }
  }

  /** Gives a sign of life. Resolves to the records of dead workers. */
  async #beat(): Promise<readonly string[]> {
    const { engine, lostAfterMs, shared } = this.#settings;
    const { name, workersName } = engine;
    const id = this.#id;
    const record = { lostAfterMs, handlers: shared.own };
    const values = [name, this.#jobs(), workersName, id, lostAfterMs, JSON.stringify(record)];
    const rows = await this.#within(engine.run('beat', values));
    const records = rows.map((row) => ({
      id: readText(row['id'], 'pgBossQueue.boss: id'),
      until: readText(row['until'], 'pgBossQueue.boss: until'),
      isDue: readBoolean(row['due'], 'pgBossQueue.boss: due'),
      handlers: readJson(row['handlers']),
    }));
    if (!records.some((known) => known.id === id)) await this.#within(engine.recordWorker(id, record, lostAfterMs));
    if (id === this.#id) this.#isRecorded = true;
    // Its own record is due only if the worker was frozen or the clock was set back.
    if (records.some((known) => known.id === id && known.isDue)) await this.#within(engine.run('wake', [name]));
    const others = records.filter((known) => known.id !== id);
    shared.look(others.filter(({ isDue }) => !isDue).map(({ handlers }) => handlers));
    return this.#deadOf(others.filter(({ isDue }) => isDue));
  }

  #deadOf(due: readonly { readonly id: string; readonly until: string }[]): readonly string[] {
    const before = this.#due;
    this.#due = new Map();
    const dead: string[] = [];
    for (const { id, until } of due) {
      const seen = `${id} ${until}`;
      const count = (before.get(seen) ?? 0) + 1;
      this.#due.set(seen, count);
      if (count >= looks) dead.push(id);
    }
    return dead;
  }

  async #giveBackLost(dead: readonly string[]): Promise<void> {
    const { engine, lostAfterMs, onLost } = this.#settings;
    const { name, workersName } = engine;
    await engine.run('wake', [name]);
    for (const row of await engine.run('giveBackLost', [name, lostAfterMs, mostLostWorkers])) {
      if (typeof row['key'] === 'string') onLost(row['key']);
      if (readBoolean(row['ends'], 'pgBossQueue.boss: ends')) {
        const id = readText(row['id'], 'pgBossQueue.boss: id');
        await engine.fail(id, `It lost ${mostLostWorkers} workers.`);
      }
    }
    // At last, so that another worker does it if this one dies meanwhile.
    if (dead.length > 0) await engine.run('forgetWorkers', [workersName, dead]);
  }

  async #within<T>(answer: Promise<T>): Promise<T> {
    const { silentMs, who } = this.#settings;
    return await withinMs(answer, silentMs, who);
  }
}
