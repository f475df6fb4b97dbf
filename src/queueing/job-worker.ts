import { Closing } from '../foundations/closing';
import type { Logger } from '../foundations/contracts/logger';
import type { DeliveryQueue, QueueWorker, RunJob } from '../foundations/contracts/queue';
import { describeError } from '../foundations/describe-error';
import { WebhookError } from '../foundations/errors';
import { ignoreRejection, type MaybePromise } from '../foundations/maybe-promise';
import { logSafely } from '../foundations/tell';
import { atMost, longestTimer, withinMs } from '../foundations/timeouts';
import { EventLimits } from './event-limits';
import { type JobSettings, runJob } from './run-job';

/** The checked options of `work()`. */
export interface WorkSettings {
  readonly concurrency: number;
  /** How many deliveries of an event may run at once, by event name. */
  readonly perEvent: ReadonlyMap<string, number>;
}

export interface JobWorkerSettings extends JobSettings {
  readonly logger: Logger;
  /** Names of the handlers, for the queue. */
  readonly handlers: () => readonly string[];
  /** How long the queue may be silent before it is logged, in milliseconds. */
  readonly silentMs: number;
}

/** The only worker of a receiver, from `work()` to `close()`. */
export class JobWorker {
  readonly #settings: JobWorkerSettings;
  readonly #closing = new Closing();
  #worker: Promise<QueueWorker> | undefined;
  #isStarted = false;
  #closed: Promise<void> | undefined;

  constructor(settings: JobWorkerSettings) {
    this.#settings = settings;
  }

  /**
   * Resolves when the worker takes jobs. It waits for a silent queue, which may be starting, and logs a line. After a
   * queue refused, it can be called again.
   *
   * @throws WebhookError `BAD_OPTION` the second time
   */
  async start(queue: DeliveryQueue, { concurrency, perEvent }: WorkSettings): Promise<void> {
    if (this.#worker !== undefined) {
      const remedy = 'Ask for the concurrency that you need there.';
      throw new WebhookError('BAD_OPTION', `work: it was called already, and takes one call a receiver. ${remedy}`);
    }
    const { logger, silentMs, handlers } = this.#settings;
    const limits = new EventLimits(perEvent);
    const run: RunJob = (job, plan) => runJob(job, plan, limits, this.#closing, this.#settings);
    const say = () => logSafely(logger, 'warn', { silentMs }, 'The queue does not answer; work() waits for it');
    const silence = setTimeout(say, silentMs).unref();
    try {
      this.#worker = queue.work(run, { concurrency, handlers });
      await this.#worker;
      this.#isStarted = true;
    } catch (error) {
      this.#worker = undefined;
      throw error;
    } finally {
      clearTimeout(silence);
    }
  }

  /**
   * Takes no more jobs and gives waiting ones back at once. After `graceMs` it gives running jobs back to the engine,
   * too. The queue closes what it opened itself, when `answered` has resolved: until then it is being given deliveries. A
   * further call waits for the first one, for its own grace at most. Never rejects.
   */
  async close(graceMs: number, queue: DeliveryQueue | undefined, answered: Promise<void>): Promise<void> {
    const { silentMs } = this.#settings;
    const waitMs = Math.min(graceMs, longestTimer - silentMs);
    this.#closed ??= this.#close(waitMs, queue, answered);
    await atMost(waitMs + 2 * silentMs, this.#closed);
  }

  async #close(waitMs: number, queue: DeliveryQueue | undefined, answered: Promise<void>): Promise<void> {
    this.#closing.begin();
    const { silentMs } = this.#settings;
    const ended = this.#worker?.then((worker) => worker.close(waitMs));
    // It may reject before it is waited for: whoever called `work()` is told.
    ignoreRejection(ended);
    const isStarting = ended !== undefined && !this.#isStarted;
    if (!isStarting)
      await this.#waitFor(() => ended, waitMs + silentMs, 'The queue did not take its jobs back in time');
    await answered;
    await this.#waitFor(() => queue?.close?.(), silentMs, 'The queue could not be closed');
    // It has no jobs, and is closed when it has started, unless the queue has ended its start.
    if (isStarting) await atMost(silentMs, ended);
  }

  async #waitFor(end: () => MaybePromise<void> | undefined, ms: number, failure: string): Promise<void> {
    try {
      await withinMs(end(), ms, 'The queue');
    } catch (error) {
      logSafely(this.#settings.logger, 'warn', { cause: describeError(error) }, failure);
    }
  }
}
