import { afterAbortMs } from './deduplication/run-once';
import type { EventSchemas, EventsWith, NoSchemas } from './events/event-schema';
import type { BigmindEventMap } from './events/generated/types';
import { refuseMounting, refuseRoute } from './express/refuse-mounting';
import { createRouter } from './express/router';
import type { WebhookHeaders } from './foundations/contracts/request';
import { Settled } from './foundations/delivery';
import { WebhookError } from './foundations/errors';
import { runIn } from './foundations/guarded-telemetry';
import { whenReady } from './foundations/maybe-promise';
import { knownOptions, requireCallback, wholeNumber } from './foundations/option-checks';
import { rowOf } from './foundations/outcomes';
import { responseTo } from './foundations/response';
import { atMost } from './foundations/timeouts';
import type { BigmindWebhooksOptions } from './options/options';
import { parseLogger } from './options/parse-logger';
import { parseOptions } from './options/parse-options';
import { parseCallback, parseRegistration } from './options/parse-registration';
import { parseWork } from './options/parse-work';
import { warnOfRisks, warnOfStoreOfWorkers } from './options/warn-of-risks';
import { Answering } from './pipeline/answering';
import { assemble, assembleWorker, telemetryOf } from './pipeline/assemble';
import { dispatchEvent } from './pipeline/dispatch-event';
import { healthOf } from './pipeline/health';
import { journalOfReceiver } from './pipeline/journal/journal-of-receiver';
import { openParts } from './pipeline/open-parts';
import { paramsIn, readPost, readRequest } from './pipeline/read-request';
import { errorOf, Reporter } from './pipeline/report';
import { recoveredNow } from './pipeline/unexpected';
import { checkAtStart } from './queueing/check-at-start';
import { deadLettersOf } from './queueing/dead-letters';
import type { BigmindWebhooks, WebhookRequest } from './receiver';
import { looksSigned } from './signatures/looks-signed';
import { refuseUnsigned } from './signatures/verify-signature';

/**
 * Makes a receiver of Bigmind's webhooks. Every mistake in the set-up throws here, before it can lose a delivery. The
 * schemas are compiled here, not at the first delivery.
 *
 * @throws WebhookError `MISSING_SECRET`, `BAD_SECRET`, `BAD_OPTION`, `BAD_SCHEMA` or `CODE_GENERATION_FORBIDDEN`
 */
