import { deliveryKey } from '../deduplication/delivery-key';
import { leaseMs } from '../deduplication/held-claim';
import { memoryStore } from '../deduplication/memory-store';
import { noStore } from '../deduplication/no-store';
import { RunOnce } from '../deduplication/run-once';
import { type TimeLimits, type Told, timeLimitedStore } from '../deduplication/time-limited-store';
import { Breaker, NotAskedError } from '../foundations/breaker';
import type { Logger } from '../foundations/contracts/logger';
import type { DeliveryStore } from '../foundations/contracts/store';
import type { TelemetryOfReceiver } from '../foundations/contracts/telemetry';
import { headerKeeper } from '../foundations/credential-headers';
import type { Settled } from '../foundations/delivery';
import { describeError } from '../foundations/describe-error';
import { type GuardedTelemetry, guardedTelemetry } from '../foundations/guarded-telemetry';
import { Outbox } from '../foundations/outbox';
import { isLogged, logSafely, tellListener } from '../foundations/tell';
import { longestTimer, SilenceError } from '../foundations/timeouts';
import { Registry } from '../handlers/registry';
import { usualTtlMs } from '../options/parse-deduplicate';
import type { Settings } from '../options/parse-options';
import { JobWorker } from '../queueing/job-worker';
import { announceScheme } from '../signatures/announce-scheme';
import { MismatchExplainer } from '../signatures/explain/explain-mismatch';
import { auto } from '../signatures/schemes/auto';
import { DriftWatch } from './drift-watch';
import { inOneTransaction } from './journal/in-one-transaction';
import { Journaling } from './journal/journaling';
import { openJob } from './open-job';
import type { PipelineParts } from './parts';
import type { Reporter } from './report';
import { requirePromise } from './require-promise';
import { tellingWhoThrew } from './unexpected';

/** A replay holds two claims. The inner one, on the delivery, is given up this much before the outer one. */
const marginMs = 1000;

/** Makes the parts of the pipeline from the options. */
export function assemble(
  settings: Settings,
  logger: Logger,
  reporter: Reporter,
  telemetry: TelemetryOfReceiver | undefined,
): PipelineParts {
  const { deduplicate, storeTimeoutMs, maxRunMs, scheme, signatureHeaders, queue, journal, clock } = settings;
  const keepAndEnqueue = inOneTransaction(queue, journal);
  const outbox = new Outbox();
  const keepHeaders = headerKeeper({ signatureHeaders, keep: settings.keepHeaders });
  const silence = (silent: 'store' | 'queue' | 'journal', onSilence?: () => unknown) =>
    silenceListener({ silent, silentMs: storeTimeoutMs }, logger, onSilence);
  const store = storeOf(settings, {
    timeoutMs: storeTimeoutMs,
    outbox,
    onSilence: silence('store', deduplicate?.onSilence),
    ...refusalTeller(logger),
  });
  const journaling =
    journal &&
    new Journaling({
      journal,
      timeoutMs: storeTimeoutMs,
      onSilence: silence('journal'),
      keepHeaders,
      logger,
      clock,
    });
  function reportLate(settled: Settled): void {
    reporter.report(settled, { late: true });
    journaling?.ended(settled);
  }
  return {
    signature: {
      scheme,
      signatureHeaders,
      secret: settings.secret,
      toleranceMs: settings.toleranceMs,
      answerTimeoutMs: storeTimeoutMs,
      mismatches: new MismatchExplainer(scheme ?? auto, signatureHeaders, () => isLogged(logger, 'warn')),
      announcementOf: scheme === auto ? announceScheme(logger) : () => undefined,
    },
    checks: settings.checks,
    drift: new DriftWatch(settings.shapes, logger),
    registry: new Registry(),
    once: new RunOnce({
      store,
      outbox,
      ttlMs: deduplicate?.ttlMs ?? 1,
      maxRunMs,
      remembers: deduplicate !== undefined,
      late: reportLate,
    }),
    replays: new RunOnce({
      // In memory, the ledgers of a long replay must not push out the deliveries that are remembered.
      store: deduplicate === undefined || deduplicate.isDefaultStore ? memoryStore() : store,
      outbox,
      ttlMs: deduplicate?.ttlMs ?? usualTtlMs,
      maxRunMs: Math.min(maxRunMs + marginMs, longestTimer),
      remembers: true,
      late: reportLate,
    }),
    keyOf: keyFactory(settings),
    locals: settings.locals,
    queueing: queue && {
      enqueue: (job) => requirePromise(queue.enqueue(job), 'queue.enqueue'),
      keepAndEnqueue,
      ask: new Breaker({ who: 'The queue', timeoutMs: storeTimeoutMs, onSilence: silence('queue') }).lane(),
      keepHeaders,
    },
    journaling,
    logger,
    telemetry,
    timeoutMs: settings.timeoutMs,
    storeTimeoutMs,
    clock,
    reportLate,
  };
}

/** The telemetry of a receiver; an error that it throws is logged once. */
export function telemetryOf({ telemetry }: Settings, logger: Logger): GuardedTelemetry | undefined {
  function tell(error: unknown): void {
    const fields = { code: 'TELEMETRY_FAILED', cause: describeError(error) };
    const missing = 'The telemetry threw. Deliveries are handled all the same; spans or metrics are missing.';
    logSafely(logger, 'warn', fields, missing);
  }
  return telemetry && guardedTelemetry(telemetry, tell);
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
    report(settled, measures) {
      reporter.report(settled, measures);
      parts.journaling?.ended(settled);
    },
    telemetry,
    clock,
    logger,
    handlers: () => parts.registry.names,
    maxRunMs,
    leaseMs,
    silentMs: storeTimeoutMs,
  });
}

type SilenceListener = (message: string, isNew: boolean) => void;

/** Says once in each outage which connection is silent. A listener's own failure is only logged. */
function silenceListener(fields: object, logger: Logger, onSilence: (() => unknown) | undefined): SilenceListener {
  return (message, isNew) => {
    if (isNew) logSafely(logger, 'warn', fields, `${message}; until it does, it is asked by one call at a time`);
    if (onSilence !== undefined) tellListener('deduplicate.onSilence', onSilence, logger);
  };
}

/** Our own stores answer at once, so they need no time limit. */
function storeOf({ deduplicate }: Settings, limits: TimeLimits): DeliveryStore {
  if (deduplicate === undefined) return noStore;
  const { store, isDefaultStore } = deduplicate;
  return isDefaultStore ? store : timeLimitedStore(store, limits);
}

/** Says once in each outage why a store does not take what it is told. That it is silent is said elsewhere. */
function refusalTeller(logger: Logger): Pick<TimeLimits, 'onRefusal' | 'onTaken'> {
  const refused = new Set<Told>();
  return {
    onRefusal(call, error) {
      if (refused.has(call) || error instanceof SilenceError || error instanceof NotAskedError) return;
      refused.add(call);
      const fields = { trouble: 'store', call, cause: describeError(error) };
      logSafely(logger, 'warn', fields, `The delivery store fails at ${call}(). ${untilTaken}`);
    },
    onTaken(call) {
      if (!refused.delete(call)) return;
      logSafely(logger, 'info', { trouble: 'store', call }, `The delivery store answers ${call}() again.`);
    },
  };
}

const untilTaken =
  'It is told again until it takes what became of a delivery. Other processes may run handlers again meanwhile.';

function keyFactory({ deduplicate }: Settings): PipelineParts['keyOf'] {
  const nameDelivery = deduplicate?.key && tellingWhoThrew(deduplicate.key);
  return (delivery, payload) => deliveryKey(delivery, payload, nameDelivery);
}
