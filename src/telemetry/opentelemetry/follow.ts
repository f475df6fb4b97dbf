import { AsyncLocalStorage } from 'node:async_hooks';
import type { Context, Span, SpanOptions, Tracer } from '@opentelemetry/api';
import type {
  DeliveryEnd,
  Followed,
  HandlerEnd,
  SendEnd,
  TelemetryOfReceiver,
  TelemetrySource,
} from '../../foundations/contracts/telemetry';
import { describeError } from '../../foundations/describe-error';
import { rowOf } from '../../foundations/outcomes';
import type { Api } from './load-api';
import type { Counts, Instruments } from './metrics';
import { contextFrom, traceOf } from './trace-context';

export interface FollowSettings {
  readonly api: Api;
  readonly tracer: Tracer;
  readonly instruments: Instruments;
  readonly counts: Counts;
  readonly events: TelemetrySource['events'];
}

/** The destination of jobs, in the words of OpenTelemetry's conventions for messaging. */
const messaging = { 'messaging.system': 'bigmind-webhooks', 'messaging.destination.name': 'deliveries' };

/** Follows deliveries, jobs and handlers with a span each, and counts them when they end. */
export function followWith({
  api,
  tracer,
  instruments,
  counts,
  events,
}: FollowSettings): Omit<TelemetryOfReceiver, 'close'> {
  const { SpanKind, SpanStatusCode } = api;
  /** Where no context manager is registered, a handler's span still finds that of its delivery. */
  const own = new AsyncLocalStorage<Context>();

  function active(): Context {
    const context = api.context.active();
    return api.trace.getSpan(context) === undefined ? (own.getStore() ?? context) : context;
  }
  /** Every other name is a stranger's word: as a label, it would be one more time series. */
  function eventName(event: string | undefined): string {
    return event !== undefined && events.has(event) ? event : 'unknown';
  }
  function start<End>(
    name: string,
    options: SpanOptions,
    parent: Context,
    ended: (span: Span, result: End) => void,
  ): Followed<End> & { readonly context: Context } {
    const span = tracer.startSpan(name, options, parent);
    const context = api.trace.setSpan(parent, span);
    return {
      context,
      run: (work) =>
        api.context.with(context, () => (api.context.active() === context ? work() : own.run(context, work))),
      end(result) {
        ended(span, result);
        span.end();
      },
    };
  }
  function deliveryEnded(startedAt: number, bytes: number | undefined, verb: string) {
    return (span: Span, { outcome, event, key, isRepeat, isDead }: DeliveryEnd): void => {
      const labels = counts.deliveries.add(eventName(event), outcome);
      if (isRepeat) counts.repeats.add(labels['bigmind.event'], outcome);
      span.updateName(`${verb} ${labels['bigmind.event']}`);
      span.setAttributes({ ...labels, ...(key !== undefined && { 'bigmind.key': key }) });
      if (rowOf(outcome).status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      if (isDead) instruments.deadLetters.add(1, { 'bigmind.event': labels['bigmind.event'] });
      instruments.duration.record((performance.now() - startedAt) / 1000, labels);
      if (bytes !== undefined) instruments.bodySize.record(bytes, labels);
    };
  }
  function handlerEnded(startedAt: number, labels: Readonly<Record<'bigmind.event' | 'bigmind.handler', string>>) {
    return (span: Span, { failure }: HandlerEnd): void => {
      counts.activeHandlers.add(labels['bigmind.event'], labels['bigmind.handler'], -1);
      const result = failure === undefined ? 'succeeded' : 'failed';
      instruments.handlerDuration.record((performance.now() - startedAt) / 1000, {
        ...labels,
        'bigmind.result': result,
      });
      if (failure === undefined) return;
      // Its message may quote the payload. The log has it, with the key.
      span.setAttribute('error.type', typeOf(failure.error));
      span.setStatus({ code: SpanStatusCode.ERROR });
    };
  }

  return {
    delivery({ waitedMs, bytes }) {
      const options = {
        ...(bytes !== undefined && { attributes: { 'bigmind.body.size': bytes } }),
        ...(waitedMs > 0 && { startTime: Date.now() - waitedMs }),
      };
      return start('delivery', options, active(), deliveryEnded(performance.now() - waitedMs, bytes, 'delivery'));
    },
    job({ bytes, trace }) {
      const attributes = { ...messaging, 'messaging.operation.type': 'process', 'messaging.operation.name': 'process' };
      const options = { kind: SpanKind.CONSUMER, attributes };
      return start('process', options, contextFrom(api, trace), deliveryEnded(performance.now(), bytes, 'process'));
    },
    handler({ handler, event }) {
      const labels = counts.activeHandlers.add(eventName(event), handler);
      return start(`handler ${handler}`, { attributes: labels }, active(), handlerEnded(performance.now(), labels));
    },
    send({ event }) {
      const attributes = {
        ...messaging,
        'messaging.operation.type': 'send',
        'messaging.operation.name': 'send',
        'bigmind.event': eventName(event),
      };
      const sending = start<SendEnd>(
        'send deliveries',
        { kind: SpanKind.PRODUCER, attributes },
        active(),
        (span, { isHeld }) => {
          if (!isHeld) span.setStatus({ code: SpanStatusCode.ERROR });
        },
      );
      return { ...sending, trace: traceOf(api, sending.context) };
    },
  };
}

/** The class of an error, if its name is one. */
function typeOf(error: unknown): string {
  const { type } = describeError(error);
  return /^[\w$.]{1,100}$/.test(type) ? type : 'Error';
}
