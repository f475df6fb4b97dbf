import type { DeliveryQueue, QueueSettings } from '../../foundations/contracts/queue';
import { WebhookError } from '../../foundations/errors';
import { badOption } from '../../foundations/option-checks';
import { engineErrors } from '../engine-errors';
import { deadJobsOf } from './dead-jobs';
import { engineOn } from './engine';
import { errorCode } from './error-code';
import { jobIdOf } from './job-id';
import { type PgBossQueueOptions, parseOptions } from './options';
import { PgBossWorker } from './worker';

/** By so much an expiry exceeds `maxRunMs`, so that a run which is stopped in time can still be told of. */
const marginSeconds = 10;
/** pg-boss 10 refuses an expiry of 24 hours. */
const longestExpirySeconds = 24 * 60 * 60 - 1;
const usualMaxRunMs = 15 * 60 * 1000;

/**
 * Queues deliveries with pg-boss in PostgreSQL 13 or later, or in PGlite where no server is at hand (`pgliteDb`). Two
 * queues, `bigmind-webhooks/<namespace>` and, for what is dead, `bigmind-webhooks/<namespace>/dead`, made when they are
 * first needed.
 *
 * pg-boss forgets what is done, and the ids of what is dead, after a while (10: `archiveCompletedAfterSeconds`, 12
 * hours; 11 and 12: 7 days). A repeat that comes later is a new job: of what was done the workers' store knows that it
 * is a duplicate; what is dead is tried again. Dead jobs themselves are kept for ten years.
 *
 * The jobs of a killed worker come back `maxRunMs` and 10 seconds after they were started, when pg-boss' maintenance
 * next looks (10: `maintenanceIntervalSeconds`, 120; 11 and 12: `superviseIntervalSeconds`, 60). That is an attempt.
 *
 * @throws WebhookError `BAD_OPTION`
 */
export function pgBossQueue(options: PgBossQueueOptions): DeliveryQueue {
  const parsed = parseOptions(options);
  const engine = engineOn(parsed);
  let settings: QueueSettings | undefined;
  const trouble = engineErrors('PostgreSQL', () => settings?.logger, errorCode);

  function expireInSeconds(): number {
    return Math.ceil((settings?.maxRunMs ?? usualMaxRunMs) / 1000) + marginSeconds;
  }

  return {
    open(given) {
      const mostMs = (longestExpirySeconds - marginSeconds) * 1000;
      if (given.maxRunMs > mostMs) {
        const remedy = 'pg-boss lets no job run for a day: hand longer work on to something of its own.';
        throw badOption('maxRunMs', `at most ${mostMs} with pgBossQueue`, given.maxRunMs, remedy);
      }
      // Without a listener, Node would end the process at the first error of the maintenance.
      if (parsed.boss.listenerCount('error') === 0) parsed.boss.on('error', trouble.tell);
      settings = given;
    },
    async enqueue(job) {
      await engine.hold(jobIdOf(job.key), job, expireInSeconds());
      trouble.up();
    },
    async work(run, { concurrency }) {
      try {
        await engine.ready();
      } catch (error) {
        // A database that is away is waited for; what is wrong for good is said.
        if (error instanceof WebhookError) throw error;
        trouble.tell(error);
      }
      return new PgBossWorker(run, { engine, trouble, concurrency, pollMs: parsed.pollMs });
    },
    deadJobs: deadJobsOf(engine, expireInSeconds),
  };
}
