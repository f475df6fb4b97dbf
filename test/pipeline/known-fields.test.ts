import { setImmediate } from 'node:timers/promises';
import express from 'express';
import { examplePayload, signDelivery } from '../../src/testing';
import { gate } from '../deduplication/kit';
import { dial, headLines, post, serve } from '../express/serve';
import { ArrayQueue } from '../queueing/array-queue';
import { genuine, notedLog, receiver, secret } from './receiver';

type Options = Parameters<typeof receiver>[0];

const key = expect.stringMatching(/^[0-9a-f]{64}$/) as string;
const sign = (payload: unknown) => signDelivery({ payload, secret });
const tenant = 'acme';
const params = { tenant };
const find = ({ params: given }: { params: { tenant?: string | undefined } }) =>
  given.tenant === tenant ? { tenant, secret } : undefined;

const unreadable = (): never => {
  throw new Error('not to be read');
};

/** A receiver of several tenants that notes its lines and what onError is told. */
function telling(options: Options = {}) {
  const { logger, lines } = notedLog();
  const made = receiver({ logger, secret: find, ...options });
  const told: object[] = [];
  made.webhooks.onError((_error, details) => void told.push(details));
  const receive = (delivery: ReturnType<typeof genuine>, given: Record<string, string> = params) =>
    made.webhooks.receive({ ...delivery, params: given });
  const ofDeliveries = () => (lines as { outcome?: string }[]).filter(({ outcome }) => outcome !== undefined);
  return { ...made, receive, told, ofDeliveries };
}

test('every line of a delivery has its tenant, path parameters, event and key', async () => {
  const { webhooks, receive, ofDeliveries, told } = telling();
  webhooks.on('notes_created', () => undefined);
  webhooks.on('todo_updated', () => Promise.reject(new Error('down')));
  const note = genuine();
  const deliveries = [note, note, sign(examplePayload('todo_updated')), sign(examplePayload('email_sent'))];
  for (const delivery of [...deliveries, sign({ event: 'deal_won' }), sign({ event: 'todo_created' }), sign('{')]) {
    await receive(delivery);
  }
  const named = (outcome: string, event?: string) =>
    expect.objectContaining({ outcome, tenant, params, key, ...(event !== undefined && { event }) }) as unknown;
  expect(ofDeliveries()).toEqual([
    named('processed', 'notes_created'),
    named('duplicate', 'notes_created'),
    named('failed', 'todo_updated'),
    named('unhandled', 'email_sent'),
    named('ignored', 'deal_won'),
    named('invalid', 'todo_created'),
    named('malformed'),
  ]);
  expect(told).toEqual([
    { outcome: 'failed', event: 'todo_updated', handler: 'todo_updated', key, tenant, params },
    { outcome: 'invalid', event: 'todo_created', key, tenant, params },
  ]);
});

test('the key of a line without a handler is the one that a handler would get', async () => {
  const { webhooks, receive, ofDeliveries } = telling();
  const delivery = sign(examplePayload('email_sent'));
  await receive(delivery);
  const keys: string[] = [];
  webhooks.on('email_sent', (_event, context) => void keys.push(context.key));
  await receive(delivery);
  expect(ofDeliveries().map((line) => (line as { key?: string }).key)).toEqual([keys[0], keys[0]]);
});

test('a refused delivery has the path parameters that tell whose it was', async () => {
  const { receive, ofDeliveries, handled } = telling();
  await receive({ headers: {}, body: '{}' });
  await receive(genuine(), { tenant: 'nobody' });
  expect(ofDeliveries()).toEqual([
    expect.objectContaining({ outcome: 'unauthenticated', params }),
    expect.objectContaining({ outcome: 'unauthenticated', params: { tenant: 'nobody' } }),
  ]);
  for (const line of ofDeliveries()) expect(line).not.toHaveProperty('tenant');
  expect(handled).toHaveLength(0);
});

test('a request that is refused before its body is read has its path parameters, over HTTP and without', async () => {
  const { webhooks, ofDeliveries, told, handled } = telling({ limit: 1000, readTimeoutMs: 50 });
  const app = express();
  app.all('/hooks/:tenant', webhooks.router);
  app.use('/parsed/:tenant', express.json(), webhooks.router);
  const served = await serve(app);
  const url = `${served.origin}/hooks/acme`;
  const { headers, body } = genuine();
  const large = { headers, body: 'x'.repeat(2000) };
  await post(url, { headers: {}, body: 'x'.repeat(2000) });
  await post(url, large);
  await post(url, { headers: { ...headers, 'content-encoding': 'gzip' }, body });
  await post(`${served.origin}/parsed/acme`, { headers: { ...headers, 'content-type': 'application/json' }, body });
  const slow = dial(served.port);
  slow.socket.write(`POST /hooks/acme HTTP/1.1\r\nhost: x\r\n${headLines(headers)}content-length: 100\r\n\r\nabc`);
  await slow.ended;
  await fetch(url);
  await webhooks.receive({ ...large, params });
  await webhooks.receive({ headers, body, params, method: 'PUT' });
  await expect(webhooks.verify({ headers: {}, body, params })).rejects.toMatchObject({ status: 401 });
  await expect(webhooks.verify({ ...large, params })).rejects.toMatchObject({ status: 413 });
  await webhooks.close();
  await post(url, { headers, body });
  await served.close();
  const outcomes = [
    ...['unauthenticated', 'too-large', 'unsupported-encoding', 'misconfigured', 'read-timeout', 'method-not-allowed'],
    ...['too-large', 'method-not-allowed', 'unauthenticated', 'too-large', 'unavailable'],
  ];
  expect(ofDeliveries()).toEqual(outcomes.map((outcome) => expect.objectContaining({ outcome, params }) as unknown));
  expect(told).toEqual([
    { outcome: 'misconfigured', params },
    { outcome: 'unavailable', params },
  ]);
  expect(handled).toStrictEqual([]);
});

