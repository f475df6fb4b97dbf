import type { DeliveryStore, Logger } from './contracts';
import { boundedStore } from './deduplication/bounded-store';
import { deliveryKey, LazyKey } from './deduplication/delivery-key';
import { forgetfulStore } from './deduplication/forgetful-store';
import { afterAbortMs, RunOnce } from './deduplication/run-once';
import { type RawDelivery, Settled } from './delivery';
import { dispatchEvent } from './dispatch-event';
import { WebhookError } from './errors';
import type { EventSchemas, EventsWith, NoSchemas } from './event-schema';
import { createRouter } from './express/router';
import { Registry } from './handlers/registry';
import { type MaybePromise, recovered, whenReady } from './maybe-promise';
import { openJob } from './open-job';
import { knownOptions, requireFunction, wholeNumber } from './option-checks';
import type { BigmindWebhooksOptions } from './options';
import { rowOf } from './outcomes';
import { parseLogger } from './parse-logger';
import { parseOptions, type Settings } from './parse-options';
import { parseWork } from './parse-work';
import { deadLettersOf } from './queueing/dead-letters';
import { JobWorker } from './queueing/job-worker';
import { withheldHeaders } from './queueing/travelling-headers';
import { type Receiver, receive, verify } from './receive';
import { registerCallback, registerHandler } from './register';
import { errorOf, Reporter } from './report';
import { deliveryOf } from './request-of';
import { responseTo } from './response';
import { announceScheme } from './signatures/announce-scheme';
import { auto } from './signatures/schemes/auto';
import { refuseUnsigned } from './signatures/verify-signature';
import { warnOfLonelyWorker, warnOfRisks } from './warn-of-risks';
import type { BigmindWebhooks, VerifiedEvent, WebhookRequest } from './webhooks';

/**
 * Makes a receiver of Bigmind's webhooks. Everything that can be wrong with the set-up throws here, before a delivery
 * can be lost to it; the schemas are compiled here, not at the first delivery.
 *
 * @throws WebhookError `MISSING_SECRET`, `BAD_SECRET`, `BAD_OPTION` or `BAD_SCHEMA`
 */
export function bigmindWebhooks<const Schemas extends EventSchemas = NoSchemas, Locals = undefined>(
  options: BigmindWebhooksOptions<Schemas, Locals> = {},
): BigmindWebhooks<EventsWith<Schemas>, Locals> {
  const settings = parseOptions(options, process.env);
  const logger = parseLogger(options.logger);
  const reporter = new Reporter(logger, settings.clock);
  const receiver = assemble(settings, logger, reporter);
  const { registry, once, clock } = receiver;
  const closing = new Settled('unavailable', { reason: 'The receiver is closing.' });
  let closed = false;
  settings.queue?.open({ maxRunMs: settings.maxRunMs, logger });
  warnOfRisks(settings, logger, process.env);

  function answer(raw: RawDelivery): MaybePromise<Settled> {
    const settled = closed ? closing : recovered(() => receive(raw, receiver), unexpected);
    return whenReady(settled, reported(raw.receivedAt, raw.rawBody.length));
  }
  /** Apart from `answer`, so that what waits for an outcome does not hold the bytes. */
  function reported(startedAt: number, bytes: number): (settled: Settled) => Settled {
    return (settled) => {
      report(settled, startedAt, bytes);
      return settled;
    };
  }
  function report(settled: Settled, startedAt: number, bytes?: number): void {
    reporter.report(settled, { bytes, startedAt });
  }
  const worker = new JobWorker({
    open: (job) => openJob(job, receiver),
    report,
    clock,
    logger,
    maxRunMs: settings.maxRunMs,
    silentMs: settings.storeTimeoutMs,
  });

  const webhooks: BigmindWebhooks<EventsWith<Schemas>, Locals> = {
    on(selector, handler, registration = {}) {
      registerHandler(registry, settings.checks, selector, handler, registration);
      return webhooks;
    },
    onInvalid(take) {
      registry.onInvalid = registerCallback('onInvalid', registry.onInvalid, take);
      return webhooks;
    },
    onUnknown(take) {
      registry.onUnknown = registerCallback('onUnknown', registry.onUnknown, take);
      return webhooks;
    },
    onError(listener) {
      requireFunction('onError', listener, 'BAD_HANDLER');
      reporter.listeners.push(listener);
      return webhooks;
    },
    router: createRouter({
      limit: settings.limit,
      readTimeoutMs: settings.readTimeoutMs,
      refuseUnsigned: (headers) => refuseUnsigned(headers, receiver.signature),
      clock,
      receive: answer,
      refused: report,
      closed: () => (closed ? closing : undefined),
    }),
    // Not async: a function that awaits holds what it was given, the bytes as well.
    receive(request) {
      const receivedAt = clock.now();
      const raw = postedDelivery(request, receivedAt);
      if (raw instanceof Settled) {
        report(raw, receivedAt);
        return Promise.resolve(responseTo(raw));
      }
      return Promise.resolve(answer(raw)).then(responseTo);
    },
    async verify(request) {
      const receivedAt = clock.now();
      const verified = await recovered(
        () => verifiedEvent<EventsWith<Schemas>[keyof EventsWith<Schemas>]>(request, receivedAt, receiver),
        unexpected,
      );
      if (!(verified instanceof Settled)) return verified;
      report(verified, receivedAt);
      throw errorOf(verified);
    },
    async dispatch(input) {
      const startedAt = clock.now();
      const settled = closed ? closing : await dispatchEvent(input, receiver);
      report(settled, startedAt);
      if (rowOf(settled.outcome).status !== 200) throw errorOf(settled);
      return settled.outcome;
    },
    async work(asked = {}) {
      const { queue } = settings;
      if (queue === undefined)
        throw new WebhookError('NO_QUEUE', 'work: this receiver has none. Pass the queue option.');
      const work = parseWork(asked, settings.checks);
      if (registry.isEmpty) throw new WebhookError('NO_HANDLERS', 'work: register handlers with on() before.');
      if (closed) throw errorOf(closing);
      warnOfLonelyWorker(settings, logger);
      await worker.start(queue, work);
    },
    deadLetters: deadLettersOf(settings.queue),
    async close(waiting = {}) {
      knownOptions(waiting, 'close', { timeoutMs: true });
      const graceMs = wholeNumber('close.timeoutMs', waiting.timeoutMs ?? 10_000, 0);
      closed = true;
      // The queue has its jobs again when handlers have had the moment after their abort, and not while they end.
      await Promise.all([once.drain(graceMs), worker.close(graceMs + afterAbortMs, settings.queue)]);
    },
  };
  return webhooks;
}

