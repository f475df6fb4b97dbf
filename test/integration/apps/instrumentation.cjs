'use strict';

// Loaded first, with `node --require`: what was loaded before cannot be instrumented. Each span goes to the test.
const { ExpressInstrumentation } = require('@opentelemetry/instrumentation-express');
const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http');
const { NodeTracerProvider, SimpleSpanProcessor } = require('@opentelemetry/sdk-trace-node');

const exporter = {
  export(spans, done) {
    for (const { name, kind, parentSpanContext, spanContext } of spans.map((span) => ({
      name: span.name,
      kind: span.kind,
      parentSpanContext: span.parentSpanContext,
      spanContext: span.spanContext(),
    }))) {
      const { traceId, spanId } = spanContext;
      process.send?.({ span: { name, kind, traceId, spanId, parent: parentSpanContext?.spanId, pid: process.pid } });
    }
    done({ code: 0 });
  },
  shutdown: () => Promise.resolve(),
};
const tracerProvider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
tracerProvider.register();
for (const instrumentation of [new HttpInstrumentation(), new ExpressInstrumentation()]) {
  instrumentation.setTracerProvider(tracerProvider);
  instrumentation.enable();
}
