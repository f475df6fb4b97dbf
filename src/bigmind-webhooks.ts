import type { Logger } from './contracts';
import { boundedStore } from './deduplication/bounded-store';
import { deliveryKey } from './deduplication/delivery-key';
import { forgetfulStore } from './deduplication/forgetful-store';
import { RunOnce } from './deduplication/run-once';
import { type EventDelivery, type RawDelivery, Settled } from './delivery';
import { dispatchEvent } from './dispatch-event';
import type { EventSchemas, EventsWith, NoSchemas } from './event-schema';
import { createRouter } from './express/router';
import { Registry } from './handlers/registry';
import { type MaybePromise, recovered, whenReady } from './maybe-promise';
import { wholeNumber } from './option-checks';
import type { BigmindWebhooksOptions } from './options';
import { rowOf } from './outcomes';
import { parseLogger } from './parse-logger';
import { parseOptions, type Settings } from './parse-options';
import { type Receiver, receive, verify } from './receive';
import { registerCallback, registerHandler } from './register';
import { errorOf, Reporter } from './report';
import { deliveryOf } from './request-of';
import { responseTo } from './response';
import { announceScheme } from './signatures/announce-scheme';
import { auto } from './signatures/auto';
import { refuseUnsigned } from './signatures/verify-signature';
import { warnOfRisks } from './warn-of-risks';
import type { BigmindWebhooks, VerifiedEvent } from './webhooks';

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
  const reporter = new Reporter(logger);
  const receiver = assemble(settings, logger, reporter);
  const { registry, once, clock } = receiver;
  const closing = new Settled('unavailable', { reason: 'The receiver is closing.' });
  let closed = false;
  warnOfRisks(settings, logger, process.env);

  function answer(raw: RawDelivery): MaybePromise<Settled> {
    const settled = closed ? closing : recovered(() => receive(raw, receiver), unexpected);
    return whenReady(settled, (ended) => {
      report(ended, raw.receivedAt, raw.rawBody.length);
      return ended;
    });
  }
  function report(settled: Settled, receivedAt: number, bytes?: number): void {
    reporter.report(settled, { bytes, ms: clock.now() - receivedAt });
  }

  const webhooks: BigmindWebhooks<EventsWith<Schemas>, Locals> = {
    on(selector, handler, { name } = {}) {
      registerHandler(registry, settings.checks, selector, handler, name);
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
      reporter.onError = listener;
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
    async receive(request) {
      const { method = 'POST' } = request;
      if (method.toUpperCase() !== 'POST') return responseTo(new Settled('method-not-allowed'));
      const raw = deliveryOf(request, clock.now());
      if (!(raw instanceof Settled)) return responseTo(await answer(raw));
      report(raw, clock.now());
      return responseTo(raw);
    },
    async verify(request) {
      const raw = deliveryOf(request, clock.now());
      const verified = await (raw instanceof Settled ? raw : verify(raw, receiver));
      if (verified instanceof Settled) {
        report(verified, clock.now());
        throw errorOf(verified);
      }
      return verifiedEvent(verified, settings);
    },
    async dispatch(input) {
      const settled = closed ? closing : await dispatchEvent(input, receiver);
      report(settled, clock.now());
      if (rowOf(settled.outcome).status !== 200) throw errorOf(settled);
      return settled.outcome;
    },
    async close({ timeoutMs = 10_000 } = {}) {
      wholeNumber('close.timeoutMs', timeoutMs, 0);
      closed = true;
      await once.drain(timeoutMs);
    },
  };
  return webhooks;
}

function verifiedEvent<Event>({ delivery, event }: EventDelivery, { deduplicate }: Settings): VerifiedEvent<Event> {
  const { tenant, scheme } = delivery;
  const key = deliveryKey(delivery, event, deduplicate?.key);
  return { event: event as Event, key, ...(tenant !== undefined && { tenant }), signature: { scheme } };
}

/** Joins the rooms. */
function assemble(settings: Settings, logger: Logger, reporter: Reporter): Receiver {
  const { deduplicate, storeTimeoutMs, maxRunMs, scheme } = settings;
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
      store: deduplicate === undefined ? forgetfulStore : boundedStore(deduplicate.store, storeTimeoutMs),
      ttlMs: deduplicate?.ttlMs ?? 1,
      maxRunMs,
      join: deduplicate !== undefined,
    }),
    nameDelivery: deduplicate?.key,
    locals: settings.locals,
    logger,
    timeoutMs: settings.timeoutMs,
    clock: settings.clock,
    reportLate: (settled) => reporter.report(settled, { late: true }),
  };
}

/** A mistake of ours, or a throw from the user's `deduplicate.key`: the sender repeats, nothing is lost. */
function unexpected(cause: unknown): Settled {
  return new Settled('failed', { cause, reason: 'An error outside the handlers.' });
}
