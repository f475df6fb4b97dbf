import { deliveryKey, LazyKey } from '../deduplication/delivery-key';
import { noStore } from '../deduplication/no-store';
import { Outbox } from '../deduplication/outbox';
import { RunOnce } from '../deduplication/run-once';
import { timeLimitedStore } from '../deduplication/time-limited-store';
import { Breaker } from '../foundations/breaker';
import type { Health } from '../foundations/contracts/health';
import type { Logger } from '../foundations/contracts/logger';
import type { DeliveryStore } from '../foundations/contracts/store';
import type { TelemetryOfReceiver } from '../foundations/contracts/telemetry';
import { headerKeeper } from '../foundations/credential-headers';
import type { Settled } from '../foundations/delivery';
import { describeError } from '../foundations/describe-error';
import { guardedTelemetry } from '../foundations/guarded-telemetry';
import { logSafely, tellListener } from '../foundations/tell';
import { Registry } from '../handlers/registry';
import type { Settings } from '../options/parse-options';
import { JobWorker } from '../queueing/job-worker';
import { announceScheme } from '../signatures/announce-scheme';
import { MismatchExplainer } from '../signatures/explain/explain-mismatch';
import { auto } from '../signatures/schemes/auto';
import { DriftWatch } from './drift-watch';
import { openJob } from './open-job';
import type { PipelineParts } from './parts';
import { isLogged, type Reporter } from './report';

/** Makes the parts of the pipeline from the options. */
export function assemble(
  settings: Settings,
  logger: Logger,
  reporter: Reporter,
  telemetry: TelemetryOfReceiver | undefined,
): PipelineParts {
  const { deduplicate, storeTimeoutMs, maxRunMs, scheme, queue } = settings;
  const reportLate = (settled: Settled) => reporter.report(settled, { late: true });
  const outbox = new Outbox();
  const silence = (silent: 'store' | 'queue', heard?: () => unknown) =>
    silenceListener({ silent, silentMs: storeTimeoutMs }, logger, heard);
  return {
    signature: {
      scheme,
      secret: settings.secret,
      toleranceMs: settings.toleranceMs,
      answerTimeoutMs: storeTimeoutMs,
      mismatches: new MismatchExplainer(scheme ?? auto, () => isLogged(logger, 'warn')),
      announcementOf: scheme === auto ? announceScheme(logger) : () => undefined,
    },
    checks: settings.checks,
    drift: new DriftWatch(settings.shapes, logger),
    registry: new Registry(),
    once: new RunOnce({
      store: storeOf(settings, outbox, silence('store', deduplicate?.onSilence)),
      outbox,
      ttlMs: deduplicate?.ttlMs ?? 1,
      maxRunMs,
      remembers: deduplicate !== undefined,
      isKeyTold: (outcome) => deduplicate !== undefined || reporter.isTold(outcome),
      late: reportLate,
    }),
    keyOf: keyFactory(settings),
    isTold: (outcome) => reporter.isTold(outcome),
    locals: settings.locals,
    queueing: queue && {
      queue,
      ask: new Breaker({ who: 'The queue', timeoutMs: storeTimeoutMs, onSilence: silence('queue') }).lane(),
      keepHeaders: headerKeeper({ signatureHeaders: scheme?.signatureHeaders, keep: settings.keepHeaders }),
    },
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
    const missing = 'The telemetry threw. Deliveries are handled all the same; spans or metrics are missing.';
    logSafely(logger, 'warn', fields, missing);
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
    handlers: () => parts.registry.handlerNames,
    maxRunMs,
    silentMs: storeTimeoutMs,
  });
}

type SilenceListener = (message: string, isNew: boolean) => void;

/** Says once in each outage which connection is silent. A listener's own failure is only logged. */
function silenceListener(fields: object, logger: Logger, heard: (() => unknown) | undefined): SilenceListener {
  return (message, isNew) => {
    if (isNew) logSafely(logger, 'warn', fields, `${message}; until it does, it is asked by one call at a time`);
    if (heard !== undefined) tellListener('deduplicate.onSilence', heard, logger);
  };
}

/** Our own stores answer at once, so they need no time limit. */
function storeOf(
  { deduplicate, storeTimeoutMs: timeoutMs }: Settings,
  outbox: Outbox,
  onSilence: SilenceListener,
): DeliveryStore {
  if (deduplicate === undefined) return noStore;
  const { store, isDefaultStore } = deduplicate;
  return isDefaultStore ? store : timeLimitedStore(store, { timeoutMs, outbox, onSilence });
}

/** Without a store and a queue, a key is computed only when it is read. */
function keyFactory({ deduplicate, queue }: Settings): PipelineParts['keyOf'] {
  if (deduplicate === undefined && queue === undefined) return (delivery, payload) => new LazyKey(delivery, payload);
  return (delivery, payload) => ({ text: deliveryKey(delivery, payload, deduplicate?.key) });
}
