import { setTimeout as pass, setImmediate } from 'node:timers/promises';
import type { JobPlan, QueueWorker, RunJob } from '../../foundations/contracts/queue';
import { storableText } from '../../foundations/foreign-text';
import { atMost } from '../../foundations/timeouts';
import type { EngineErrors } from '../engine-errors';
import type { Engine, TakenJob, Verdict } from './engine';

export interface WorkerSettings {
  readonly engine: Engine;
  readonly errors: EngineErrors;
  readonly concurrency: number;
  readonly pollMs: number;
}

const shortestPauseMs = 200;
const longestPauseMs = 5000;
/** How long a closing worker waits for a database that may be unreachable, in milliseconds. */
const patienceMs = 2000;

/**
 * Takes jobs one by one as places become free. pg-boss' own `work()` treats a batch as a whole: a slow job would delay
 * the others, and a failed job would fail them all.
 */
export class PgBossWorker implements QueueWorker {
  readonly #run: RunJob;
  readonly #settings: WorkerSettings;
  /** Aborted when no more jobs are taken. */
  readonly #closing = new AbortController();
  /** Aborted when running jobs are given back to the engine. */
  readonly #leaving = new AbortController();
  readonly #running = new Map<Promise<void>, string>();
  readonly #taking: Promise<void>;
  #onFree: () => void = () => undefined;
  #closed: Promise<void> | undefined;

  constructor(run: RunJob, settings: WorkerSettings) {
    this.#run = run;
    this.#settings = settings;
    this.#taking = this.#take();
  }

  close(timeoutMs: number): Promise<void> {
    this.#closed ??= this.#close(timeoutMs);
    return this.#closed;
  }

  async #close(timeoutMs: number): Promise<void> {
    this.#closing.abort();
    this.#onFree();
    const idle = this.#taking.then(() => Promise.all(this.#running.keys()));
    await atMost(timeoutMs, idle);
    this.#leaving.abort();
    await atMost(patienceMs, Promise.all([this.#taking, this.#giveBack([...this.#running.values()])]));
  }

  async #take(): Promise<void> {
    const { engine, errors, concurrency, pollMs } = this.#settings;
    const closing = this.#closing.signal;
    for (let failures = 0; !closing.aborted; ) {
      if (this.#running.size >= concurrency) {
        await this.#free();
        // One statement fills all places that became free in this turn of the event loop.
        await setImmediate();
        continue;
      }
      try {
        const jobs = await engine.take(concurrency - this.#running.size);
        errors.up();
        failures = 0;
        if (closing.aborted) await this.#giveBack(jobs.map(({ id }) => id));
        else for (const job of jobs) this.#start(job);
        if (jobs.length === 0) await pause(pollMs, closing);
      } catch (error) {
        errors.tell(error);
        await pause(pauseMsAfter(failures++), closing);
      }
    }
  }

  /** Resolves when a job ends, or the worker is closed. */
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
    this.#running.set(running, job.id);
  }

  async #attempt({ id, data, expireInSeconds, plan }: TakenJob): Promise<void> {
    const { engine, errors } = this.#settings;
    const expiresAt = performance.now() + expireInSeconds * 1000;
    const verdict = await this.#verdictOn(data, plan);
    // A short outage of the database must not make a finished job run again. After the expiry, another worker has the
    // job.
    for (let failures = 0; !this.#leaving.signal.aborted && performance.now() < expiresAt; failures += 1) {
      try {
        await engine.settle(id, verdict);
        return;
      } catch (error) {
        errors.tell(error);
        await pause(pauseMsAfter(failures), this.#leaving.signal);
      }
    }
  }

  async #verdictOn(data: unknown, plan: JobPlan | undefined): Promise<Verdict> {
    try {
      return await this.#run(data, plan);
    } catch (error) {
      return { reason: storableText(error instanceof Error ? error.message : String(error)) };
    }
  }

  /** Gives jobs back without using up an attempt. If the database does not answer, they come back when they expire. */
  async #giveBack(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const { engine, errors } = this.#settings;
    await engine.run('giveBack', [engine.name, ids]).catch(errors.tell);
  }
}

function pauseMsAfter(failures: number): number {
  return Math.min(shortestPauseMs * 2 ** failures, longestPauseMs);
}

/** Keeps the process alive: a worker that waits for jobs should. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await pass(ms, undefined, { signal }).catch(() => undefined);
}
