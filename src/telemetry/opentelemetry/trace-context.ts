import type { Context, SpanContext } from '@opentelemetry/api';
import type { TraceContext } from '../../foundations/contracts/trace-context';
import type { Api } from './load-api';

/**
 * W3C Trace Context, without the baggage: that may hold what a job's readers should not see. Not the propagator of the
 * application, which may write another format, or none.
 */
export function traceOf(api: Api, context: Context): TraceContext | undefined {
  const span = api.trace.getSpanContext(context);
  if (span === undefined || !api.isSpanContextValid(span)) return undefined;
  const { traceId, spanId, traceFlags, traceState } = span;
  const tracestate = traceState?.serialize();
  return {
    traceparent: `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`,
    ...(tracestate && { tracestate }),
  };
}

const traceparentForm = /^[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})/;

/** The context that a job was enqueued in; the root if it has none that can be read. */
export function contextFrom(api: Api, trace: TraceContext | undefined): Context {
  const [, traceId = '', spanId = '', flags = ''] = traceparentForm.exec(trace?.traceparent ?? '') ?? [];
  const { tracestate } = trace ?? {};
  const span: SpanContext = {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16),
    isRemote: true,
    ...(tracestate !== undefined && { traceState: api.createTraceState(tracestate) }),
  };
  return api.isSpanContextValid(span) ? api.trace.setSpanContext(api.ROOT_CONTEXT, span) : api.ROOT_CONTEXT;
}