// Overloads, since the compiler would infer `Schemas` from the type that a result is assigned to, and not take the
// default.
export function bigmindWebhooks(
  options?: BigmindWebhooksOptions & { readonly schemas?: undefined; readonly locals?: undefined },
): BigmindWebhooks<BigmindEventMap, undefined>;
/** Makes a receiver whose handlers get application data in `context.locals`. */
export function bigmindWebhooks<Locals>(
  options: BigmindWebhooksOptions<NoSchemas, Locals> & { readonly schemas?: undefined },
): BigmindWebhooks<BigmindEventMap, Locals>;
/** Makes a receiver that knows the events of `schemas`, too. */
export function bigmindWebhooks<const Schemas extends EventSchemas = NoSchemas, Locals = undefined>(
  options: BigmindWebhooksOptions<Schemas, Locals>,
): BigmindWebhooks<EventsWith<Schemas>, Locals>;
/** Makes a receiver from options that may be missing. It comes last, since `ReturnType` reads the last overload. */
export function bigmindWebhooks(
  // eslint-disable-next-line @typescript-eslint/unified-signatures -- the first one is needed first, and this one last
  options?: BigmindWebhooksOptions & { readonly schemas?: Readonly<Record<string, never>> | undefined },
): BigmindWebhooks<BigmindEventMap, undefined>;
export function bigmindWebhooks<const Schemas extends EventSchemas = NoSchemas, Locals = undefined>(
  options: BigmindWebhooksOptions<Schemas, Locals> = {},
): BigmindWebhooks<EventsWith<Schemas>, Locals> | BigmindWebhooks<BigmindEventMap, Locals> {
  const settings = parseOptions(options, process.env);
  const logger = parseLogger(options.logger);
  const reporter = new Reporter(logger, settings.clock);
  const telemetry = telemetryOf(settings, logger);
  const parts = assemble(settings, logger, reporter, telemetry);
  const { registry, once, replays, clock } = parts;
  const answering = new Answering(parts, reporter, settings.maxBytesInFlight);
  const { bytesHeld } = answering;
  const bodyRules = {
    limit: settings.limit,
    refuseUnsigned: (headers: WebhookHeaders) => refuseUnsigned(headers, parts.signature),
  };
  const health = healthOf({
    store: settings.deduplicate?.store,
    queue: settings.queue,
    journal: settings.journal,
    answerTimeoutMs: settings.storeTimeoutMs,
    inFlight: () => ({
      deliveries: answering.unanswered,
      running: once.running + replays.running,
      bytes: bytesHeld.held,
    }),
    isClosing: () => answering.closing !== undefined,
  });
  openParts(settings, logger);
  telemetry?.open({ events: settings.checks, health });
  warnOfRisks(settings, logger, process.env);

  const kept = journalOfReceiver(parts, (settled, measures) => reporter.report(settled, measures));
  const worker = assembleWorker(settings, parts, reporter);
  const checkQueue = checkAtStart(settings.queue, logger, settings.storeTimeoutMs);
  const router = createRouter({
    ...bodyRules,
    readTimeoutMs: settings.readTimeoutMs,
    inFlight: bytesHeld,
    clock,
    receive: (raw) => answering.answer(raw),
    refused: (settled, measures) => answering.tell(settled, measures),
    unheard: (settled, measures) => reporter.reportUnheard(settled, measures),
    closed: () => answering.closing,
    looksSigned: (headers) => looksSigned(headers, parts.signature),
    logger,
  });

  async function verify(request: Omit<WebhookRequest, 'method'>) {
    const receivedAt = clock.now();
    const raw = recoveredNow(() => readRequest(request, receivedAt, bodyRules));
    const verified =
      raw instanceof Settled ? raw : await answering.verify<EventsWith<Schemas>[keyof EventsWith<Schemas>]>(raw);
    if (!(verified instanceof Settled)) return verified;
    answering.tell(verified, { startedAt: receivedAt, params: paramsIn(request) });
    throw errorOf(verified);
  }

  const webhooks: BigmindWebhooks<EventsWith<Schemas>, Locals> = refuseMounting({
    on(selector, handler, registration = {}) {
      registry.add(parseRegistration(settings.checks, selector, handler, registration));
      return webhooks;
    },
    onInvalid(take) {
      registry.onInvalid = parseCallback('onInvalid', registry.onInvalid, take);
      return webhooks;
    },
    onUnknown(take) {
      registry.onUnknown = parseCallback('onUnknown', registry.onUnknown, take);
      return webhooks;
    },
    onError(listener) {
      requireCallback('onError', listener);
      reporter.listeners.push(listener);
      return webhooks;
    },
    onDrift(listener) {
      requireCallback('onDrift', listener);
      parts.drift.listeners.push(listener);
      return webhooks;
    },
    // Only a process that answers deliveries mounts it; others that construct a receiver open no connection.
    get router() {
      checkQueue();
      return router;
    },
    // Not async: an async function would hold its arguments, and so the bytes, while it waits.
    receive(request, ...others: readonly unknown[]) {
      refuseRoute('receive', others);
      const receivedAt = clock.now();
      const raw = recoveredNow(() => readPost(request, receivedAt, bodyRules, answering.closing));
      if (!(raw instanceof Settled)) return Promise.resolve(whenReady(answering.answer(raw), responseTo));
      answering.tell(raw, { startedAt: receivedAt, params: paramsIn(request) });
      return Promise.resolve(responseTo(raw));
    },
    // Not async: Express 4 does not look at promises, and a rejection would end the process.
    verify(request, ...others: readonly unknown[]) {
      refuseRoute('verify', others);
      return verify(request);
    },
    async dispatch(input) {
      const startedAt = clock.now();
      // A mistake in the call is no delivery: it throws before there is a span to end.
      const run = dispatchEvent(input, parts, answering.closing);
      const followed = answering.follow({ startedAt });
      const settled = await runIn(followed, run);
      answering.tell(settled, { startedAt }, followed);
      if (rowOf(settled.outcome).status !== 200) throw errorOf(settled);
      return settled.outcome;
    },
    async work(asked = {}) {
      const { queue } = settings;
      if (queue === undefined)
        throw new WebhookError('NO_QUEUE', 'work: this receiver has no queue. Pass the queue option.');
      const work = parseWork(asked, settings.checks);
      if (registry.isEmpty) throw new WebhookError('NO_HANDLERS', 'work: register handlers with on() before.');
      if (answering.closing !== undefined) throw errorOf(answering.closing);
      warnOfStoreOfWorkers(settings, logger);
      await worker.start(queue, work);
    },
    deadLetters: deadLettersOf(settings.queue, settings.storeTimeoutMs),
    journal: kept.journal,
    health,
    async close(waiting = {}) {
      knownOptions(waiting, 'close', { timeoutMs: true });
      const graceMs = wholeNumber('close.timeoutMs', waiting.timeoutMs ?? 10_000, 0);
      answering.close();
      const replaysEnded = kept.stop();
      // Without a queue, what is unanswered waits for nothing that is closed here.
      const enqueued = settings.queue
        ? atMost(graceMs, Promise.all([answering.answered(), replaysEnded]))
        : Promise.resolve();
      // Jobs go back to the queue only after aborted handlers have had a moment to end.
      const closedWorker = worker.close(graceMs + afterAbortMs, settings.queue, enqueued);
      await Promise.all([once.drain(graceMs), replays.drain(graceMs), closedWorker]);
      await kept.close();
      telemetry?.close();
    },
  });
  return webhooks;
}
