import { afterAbortMs } from './deduplication/run-once';
import type { EventSchemas, EventsWith, NoSchemas } from './events/event-schema';
import type { BigmindEventMap } from './events/generated/types';
import { refuseMounting } from './express/refuse-mounting';
import { createRouter } from './express/router';
import { BytesInFlight } from './foundations/bytes-in-flight';
import type { WebhookHeaders } from './foundations/contracts/request';
import type { DeliveryEnd, Followed } from './foundations/contracts/telemetry';
import { type RawDelivery, Settled } from './foundations/delivery';
import { WebhookError } from './foundations/errors';
import { endOf, runIn } from './foundations/guarded-telemetry';
import { type MaybePromise, recovered, whenReady } from './foundations/maybe-promise';
import { knownOptions, requireCallback, wholeNumber } from './foundations/option-checks';
import { rowOf } from './foundations/outcomes';
import { receiverIsClosing } from './foundations/receiver-is-closing';
import { responseTo } from './foundations/response';
import type { BigmindWebhooksOptions } from './options/options';
import { parseLogger } from './options/parse-logger';
import { parseOptions } from './options/parse-options';
import { parseCallback, parseRegistration } from './options/parse-registration';
import { parseWork } from './options/parse-work';
import { warnOfRisks, warnOfUnsharedStore } from './options/warn-of-risks';
import { assemble, assembleWorker, telemetryOf } from './pipeline/assemble';
import type { Measures } from './pipeline/delivery-line';
import { dispatchEvent } from './pipeline/dispatch-event';
import { healthOf } from './pipeline/health';
import { journalOfReceiver } from './pipeline/journal/journal-of-receiver';
import { openParts } from './pipeline/open-parts';
import { paramsIn, readPost, readRequest } from './pipeline/read-request';
import { receive } from './pipeline/receive';
import { errorOf, Reporter } from './pipeline/report';
import { because, recoveredNow, unexpected } from './pipeline/unexpected';
import { verifyEvent } from './pipeline/verify-event';
import { checkAtStart } from './queueing/check-at-start';
import { deadLettersOf } from './queueing/dead-letters';
import type { BigmindWebhooks, VerifiedEvent } from './receiver';
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
): BigmindWebhooks;
/** Makes a receiver whose handlers get application data in `context.locals`. */
export function bigmindWebhooks<Locals>(
  options: BigmindWebhooksOptions<NoSchemas, Locals> & { readonly schemas?: undefined },
): BigmindWebhooks<BigmindEventMap, Locals>;
/** Makes a receiver that knows the events of `schemas`, too. */
export function bigmindWebhooks<const Schemas extends EventSchemas = NoSchemas, Locals = undefined>(
  options: BigmindWebhooksOptions<Schemas, Locals>,
): BigmindWebhooks<EventsWith<Schemas>, Locals>;
export function bigmindWebhooks<const Schemas extends EventSchemas = NoSchemas, Locals = undefined>(
  options: BigmindWebhooksOptions<Schemas, Locals> = {},
): BigmindWebhooks<EventsWith<Schemas>, Locals> | BigmindWebhooks<BigmindEventMap, Locals> {
  const settings = parseOptions(options, process.env);
  const logger = parseLogger(options.logger);
  const reporter = new Reporter(logger, settings.clock);
  const telemetry = telemetryOf(settings, logger, () => webhooks.health());
  const parts = assemble(settings, logger, reporter, telemetry);
  const { registry, once, replays, clock } = parts;
  const closing = new Settled('unavailable', { reason: receiverIsClosing });
  const inFlight = new BytesInFlight(settings.maxBytesInFlight);
  const bodyRules = {
    limit: settings.limit,
    refuseUnsigned: (headers: WebhookHeaders) => refuseUnsigned(headers, parts.signature),
  };
  let closed = false;
  let unanswered = 0;
  const health = healthOf({
    store: settings.deduplicate?.store,
    queue: settings.queue,
    journal: settings.journal,
    answerTimeoutMs: settings.storeTimeoutMs,
    inFlight: () => ({ deliveries: unanswered, running: once.running + replays.running, bytes: inFlight.held }),
    isClosing: () => closed,
  });
  openParts(settings, logger);
  warnOfRisks(settings, logger, process.env);

  function whileClosing(): Settled | undefined {
    return closed ? closing : undefined;
  }
  function answer(raw: RawDelivery): MaybePromise<Settled> {
    const { receivedAt, rawBody, params, withoutBody } = raw;
    const measures = { startedAt: receivedAt, bytes: rawBody.length, params };
    const full = inFlight.take(measures.bytes);
    if (full !== undefined) {
      tell(full, measures);
      return full;
    }
    unanswered += 1;
    const followed = follow(measures);
    const settled = runIn(followed, () => handle(raw));
    return whenReady(settled, reported(measures, followed, withoutBody));
  }
  function handle(raw: RawDelivery): MaybePromise<Settled> {
    return whileClosing() ?? recovered(() => receive(raw, parts), unexpected);
  }
  function follow({ startedAt, bytes }: Started): Followed<DeliveryEnd> | undefined {
    return telemetry?.delivery({ waitedMs: clock.now() - startedAt, bytes });
  }
  /** Not inside `answer`: a function that waits for an outcome must not hold the bytes. */
  function reported(
    measures: Started & { readonly bytes: number },
    followed: Followed<DeliveryEnd> | undefined,
    withoutBody?: string,
  ): (settled: Settled) => Settled {
    return (settled) => {
      unanswered -= 1;
      inFlight.give(measures.bytes);
      tell(because(withoutBody, settled), measures, followed);
      return settled;
    };
  }
  function tell(settled: Settled, measures: Started, followed = follow(measures)): void {
    reporter.report(settled, measures);
    followed?.end(endOf(settled));
  }
  async function verifyHeld<Event>(raw: RawDelivery): Promise<VerifiedEvent<Event> | Settled> {
    const bytes = raw.rawBody.length;
    const full = inFlight.take(bytes);
    if (full !== undefined) return full;
    const verified = verifyEvent<Event>(raw, parts).catch(unexpected);
    return verified.finally(() => inFlight.give(bytes));
  }
  const kept = journalOfReceiver(parts, (settled, startedAt, bytes) => reporter.report(settled, { startedAt, bytes }));
  const worker = assembleWorker(settings, parts, reporter);
  const checkQueue = checkAtStart(settings.queue, logger, settings.storeTimeoutMs);
  const router = createRouter({
    ...bodyRules,
    readTimeoutMs: settings.readTimeoutMs,
    inFlight,
    clock,
    receive: answer,
    refused: (settled, measures) => tell(settled, measures),
    closed: whileClosing,
    looksSigned: (headers) => looksSigned(headers, parts.signature),
    logger,
  });

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
    receive(request) {
      const receivedAt = clock.now();
      const raw = recoveredNow(() => readPost(request, receivedAt, bodyRules, whileClosing()));
      if (!(raw instanceof Settled)) return Promise.resolve(whenReady(answer(raw), responseTo));
      tell(raw, { startedAt: receivedAt, params: paramsIn(request) });
      return Promise.resolve(responseTo(raw));
    },
    async verify(request) {
      const receivedAt = clock.now();
      const raw = recoveredNow(() => readRequest(request, receivedAt, bodyRules));
      const verified =
        raw instanceof Settled ? raw : await verifyHeld<EventsWith<Schemas>[keyof EventsWith<Schemas>]>(raw);
      if (!(verified instanceof Settled)) return verified;
      const told = raw instanceof Settled ? verified : because(raw.withoutBody, verified);
      tell(told, { startedAt: receivedAt, params: paramsIn(request) });
      throw errorOf(told);
    },
    async dispatch(input) {
      const startedAt = clock.now();
      // A mistake in the call is no delivery: it throws before there is a span to end.
      const run = dispatchEvent(input, parts, whileClosing());
      const followed = follow({ startedAt });
      const settled = await runIn(followed, run);
      tell(settled, { startedAt }, followed);
      if (rowOf(settled.outcome).status !== 200) throw errorOf(settled);
      return settled.outcome;
    },
    async work(asked = {}) {
      const { queue } = settings;
      if (queue === undefined)
        throw new WebhookError('NO_QUEUE', 'work: this receiver has no queue. Pass the queue option.');
      const work = parseWork(asked, settings.checks);
      if (registry.isEmpty) throw new WebhookError('NO_HANDLERS', 'work: register handlers with on() before.');
      if (closed) throw errorOf(closing);
      warnOfUnsharedStore(settings, logger);
      await worker.start(queue, work);
    },
    deadLetters: deadLettersOf(settings.queue),
    journal: kept.journal,
    health,
    async close(waiting = {}) {
      knownOptions(waiting, 'close', { timeoutMs: true });
      const graceMs = wholeNumber('close.timeoutMs', waiting.timeoutMs ?? 10_000, 0);
      closed = true;
      kept.stop();
      // Jobs go back to the queue only after aborted handlers have had a moment to end.
      const closedWorker = worker.close(graceMs + afterAbortMs, settings.queue);
      await Promise.all([once.drain(graceMs), parts.replays.drain(graceMs), closedWorker]);
      await kept.close();
      telemetry?.close();
    },
  });
  return webhooks;
}

/** A delivery that is reported, and when it came. */
type Started = Measures & { readonly startedAt: number };
