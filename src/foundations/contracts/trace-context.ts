/** A trace context of W3C, in a job. It leads from the worker's spans to those of the request. */
export interface TraceContext {
  readonly traceparent: string;
  readonly tracestate?: string | undefined;
}
