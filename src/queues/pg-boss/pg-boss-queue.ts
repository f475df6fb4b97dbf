import type { Logger } from '../../foundations/contracts/logger';
import type { DeliveryQueue, QueueSettings } from '../../foundations/contracts/queue';
import { WebhookError } from '../../foundations/errors';
import { OpenReceivers } from '../../foundations/open-receivers';
import { engineErrors } from '../engine-errors';
import { tellLost } from '../lost-worker';
import { SharedNamespace } from '../shared-namespace';
import { deadJobsOf } from './dead-jobs';
import { engineOn } from './engine';
import { jobIdOf } from './job-id';
import { type PgBossQueueOptions, parseOptions } from './options';
import { statsOf } from './stats';
import { withJournalOn } from './with-journal';
import { PgBossWorker } from './worker';

/**
 * Queues deliveries with pg-boss in PostgreSQL 13 or later, or in PGlite without a server (`pgliteDb`). It makes three
 * queues when they are first needed: `bigmind-webhooks/<namespace>`, and beside it `…/dead` for dead jobs and
 * `…/workers` with a record of each worker.
 *
 * pg-boss forgets finished jobs and the ids of dead jobs after a while (10: `archiveCompletedAfterSeconds`, 12 hours;
 * 11 and 12: 7 days). A later repeat is a new job. If the delivery is done, the workers' store recognises it as a
 * duplicate; if it is dead, it is tried again. Dead jobs themselves are kept for ten years.
 *
 * The jobs of a killed worker run elsewhere after `lostAfterMs`, and no attempt is used up. For this, workers write the
 * time of their last sign of life into `started_on` of the jobs that they run.
 *
 * @throws WebhookError `BAD_OPTION`
 */
export function pgBossQueue(options: PgBossQueueOptions): DeliveryQueue {
  const parsed = parseOptions(options);
  const engine = engineOn(parsed);
  const receivers = new OpenReceivers<QueueSettings>();
  const logger = (): Logger | undefined => receivers.settings?.logger;
  const errors = engineErrors('PostgreSQL', logger);

  return {
    open(settings) {
      // Without a listener, Node would end the process at the first error of the maintenance.
      if (parsed.boss.listenerCount('error') === 0) parsed.boss.on('error', errors.tell);
      receivers.add(settings);
    },
    async enqueue(job) {
      await engine.hold(jobIdOf(job.key), job);
      errors.up();
    },
    withJournal: parsed.pool && withJournalOn(parsed.pool, engine),
    async work(run, { concurrency, handlers = () => [] }) {
      try {
        await engine.ready();
      } catch (error) {
        // The worker waits for an unreachable database. Lasting mistakes are thrown.
        if (error instanceof WebhookError) throw error;
        errors.tell(error);
      }
      const { pollMs, lostAfterMs } = parsed;
      const onLost = tellLost(logger);
      const shared = new SharedNamespace(handlers, logger, lostAfterMs);
      return new PgBossWorker(run, { engine, errors, concurrency, pollMs, lostAfterMs, onLost, shared });
    },
    deadJobs: deadJobsOf(engine),
    ping: () => engine.ping(),
    stats: () => statsOf(engine),
    close() {
      receivers.remove();
      return Promise.resolve();
    },
  };
}
