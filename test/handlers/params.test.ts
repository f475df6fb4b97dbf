import { type BigmindWebhooks, bigmindWebhooks, memoryStore, type WebhookRequest } from '../../src/index';
import { ArrayQueue, genuine, type Options, secret, until } from '../queueing/kit';

// Express 5 and Next.js have the segments of a wildcard in an array; Fastify has numbers where a schema says so.
const given = { tenant: 'acme', rest: ['a', 'b'], team: 7, gone: undefined, none: null, odd: { a: 1 } };
const params = given as unknown as NonNullable<WebhookRequest['params']>;
const plain = { tenant: 'acme', rest: 'a/b', team: '7', odd: '' };

function noting(options: Options = {}) {
  const seen: unknown[] = [];
  const webhooks: BigmindWebhooks = bigmindWebhooks({ secret, logger: false, ...options });
  webhooks.on('*', ({ event }, context) => void seen.push([event, { ...context.params }]));
  return { webhooks, seen };
}

test('path parameters are texts for the handler and the secret function, however a framework has them', async () => {
  const asked: unknown[] = [];
  const { webhooks, seen } = noting({
    secret(request) {
      asked.push({ ...request.params });
      return { tenant: 'acme', secret };
    },
  });
  expect((await webhooks.receive({ ...genuine(), params })).status).toBe(200);
  expect([asked, seen]).toEqual([[plain], [['notes_created', plain]]]);
});

test('a worker runs a delivery whose path parameters were no texts, which was acknowledged', async () => {
  const queue = new ArrayQueue();
  const web = bigmindWebhooks({ secret, logger: false, queue });
  expect((await web.receive({ ...genuine(), params })).body).toContain('queued');
  const { webhooks: worker, seen } = noting({ queue, deduplicate: { store: memoryStore() } });
  await worker.work();
  await until(() => queue.verdicts.length > 0);
  await worker.close();
  expect(seen).toEqual([['notes_created', plain]]);
});

test('verify() names no tenant where the secret is of none', async () => {
  const { webhooks } = noting();
  expect(await webhooks.verify(genuine())).not.toHaveProperty('tenant');
});

test('dispatch() takes them, too', async () => {
  const { webhooks, seen } = noting();
  const verified = await webhooks.verify({ ...genuine(), params });
  expect(await webhooks.dispatch({ ...verified, params })).toBe('processed');
  expect(seen).toEqual([['notes_created', plain]]);
});