/** A request is anything in JavaScript; what cannot even be looked at is answered too. */
function postedDelivery(request: WebhookRequest, receivedAt: number): RawDelivery | Settled {
  try {
    const { method = 'POST' } = request;
    return method.toUpperCase() === 'POST' ? deliveryOf(request, receivedAt) : new Settled('method-not-allowed');
  } catch (cause) {
    return unexpected(cause);
  }
}

/** The first half of the way, with what `dispatch` needs for the second. */
function verifiedEvent<Event>(
  request: Omit<WebhookRequest, 'method'>,
  receivedAt: number,
  receiver: Receiver,
): MaybePromise<VerifiedEvent<Event> | Settled> {
  const raw = deliveryOf(request, receivedAt);
  if (raw instanceof Settled) return raw;
  return whenReady(verify(raw, receiver), (verified) => {
    if (verified instanceof Settled) return verified;
    const { delivery, event } = verified;
    const { tenant, scheme } = delivery;
    const key = receiver.keyOf(delivery, event).text;
    return { event: event as Event, key, ...(tenant !== undefined && { tenant }), signature: { scheme } };
  });
}

/** Joins the rooms. */
function assemble(settings: Settings, logger: Logger, reporter: Reporter): Receiver {
  const { deduplicate, storeTimeoutMs, maxRunMs, scheme, queue } = settings;
  const reportLate = (settled: Settled) => reporter.report(settled, { late: true });
  return {
    signature: {
      scheme,
      secret: settings.secret,
      toleranceMs: settings.toleranceMs,
      answerTimeoutMs: storeTimeoutMs,
      announce: scheme === auto ? announceScheme(logger) : () => {},
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
    timeoutMs: settings.timeoutMs,
    clock: settings.clock,
    reportLate,
  };
}

/** Our own stores answer at once, and need no bound. */
function storeOf({ deduplicate, storeTimeoutMs }: Settings): DeliveryStore {
  if (deduplicate === undefined) return forgetfulStore;
  const { store, isDefaultStore } = deduplicate;
  return isDefaultStore ? store : boundedStore(store, storeTimeoutMs);
}

/** Where no store is asked, a delivery's key is worked out only if somebody reads it. */
function keyFactory({ deduplicate, queue }: Settings): Receiver['keyOf'] {
  if (deduplicate === undefined && queue === undefined) return (delivery, payload) => new LazyKey(delivery, payload);
  return (delivery, payload) => ({ text: deliveryKey(delivery, payload, deduplicate?.key) });
}

/** A mistake of ours, or a throw from the user's `deduplicate.key`: the sender repeats, nothing is lost. */
function unexpected(cause: unknown): Settled {
  return new Settled('failed', { cause, reason: 'An error outside the handlers.' });
}
