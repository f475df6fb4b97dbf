import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { request } from 'node:http';
import { context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import express from 'express';
import { bigmindWebhooks, type QueuedDelivery } from '../../src';
import { openTelemetry } from '../../src/telemetry/opentelemetry';
import { calm, genuine, receiverWith, remote, secret, send, until } from '../deduplication/kit';
import { path, serve } from '../express/serve';
import { ArrayQueue } from '../queueing/array-queue';
import { named, observed, parentOf } from './kit';

const sdk = observed();
/** As the SDK registers it: with its context manager and propagators. */
sdk.tracerProvider.register();
const tracer = sdk.tracerProvider.getTracer('test');
let before = 0;

beforeEach(() => {
  before = sdk.spans().length;
});

afterAll(async () => {
  await sdk.end();
  for (const api of [context, trace, propagation]) api.disable();
});

/** The spans of this test. */
function spans() {
  return sdk.spans().slice(before);
}

/** Runs `work` in a span of its own, as an instrumentation of HTTP does. */
function inSpan<T>(name: string, work: () => T): T {
  const span = tracer.startSpan(name, {}, ROOT_CONTEXT);
  const result = context.with(trace.setSpan(ROOT_CONTEXT, span), work);
  void Promise.resolve(result).finally(() => span.end());
  return result;
}

test('a delivery is a span below the active one, and each of its handlers a span below that', async () => {
  const webhooks = receiverWith({ telemetry: sdk.telemetry });
  webhooks.on('notes_created', () => undefined).on('*', async () => calm(), { name: 'audit' });
  expect(await inSpan('POST', () => send(webhooks, genuine()))).toBe('200 processed');
  await calm();
  const [http, delivery] = [named(spans(), 'POST'), named(spans(), 'delivery notes_created')];
  const handlers = [named(spans(), 'handler notes_created'), named(spans(), 'handler audit')];
  expect(spans()).toHaveLength(4);
  expect(parentOf(delivery)).toBe(http.spanContext().spanId);
  for (const handler of handlers) expect(parentOf(handler)).toBe(delivery.spanContext().spanId);
  expect(new Set(spans().map((span) => span.spanContext().traceId)).size).toBe(1);
  expect(delivery.attributes).toEqual({
    'bigmind.event': 'notes_created',
    'bigmind.outcome': 'processed',
    'bigmind.key': expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    'bigmind.body.size': expect.any(Number) as number,
  });
  expect(delivery.status.code).toBe(SpanStatusCode.UNSET);
});

test('without an active span, a delivery is the root of a trace', async () => {
  const webhooks = receiverWith({ telemetry: sdk.telemetry }).on('*', () => undefined);
  await send(webhooks, genuine());
  expect(parentOf(named(spans(), 'delivery notes_created'))).toBeUndefined();
});

test('a handler that fails is a span with an error, of which the type is said and no word', async () => {
  const webhooks = receiverWith({ telemetry: sdk.telemetry });
  webhooks.on('*', () => {
    throw new RangeError('the words of a customer');
  });
  webhooks.on('*', () => Promise.reject(Object.assign(new Error(''), { name: 'a name of many words' })), {
    name: 'late',
  });
  expect(await send(webhooks, genuine())).toBe('500 FAILED');
  const [thrown, rejected] = [named(spans(), 'handler *'), named(spans(), 'handler late')];
  expect([thrown.status, rejected.status]).toEqual([{ code: SpanStatusCode.ERROR }, { code: SpanStatusCode.ERROR }]);
  expect([thrown.attributes['error.type'], rejected.attributes['error.type']]).toEqual(['RangeError', 'Error']);
  expect(thrown.events).toHaveLength(0);
  expect(named(spans(), 'delivery notes_created').status.code).toBe(SpanStatusCode.ERROR);
});

test('a delivery that is refused before it is read is a span, too', async () => {
  const webhooks = receiverWith({ telemetry: sdk.telemetry });
  const app = await serve(express().use(path, webhooks.router));
  expect((await fetch(`${app.origin}${path}`, { method: 'POST', body: '{}' })).status).toBe(401);
  expect((await fetch(`${app.origin}${path}`, { method: 'PUT', body: '{}' })).status).toBe(405);
  await app.close();
  expect(spans().map(({ attributes }) => attributes['bigmind.outcome'])).toEqual([
    'unauthenticated',
    'method-not-allowed',
  ]);
});

test('a query that runs at every then() runs once', async () => {
  const webhooks = receiverWith({ telemetry: sdk.telemetry });
  let runs = 0;
  const query = {
    // biome-ignore lint/suspicious/noThenProperty: it is what some database libraries return
    then(resolve: (value: unknown) => void) {
      runs += 1;
      resolve(undefined);
    },
  };
  webhooks.on('*', () => query);
  expect(await send(webhooks, genuine())).toBe('200 processed');
  expect(runs).toBe(1);
});

describe('handlers see the active span and the AsyncLocalStorage of their request', () => {
  const storage = new AsyncLocalStorage<string>();
  /** What a handler sees. */
  const seen: { readonly request: string | undefined; readonly trace: string | undefined; readonly span: unknown }[] =
    [];
  const look = () => {
    const active = trace.getActiveSpan();
    seen.push({
      request: storage.getStore(),
      trace: active?.spanContext().traceId,
      span: (active as unknown as { name?: string } | undefined)?.name,
    });
  };

  beforeEach(() => {
    seen.length = 0;
  });

  /** An app whose middleware opens a span and a store for each request, by its header. */
  function appOf(router: express.RequestHandler) {
    const app = express();
    app.use((req, _res, next) => {
      const name = String(req.headers['x-request']);
      const span = tracer.startSpan(name, {}, ROOT_CONTEXT);
      _res.on('close', () => span.end());
      storage.run(name, () => context.with(trace.setSpan(ROOT_CONTEXT, span), next));
    });
    return app.use(path, router);
  }

  test.each(['in memory', 'in another process'])('with a store %s, several at once', async (where) => {
    const store = where === 'in memory' ? undefined : remote();
    const webhooks = receiverWith({ telemetry: sdk.telemetry, deduplicate: { store } });
    webhooks.on('*', look).on('*', async () => calm().then(look), { name: 'later' });
    const app = await serve(appOf(webhooks.router as express.RequestHandler));
    const names = ['one', 'two', 'three', 'four'];
    const replies = names.map((name) => {
      const { headers, body } = genuine();
      return fetch(`${app.origin}${path}`, { method: 'POST', headers: { ...headers, 'x-request': name }, body });
    });
    expect((await Promise.all(replies)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    await app.close();
    for (const name of names) {
      const own = seen.filter((each) => each.request === name);
      const { traceId } = named(spans(), name).spanContext();
      expect(own).toEqual([
        { request: name, trace: traceId, span: 'handler *' },
        { request: name, trace: traceId, span: 'handler later' },
      ]);
    }
  });

  test('after an upload in many pieces', async () => {
    const webhooks = receiverWith({ telemetry: sdk.telemetry }).on('*', look);
    const app = await serve(appOf(webhooks.router as express.RequestHandler));
    const { headers, body } = genuine();
    const sending = request(`${app.origin}${path}`, { method: 'POST', headers: { ...headers, 'x-request': 'slow' } });
    for (const piece of body.match(/[\s\S]{1,100}/g) ?? []) {
      sending.write(piece);
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
    const answered = once(sending, 'response');
    sending.end();
    expect(((await answered) as [{ statusCode: number }])[0].statusCode).toBe(200);
    await app.close();
    expect(seen).toEqual([{ request: 'slow', trace: named(spans(), 'slow').spanContext().traceId, span: 'handler *' }]);
    // It began when the request came.
    const delivery = named(spans(), 'delivery notes_created');
    expect(delivery.duration[0] * 1000 + delivery.duration[1] / 1e6).toBeGreaterThan(10);
  });

  test('behind a queue, the trace of their request', async () => {
    const queue = new ArrayQueue();
    const webhooks = bigmindWebhooks({ secret, logger: false, queue, telemetry: sdk.telemetry }).on('*', look);
    await webhooks.work();
    expect(await inSpan('POST', () => send(webhooks, genuine()))).toBe('200 queued');
    await until(() => queue.verdicts.length > 0);
    await webhooks.close();
    expect(seen).toEqual([
      { request: undefined, trace: named(spans(), 'POST').spanContext().traceId, span: 'handler *' },
    ]);
  });
});

describe('with a queue', () => {
  test('a delivery is one trace: received, sent, processed and handled', async () => {
    const queue = new ArrayQueue();
    const webhooks = bigmindWebhooks({ secret, logger: false, queue, telemetry: sdk.telemetry });
    await webhooks.on('*', () => undefined).work();
    expect(await send(webhooks, genuine())).toBe('200 queued');
    await until(() => queue.verdicts.length > 0);
    await webhooks.close();
    const line = ['delivery notes_created', 'send deliveries', 'process notes_created', 'handler *'].map((name) =>
      named(spans(), name),
    );
    for (const [index, span] of line.slice(1).entries()) {
      expect(parentOf(span)).toBe(line[index]?.spanContext().spanId);
    }
    expect(line.map(({ kind }) => kind)).toEqual([
      SpanKind.INTERNAL,
      SpanKind.PRODUCER,
      SpanKind.CONSUMER,
      SpanKind.INTERNAL,
    ]);
    const [job] = queue.jobs as [QueuedDelivery];
    expect(job.trace).toEqual({
      traceparent: `00-${line[1]?.spanContext().traceId}-${line[1]?.spanContext().spanId}-01`,
    });
  });

  test('without telemetry a job has no trace, and is as before', async () => {
    const queue = new ArrayQueue();
    await send(bigmindWebhooks({ secret, logger: false, queue }), genuine());
    expect(queue.jobs[0]).not.toHaveProperty('trace');
  });

  test.each([
    ['without a trace, as of an older version', undefined],
    ['whose trace is no object', 'text'],
    ['whose trace is another version’s', { traceparent: 'ff' }],
    ['whose trace is of zeros', { traceparent: `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01` }],
    ['whose trace has a state of another kind', { traceparent: 5, tracestate: {} }],
  ])('a job %s is handled, and begins a trace', async (_, found) => {
    const queue = new ArrayQueue();
    await send(bigmindWebhooks({ secret, logger: false, queue }), genuine());
    const [job] = queue.jobs as [QueuedDelivery];
    queue.entries.length = 0;
    queue.put({ ...job, trace: found });
    const webhooks = bigmindWebhooks({ secret, logger: false, queue, telemetry: sdk.telemetry }).on(
      '*',
      () => undefined,
    );
    await inSpan('start of the worker', () => webhooks.work());
    await until(() => queue.verdicts.length > 0);
    await webhooks.close();
    expect(queue.verdicts).toEqual(['done']);
    expect(parentOf(named(spans(), 'process notes_created'))).toBeUndefined();
  });

  test('the state of a trace goes with it', async () => {
    const queue = new ArrayQueue();
    await send(bigmindWebhooks({ secret, logger: false, queue }), genuine());
    const [job] = queue.jobs as [QueuedDelivery];
    queue.entries.length = 0;
    const [traceId, spanId] = ['1'.repeat(32), '2'.repeat(16)];
    queue.put({ ...job, trace: { traceparent: `00-${traceId}-${spanId}-01`, tracestate: 'vendor=x' } });
    const webhooks = bigmindWebhooks({ secret, logger: false, queue, telemetry: sdk.telemetry }).on(
      '*',
      () => undefined,
    );
    await webhooks.work();
    await until(() => queue.verdicts.length > 0);
    await webhooks.close();
    const { parentSpanContext } = named(spans(), 'process notes_created');
    expect([parentSpanContext?.traceId, parentSpanContext?.spanId]).toEqual([traceId, spanId]);
    expect(named(spans(), 'process notes_created').spanContext().traceState?.serialize()).toBe('vendor=x');
  });

  test('a job that cannot be read is a span with an error', async () => {
    const queue = new ArrayQueue({ attempts: 1 });
    queue.put({ key: 'broken' });
    const webhooks = bigmindWebhooks({ secret, logger: false, queue, telemetry: sdk.telemetry }).on(
      '*',
      () => undefined,
    );
    await webhooks.work();
    await until(() => queue.states[0] === 'dead after 1');
    await webhooks.close();
    expect(named(spans(), 'process unknown').status.code).toBe(SpanStatusCode.ERROR);
  });

  test('a queue that refuses a delivery ends its span with an error', async () => {
    const queue = new ArrayQueue();
    queue.enqueue = () => Promise.reject(new Error('full'));
    const webhooks = bigmindWebhooks({ secret, logger: false, queue, telemetry: sdk.telemetry });
    expect(await send(webhooks, genuine())).toBe('503 UNAVAILABLE');
    expect(named(spans(), 'send deliveries').status.code).toBe(SpanStatusCode.ERROR);
    expect(named(spans(), 'delivery notes_created').attributes['bigmind.outcome']).toBe('unavailable');
  });
});

test('verify and dispatch, for a queue of one’s own: a refusal is a span, and so is a dispatch with its handlers', async () => {
  const webhooks = receiverWith({ telemetry: sdk.telemetry }).on('*', () => undefined);
  await expect(webhooks.verify({ headers: {}, body: '{}' })).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  expect(named(spans(), 'delivery unknown').attributes['bigmind.outcome']).toBe('unauthenticated');
  const verified = await webhooks.verify(genuine());
  expect(spans()).toHaveLength(1);
  expect(await webhooks.dispatch(verified)).toBe('processed');
  const delivery = named(spans(), 'delivery notes_created');
  expect(parentOf(named(spans(), 'handler *'))).toBe(delivery.spanContext().spanId);
});

test('where no context manager is registered, spans are below one another all the same', async () => {
  context.disable();
  try {
    const queue = new ArrayQueue();
    const webhooks = bigmindWebhooks({ secret, logger: false, queue, telemetry: sdk.telemetry });
    await webhooks.on('*', async () => calm()).work();
    await Promise.all([send(webhooks, genuine()), send(webhooks, genuine())]);
    await until(() => queue.verdicts.length === 2);
    await webhooks.close();
    expect(new Set(spans().map((span) => span.spanContext().traceId)).size).toBe(2);
    expect(spans().filter((span) => parentOf(span) === undefined)).toHaveLength(2);
    expect(spans()).toHaveLength(8);
  } finally {
    sdk.tracerProvider.register();
  }
});

test('by default the registered providers are used', async () => {
  const webhooks = receiverWith({ telemetry: openTelemetry() }).on('*', () => undefined);
  await send(webhooks, genuine());
  expect(named(spans(), 'delivery notes_created').instrumentationScope.name).toBe('bigmind-webhooks');
});
