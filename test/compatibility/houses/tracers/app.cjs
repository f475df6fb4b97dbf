'use strict';
// An app of Express under the tracer that is named as argument and was loaded first. Handlers have to run in its trace.
const assert = require('node:assert/strict');
const express = require('express');
const { proved, proveServed, receiver } = require('./kit.cjs');

/** Whether the code that runs now belongs to a trace. */
const traces = {
  'dd-trace': () => require('dd-trace').scope().active() !== null,
  newrelic: () => require('newrelic').getTraceMetadata().traceId !== undefined,
  'elastic-apm-node': () => require('elastic-apm-node').currentTransaction !== null,
  '@sentry/node': () => require('@sentry/node').getActiveSpan() !== undefined,
  opentelemetry: () => require('@opentelemetry/api').trace.getActiveSpan() !== undefined,
};
const isTraced = traces[process.argv[2]];
const path = '/webhooks/bigmind';

(async () => {
  const mounts = {
    use: (app, router) => app.use(path, router),
    post: (app, router) => app.post(path, router),
    wrapped: (app, router) =>
      app.post('/webhooks/:tenant', (request, response, next) => router(request, response, next)),
    nested: (app, router) => app.use('/webhooks', express.Router().post('/bigmind', router)),
    json: (app, router) => app.use(express.json({ verify: require('bigmind-webhooks').keepRawBody })).use(path, router),
  };
  for (const mount of Object.values(mounts)) {
    const webhooks = receiver();
    const traced = [];
    webhooks.on('*', () => void traced.push(isTraced()), { name: 'traced' });
    const app = express();
    mount(app, webhooks.router);
    await proveServed(app, path);
    assert.deepEqual(traced, [true, true], 'handlers belong to the trace of their request');
  }
  proved('trace');
  process.exit(0);
})();