test('dispatch() of a receiver that closes says which delivery it was', async () => {
  const { webhooks, ofDeliveries, told } = telling();
  const event = examplePayload('notes_created');
  await webhooks.close();
  await expect(webhooks.dispatch({ event, key: 'its key', tenant, params })).rejects.toMatchObject({ status: 503 });
  const known = { outcome: 'unavailable', event: 'notes_created', key: 'its key', tenant, params };
  expect(ofDeliveries()).toEqual([expect.objectContaining(known)]);
  expect(told).toEqual([known]);
});

test.each<[string, unknown]>([
  ['a value that is no text', { tenant: Symbol('acme') }],
  ['a value that cannot become text', { tenant: Object.create(null) as unknown }],
  ['parameters that cannot be read', new Proxy({}, { ownKeys: unreadable })],
  ['text in place of parameters', 'acme'],
])('a delivery with %s is answered and logged all the same', async (_what, given) => {
  const { webhooks, ofDeliveries } = telling({ secret });
  webhooks.on('*', () => undefined);
  const reply = await webhooks.receive({ ...genuine(), params: given as never });
  expect(reply.status).toBe(200);
  expect(ofDeliveries()).toEqual([expect.objectContaining({ outcome: 'processed' })]);
  expect(JSON.stringify(ofDeliveries())).not.toContain('acme');
});

test('path parameters that are no names, or may be tokens, are not shown, and a long tenant is cut', async () => {
  const long = 'a'.repeat(100_000);
  const { webhooks, receive, ofDeliveries } = telling({ secret: () => ({ tenant: long, secret }) });
  webhooks.on('notes_created', () => undefined);
  const tokens = { token: 'abc', apiKey: 'abc', session: 'abc', jwt: 'abc', sign: 'abc', passcode: 'abc' };
  const given = { path: 'a b\n<script>', ...tokens, 'a name': 'abc', tenant };
  await receive(genuine(), given);
  const [line] = ofDeliveries() as { params?: object; tenant?: string }[];
  expect(line?.params).toEqual({
    path: '(not a name)',
    ...Object.fromEntries(Object.keys(tokens).map((name) => [name, '(not shown)'])),
    '(not a name)': 'abc',
    tenant,
  });
  expect(line?.tenant).toBe('a'.repeat(256));
});

test('no line repeats more than the beginning of a long tenant', async () => {
  const { logger, lines } = notedLog();
  const tenants: Record<string, string> = { first: `first${'a'.repeat(5000)}`, other: `other${'b'.repeat(5000)}` };
  const find = ({ params: given }: { params: { tenant?: string | undefined } }) => {
    const named = given.tenant ?? '';
    return {
      tenant: tenants[named] ?? `weak${'c'.repeat(5000)}`,
      secret: named === 'weak' ? '' : `${secret} ${named}`,
    };
  };
  const { webhooks } = receiver({ logger, secret: find });
  webhooks.on('*', () => undefined);
  const bySender = (name: string) => {
    const { headers, body } = signDelivery({ payload: examplePayload('notes_created'), secret: `${secret} ${name}` });
    return { headers: { ...headers, 'user-agent': 'bigmind' }, body };
  };
  await webhooks.receive({ ...bySender('first'), params: { tenant: 'first' } });
  await webhooks.receive({ ...bySender('first'), params: { tenant: 'other' } });
  await webhooks.receive({ ...bySender('first'), params: { tenant: 'weak' } });
  const text = JSON.stringify(lines);
  for (const said of ['Signature scheme found', 'Another tenant', 'The secret of tenant weak'])
    expect(text).toContain(said);
  for (const run of text.match(/([abc])\1{99,}/g) ?? []) expect(run.length).toBeLessThan(256);
});

