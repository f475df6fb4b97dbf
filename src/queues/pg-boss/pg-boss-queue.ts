import type { DeliveryQueue, QueueSettings } from '../../foundations/contracts/queue';
import { WebhookError } from '../../foundations/errors';
import { badOption } from '../../foundations/option-checks';
import { engineErrors } from '../engine-errors';
import { deadJobsOf } from './dead-jobs';
import { engineOn } from './engine';
import { errorCode } from './error-code';
import { jobIdOf } from './job-id';
import { type PgBossQueueOptions, parseOptions } from './options';
import { statsOf } from './stats';
import { PgBossWorker } from './worker';

/** An expiry is this much longer than `maxRunMs`, so that a run that was aborted in time can still be recorded. */
const marginSeconds = 10;
/** pg-boss 10 refuses an expiry of 24 hours. */
const longestExpirySeconds = 24 * 60 * 60 - 1;
/** Other jobs have 0, and go first. */
const lowPriority = -1;
const usualMaxRunMs = 15 * 60 * 1000;

/**
 * Queues deliveries with pg-boss in PostgreSQL 13 or later, or in PGlite without a server (`pgliteDb`). It makes two
 * queues when they are first needed: `bigmind-webhooks/<namespace>`, and `bigmind-webhooks/<namespace>/dead` for dead
 * jobs.
 *
 * pg-boss forgets finished jobs and the ids of dead jobs after a while (10: `archiveCompletedAfterSeconds`, 12 hours;
 * 11 and 12: 7 days). A later repeat is a new job. If the delivery is done, the workers' store recognises it as a
 * duplicate; if it is dead, it is tried again. Dead jobs themselves are kept for ten years.
 *
 * The jobs of a killed worker come back `maxRunMs` and 10 seconds after their start, at the next run of pg-boss'
 * maintenance (10: `maintenanceIntervalSeconds`, 120; 11 and 12: `superviseIntervalSeconds`, 60). This uses up an
 * attempt.
 *
 * @throws WebhookError `BAD_OPTION`
 */
export function pgBossQueue(options: PgBossQueueOptions): DeliveryQueue {
  const parsed = parseOptions(options);
  const engine = engineOn(parsed);
  let settings: QueueSettings | undefined;
  const errors = engineErrors('PostgreSQL', () => settings?.logger, errorCode);

  function expireInSeconds(): number {
    return Math.ceil((settings?.maxRunMs ?? usualMaxRunMs) / 1000) + marginSeconds;
  }

  return {
    open(given) {
      const mostMs = (longestExpirySeconds - marginSeconds) * 1000;
      if (given.maxRunMs > mostMs) {
        const remedy = 'pg-boss allows a job less than a day: start longer work elsewhere.';
        throw badOption('maxRunMs', `at most ${mostMs} with pgBossQueue`, given.maxRunMs, remedy);
      }
      // Without a listener, Node would end the process at the first error of the maintenance.
      if (parsed.boss.listenerCount('error') === 0) parsed.boss.on('error', errors.tell);
      settings = given;
    },
    async enqueue(job) {
      await engine.hold(jobIdOf(job.key), job, expireInSeconds(), job.priority === 'low' ? lowPriority : undefined);
      errors.up();
    },
    async work(run, { concurrency }) {
      try {
        await engine.ready();
      } catch (error) {
        // The worker waits for an unreachable database. Lasting mistakes are thrown.
        if (error instanceof WebhookError) throw error;
        errors.tell(error);
      }
      return new PgBossWorker(run, { engine, errors, concurrency, pollMs: parsed.pollMs });
    },
    deadJobs: deadJobsOf(engine, expireInSeconds),
    async ping() {
      await engine.ready();
      await engine.run('findQueue', [engine.name]);
    },
    stats: () => statsOf(engine),
  };
}
