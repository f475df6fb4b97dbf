import { inspect } from 'node:util';
import { bigmindWebhooks } from '../../src';
import { examplePayload, signDelivery } from '../../src/testing';
import { notedLog, until } from '../deduplication/kit';
import { ArrayQueue } from '../queueing/array-queue';
import { observed } from './kit';

const marker = 'MARKER';
const secret = `${marker} the secret`;

test('behind a queue, too, spans and metrics show no secret, payload, tenant, parameter or word of an error', async () => {
  const sdk = observed();
  const queue = new ArrayQueue({ attempts: 2 });
  const { logger, lines } = notedLog();
  const webhooks = bigmindWebhooks({
    secret: () => ({ tenant: `${marker} of the tenants`, secret }),
    logger,
    queue,
    telemetry: sdk.telemetry,
    locals: () => ({ [marker]: marker }),
  });
  webhooks.on('notes_created', () => undefined);
  webhooks.on('todo_created', () => Promise.reject(Object.assign(new Error(marker), { name: `${marker} 1` })));
  await webhooks.work();
  const params = { tenant: marker, [marker]: `${marker}/..` };
  const payloads = [
    examplePayload('notes_created', { data: { content: marker } }),
    examplePayload('todo_created', { data: { description: marker } }),
  ];
  for (const payload of payloads) {
    const { headers, body } = signDelivery({ payload, secret });
    await webhooks.receive({ headers: { ...headers, 'x-more': marker, cookie: marker }, body, params });
  }
  queue.put({ key: marker, event: marker, rawBody: marker, trace: { traceparent: marker, tracestate: marker } });
  await until(() => queue.states.filter((state) => state === 'dead after 2').length === 2);
  await until(() => queue.states.includes('done after 0'));
  const series = [...(await sdk.metrics()).entries()];
  await webhooks.close();
  const spans = sdk.spans().map(({ name, attributes, events, status, links }) => ({
    name,
    attributes,
    events,
    status,
    links,
  }));
  await sdk.end();
  expect(spans.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['send deliveries', 'process notes_created', 'process unknown', 'handler todo_created']),
  );
  const texts = [...spans, ...series].map((each) => inspect(each, { depth: 20, maxStringLength: null }));
  expect(texts.filter((text) => text.includes(marker))).toStrictEqual([]);
  // The log may name the error of a handler and the tenant, and nothing else of them.
  const shown = lines.map((line) => JSON.stringify({ ...line, tenant: '', params: '', failures: '' }));
  expect(shown.length).toBeGreaterThan(5);
  expect(shown.filter((text) => text.includes(marker))).toStrictEqual([]);
});
