import { setImmediate } from 'node:timers/promises';
import { Closing } from '../../foundations/closing';
import type { QueueWorker, RunJob } from '../../foundations/contracts/queue';
import { storableText } from '../../foundations/foreign-text';
import { isRefusal } from '../../foundations/postgres-answer';
import { atMost, SilenceError, withinMs } from '../../foundations/timeouts';
import type { EngineErrors } from '../engine-errors';
import type { SharedNamespace } from '../shared-namespace';
import type { Engine, TakenJob, Verdict } from './engine';
import { Leases } from './leases';

export interface WorkerSettings {
  readonly engine: Engine;
  readonly errors: EngineErrors;
  readonly concurrency: number;
  readonly pollMs: number;
  readonly lostAfterMs: number;
  readonly onLost: (key: string) => void;
  readonly shared: SharedNamespace;
}

const shortestPauseMs = 200;
const longestPauseMs = 5000;
/** How long the database may take to answer, in milliseconds: a connection may be dead without anybody being told. */
const silentMs = 2000;
const who = "The worker's connection to PostgreSQL";
/** How long a closing worker waits for a database that may be unreachable, in milliseconds. */
const patienceMs = 2000;

/**
 * Takes jobs one by one as places become free. pg-boss' own `work()` treats a batch as a whole: a slow job would delay
 * the others, and a failed job would fail them all.
 */
export class PgBossWorker implements QueueWorker {
  readonly #run: RunJob;
  readonly #settings: WorkerSettings;
  /** Begins when no more jobs are taken. */
  readonly #closing = new Closing();
  /** Begins when running jobs are given back to the engine. */
  readonly #leaving = new Closing();
  /** The jobs that are not settled. */
  readonly #running = new Map<Promise<void>, TakenJob>();
  /** How many of them still run. */
  #busy = 0;
  readonly #leases: Leases;
  readonly #taking: Promise<void>;
  #onFree: () => void = () => undefined;
  #closed: Promise<void> | undefined;

  constructor(run: RunJob, settings: WorkerSettings) {
    this.#run = run;
    this.#settings = settings;
    this.#leases = new Leases({ ...settings, silentMs, who }, () => [...this.#running.values()].map(({ id }) => id));
    this.#taking = this.#take();
  }

  close(timeoutMs: number): Promise<void> {
    this.#closed ??= this.#close(timeoutMs);
    return this.#closed;
  }

  async #close(timeoutMs: number): Promise<void> {
    this.#closing.begin();
    this.#onFree();
    const idle = this.#taking.then(() => Promise.all(this.#running.keys()));
    await atMost(timeoutMs, idle);
    this.#leaving.begin();
    this.#leases.stop();
    await atMost(patienceMs, this.#leave());
  }

  async #leave(): Promise<void> {
    const [areBack] = await Promise.all([this.#giveBack([...this.#running.values()]), this.#taking]);
    if (areBack) await this.#leases.forget();
  }

  /** A worker that waits for jobs keeps the process alive. */
  async #take(): Promise<void> {
    const { engine, errors, pollMs } = this.#settings;
    const closing = this.#closing;
    for (let failures = 0; !closing.hasBegun; ) {
      if (this.#places() === 0) {
        await this.#free();
        // One statement fills all places that became free in this turn of the event loop.
        await setImmediate();
        continue;
      }
      try {
        await engine.ready();
        await this.#leases.record();
        const jobs = await this.#takeJobs(this.#places());
        errors.up();
        failures = 0;
        await this.#accept(jobs);
        if (jobs.length === 0) await closing.pause(pollMs, { keepsAlive: true });
      } catch (error) {
        errors.tell(error);
        // A silent connection has cost its time; the next statement may have another.
        const pauseMs = error instanceof SilenceError ? shortestPauseMs : pauseMsAfter(failures++);
        await closing.pause(pauseMs, { keepsAlive: true });
      }
    }
  }

  /** Takes jobs. Those that come after the time-out are accepted, too. */
  async #takeJobs(most: number): Promise<readonly TakenJob[]> {
    const taken = this.#settings.engine.take(most);
    try {
      return await withinMs(taken, silentMs, who);
    } catch (error) {
      if (error instanceof SilenceError) taken.then((late) => this.#accept(late)).catch(() => undefined);
      if (!isRefusal(error)) this.#leases.abandon();
      throw error;
    }
  }

  /** Starts jobs. Those that came too late for a place are given back. */
  async #accept(jobs: readonly TakenJob[]): Promise<void> {
    const places = this.#closing.hasBegun ? 0 : this.#places();
    for (const job of jobs.slice(0, places)) this.#start(job);
    await this.#giveBack(jobs.slice(places));
  }

  /**
   * How many more jobs may run. A job that ended is settled while the next one is taken; as many again as may run can
   * wait for that.
   */
  #places(): number {
    const { concurrency } = this.#settings;
    return Math.max(0, Math.min(concurrency - this.#busy, 2 * concurrency - this.#running.size));
  }

  /** Resolves when a job ends or is settled, or the worker is closed. */
  #free(): Promise<void> {
    return new Promise((resolve) => {
      this.#onFree = resolve;
    });
  }

  #start(job: TakenJob): void {
    const running = this.#attempt(job).finally(() => {
      this.#running.delete(running);
      this.#onFree();
    });
    this.#running.set(running, job);
  }

  async #attempt(job: TakenJob): Promise<void> {
    const { engine, errors } = this.#settings;
    this.#busy += 1;
    const verdict = await this.#verdictOn(job);
    this.#busy -= 1;
    this.#onFree();
    // An outage of the database must not make a finished job run again.
    for (let failures = 0; !this.#leaving.hasBegun; failures += 1) {
      try {
        await withinMs(engine.settle(job, verdict), silentMs, who);
        return;
      } catch (error) {
        errors.tell(error);
        await this.#leaving.pause(pauseMsAfter(failures), { keepsAlive: true });
      }
    }
  }

  async #verdictOn({ data, plan }: TakenJob): Promise<Verdict> {
    try {
      return await this.#run(data, plan);
    } catch (error) {
      return { reason: storableText(error instanceof Error ? error.message : String(error)) };
    }
  }

  /**
   * Gives jobs back without using up an attempt. Resolves to whether the database answered; if not, they come back when
   * this worker counts as lost.
   */
  async #giveBack(jobs: readonly TakenJob[]): Promise<boolean> {
    if (jobs.length === 0) return true;
    const { engine, errors } = this.#settings;
    try {
      await withinMs(engine.giveBack(jobs), silentMs, who);
      return true;
    } catch (error) {
      errors.tell(error);
      this.#leases.abandon();
      return false;
    }
  }
}

function pauseMsAfter(failures: number): number {
  return Math.min(shortestPauseMs * 2 ** failures, longestPauseMs);
}
