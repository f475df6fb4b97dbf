import { deliveryKey, LazyKey } from '../deduplication/delivery-key';
import { noStore } from '../deduplication/no-store';
import { RunOnce } from '../deduplication/run-once';
import { timeLimitedStore } from '../deduplication/time-limited-store';
import type { Health } from '../foundations/contracts/health';
import type { Logger } from '../foundations/contracts/logger';
import type { DeliveryStore } from '../foundations/contracts/store';
import type { TelemetryOfReceiver } from '../foundations/contracts/telemetry';
import type { Settled } from '../foundations/delivery';
import { describeError } from '../foundations/describe-error';
import { guardedTelemetry } from '../foundations/guarded-telemetry';
import { Registry } from '../handlers/registry';
import type { Settings } from '../options/parse-options';
import { withheldHeaders } from '../queueing/job-headers';
import { JobWorker } from '../queueing/job-worker';
import { announceScheme } from '../signatures/announce-scheme';
import { auto } from '../signatures/schemes/auto';
import { openJob } from './open-job';
import type { PipelineParts } from './parts';
import type { Reporter } from './report';

/** Makes the parts of the pipeline from the options. */
export function assemble(
  settings: Settings,
  logger: Logger,
  reporter: Reporter,
  telemetry: TelemetryOfReceiver | undefined,
): PipelineParts {
  const { deduplicate, storeTimeoutMs, maxRunMs, scheme, queue } = settings;
  const reportLate = (settled: Settled) => reporter.report(settled, { late: true });
  return {
    signature: {
      scheme,
      secret: settings.secret,
      toleranceMs: settings.toleranceMs,
      answerTimeoutMs: storeTimeoutMs,
      announcementOf: scheme === auto ? announceScheme(logger) : () => undefined,
    },
    checks: settings.checks,
    registry: new Registry(),
    once: new RunOnce({
      store: storeOf(settings),
      ttlMs: deduplicate?.ttlMs ?? 1,
      maxRunMs,
      remembers: deduplicate !== undefined,
      isKeyTold: (outcome) => deduplicate !== undefined || reporter.isTold(outcome),
      late: reportLate,
    }),
    keyOf: keyFactory(settings),
    locals: settings.locals,
    queueing: queue && { queue, answerTimeoutMs: storeTimeoutMs, withheld: withheldHeaders(scheme?.signatureHeaders) },
    logger,
    telemetry,
    timeoutMs: settings.timeoutMs,
    clock: settings.clock,
    reportLate,
  };
}

/** The telemetry of a receiver; an error that it throws is logged once. */
export function openTelemetry(
  { telemetry, checks }: Settings,
  logger: Logger,
  health: () => Promise<Health>,
): TelemetryOfReceiver | undefined {
  function tell(error: unknown): void {
    const fields = { code: 'TELEMETRY_FAILED', cause: describeError(error) };
    try {
      logger.warn(fields, 'The telemetry threw. Deliveries are handled all the same; spans or metrics are missing.');
    } catch {
      // A broken logger cannot log its own error.
    }
  }
  return telemetry && guardedTelemetry(telemetry, { events: checks, health }, tell);
}

/** The worker that takes this receiver's jobs from its queue. */
export function assembleWorker(
  { maxRunMs, storeTimeoutMs }: Settings,
  parts: PipelineParts,
  reporter: Reporter,
): JobWorker {
  const { clock, logger, telemetry } = parts;
  return new JobWorker({
    open: (job) => openJob(job, parts),
    report: (settled, startedAt, bytes) => reporter.report(settled, { bytes, startedAt }),
    telemetry,
    clock,
    logger,
    maxRunMs,
    silentMs: storeTimeoutMs,
  });
}

/** Our own stores answer at once, so they need no time limit. */
function storeOf({ deduplicate, storeTimeoutMs }: Settings): DeliveryStore {
  if (deduplicate === undefined) return noStore;
  const { store, isDefaultStore } = deduplicate;
  return isDefaultStore ? store : timeLimitedStore(store, storeTimeoutMs);
}

/** Without a store and a queue, a key is computed only when it is read. */
function keyFactory({ deduplicate, queue }: Settings): PipelineParts['keyOf'] {
  if (deduplicate === undefined && queue === undefined) return (delivery, payload) => new LazyKey(delivery, payload);
  return (delivery, payload) => ({ text: deliveryKey(delivery, payload, deduplicate?.key) });
}