test('a timeout names its limit and the handlers that still run, for the first delivery and for a copy', async () => {
  const slow = gate();
  const { webhooks, receive, ofDeliveries, told } = telling({ timeoutMs: 20 });
  webhooks.on('notes_created', () => slow.passed, { name: 'slow' });
  webhooks.on('notes_created', () => undefined, { name: 'quick' });
  webhooks.on('notes_created', () => setImmediate(), { name: 'soon' });
  webhooks.on('notes_created', () => Promise.reject(new Error('down')), { name: 'failing' });
  const note = genuine();
  const replies = await Promise.all([receive(note), receive(note)]);
  expect(replies.map(({ status }) => status)).toEqual([503, 503]);
  const timeout = { outcome: 'timeout', event: 'notes_created', key, tenant, params, running: ['slow'] };
  const reason = 'It was not done within timeoutMs (20), and goes on.';
  const line = expect.objectContaining({ ...timeout, attempt: 1, reason }) as unknown;
  expect(ofDeliveries()).toEqual([line, line]);
  expect(told).toEqual([timeout, timeout]);
  slow.open();
  await setImmediate();
  expect(ofDeliveries().at(-1)).toMatchObject({ outcome: 'failed', late: true, tenant, params, key });
  expect(ofDeliveries().at(-1)).not.toHaveProperty('running');
});

test.each<[string, Options]>([
  ['with', {}],
  ['without', { deduplicate: false }],
])('a handler that runs longer than maxRunMs is named, %s de-duplication', async (_with, options) => {
  const slow = gate();
  const { webhooks, receive, ofDeliveries, told } = telling({ ...options, maxRunMs: 20 });
  webhooks.on('*', () => slow.passed, { name: 'slow' });
  expect((await receive(genuine())).status).toBe(500);
  const failed = { outcome: 'failed', event: 'notes_created', key, tenant, params, running: ['slow'] };
  expect(ofDeliveries()).toEqual([expect.objectContaining({ ...failed, attempt: 1 })]);
  expect(ofDeliveries()[0]).not.toHaveProperty('cause');
  expect(told).toEqual([failed]);
  slow.open();
});

test('a delivery that a queue holds, and one that it cannot hold, have the same fields', async () => {
  const queue = new ArrayQueue();
  const { receive, ofDeliveries, told } = telling({ queue });
  await receive(genuine());
  queue.enqueue = () => Promise.reject(new Error('out of reach'));
  await receive(genuine());
  const common = { event: 'notes_created', key, tenant, params };
  expect(ofDeliveries()).toEqual([
    expect.objectContaining({ ...common, outcome: 'queued' }),
    expect.objectContaining({ ...common, outcome: 'unavailable' }),
  ]);
  expect(told).toEqual([{ ...common, outcome: 'unavailable' }]);
});

test('a handler’s log has the tenant bound', async () => {
  const { logger, lines } = notedLog();
  const { webhooks } = receiver({ logger, secret: find });
  webhooks.on('*', (_event, { log }) => log.info({}, 'wrote the note'));
  await webhooks.receive({ ...genuine(), params });
  expect(lines).toContainEqual(expect.objectContaining({ msg: 'wrote the note', event: 'notes_created', key, tenant }));
});

const cannotName = (): never => {
  throw new Error('no name');
};

test('an invalid delivery that deduplicate.key cannot name is known by its bytes, with and without onInvalid', async () => {
  const named = telling();
  const { webhooks, receive, ofDeliveries } = telling({ deduplicate: { key: cannotName } });
  const delivery = sign({ event: 'todo_created' });
  await named.receive(delivery);
  expect((await receive(delivery)).status).toBe(422);
  webhooks.onInvalid(() => undefined);
  expect((await receive(delivery)).status).toBe(200);
  const [{ key: ofBytes } = {}] = named.ofDeliveries() as { key?: string }[];
  expect(ofBytes).toEqual(key);
  expect(ofDeliveries()).toEqual([
    expect.objectContaining({ outcome: 'invalid', tenant, key: ofBytes }),
    expect.objectContaining({ outcome: 'quarantined', tenant, key: ofBytes }),
  ]);
});

test('an unhandled event that deduplicate.key cannot name is acknowledged, and its line has no key', async () => {
  const { receive, ofDeliveries } = telling({ deduplicate: { key: cannotName } });
  expect((await receive(genuine())).status).toBe(200);
  expect(ofDeliveries()).toEqual([expect.objectContaining({ outcome: 'unhandled', tenant })]);
  expect(ofDeliveries()[0]).not.toHaveProperty('key');
});

test('a deduplicate.key that fails changes the answer to no delivery without handlers, whatever the log writes', async () => {
  const name = () => Promise.reject(new Error('no name')) as never;
  const payloads = [{ event: 'deal_won' }, { event: 'todo_created' }, examplePayload('email_sent'), '{'];
  for (const logger of [false as const, notedLog().logger]) {
    const { webhooks } = receiver({ logger, deduplicate: { key: name } });
    const statuses: number[] = [];
    for (const payload of payloads) statuses.push((await webhooks.receive(sign(payload))).status);
    expect(statuses).toEqual([200, 422, 200, 400]);
  }
});
