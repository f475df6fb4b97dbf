import { inspect } from 'node:util';
import express from 'express';
import {
  type BigmindWebhooksOptions,
  bigmindWebhooks,
  hmac,
  isWebhookError,
  type NoSchemas,
  standardWebhooks,
} from '../../src/index';
import { signDelivery } from '../../src/testing';
import { path, post, serve } from '../express/serve';
import { referenceExamples } from '../fixtures/reference-examples';
import { observed } from '../telemetry/kit';
import { notedLog } from './receiver';

const marker = 'MARKER';
const secret = `${marker} the secret`;
const oldSecret = `${marker} the old secret`;
const words = `${marker} <b>of a customer</b>`;

/** Replaces every string in a payload, but for its event name. */
function marked(value: unknown, key = ''): unknown {
  if (typeof value === 'string') return key === 'event' || key.endsWith('_at') || key === 'timestamp' ? value : words;
  if (Array.isArray(value)) return value.map((item) => marked(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, marked(inner, name)]));
}

const valid = { ...referenceExamples[0], webhook_id: words, more: { [words]: words } };
const bodies: readonly string[] = [
  JSON.stringify(valid),
  ...referenceExamples.map((example) => JSON.stringify(marked(example))),
  ...referenceExamples.slice(0, 3).map((example) => JSON.stringify({ ...example, timestamp: words })),
  ...referenceExamples.slice(3, 6).map((example) => JSON.stringify({ ...example, data: words })),
  JSON.stringify(valid).slice(0, -1),
  words,
  `"${words}"`,
  `["${words}"]`,
  `{"event":["${words}"]}`,
  `{"event":"${words}"}`,
  `{"${words}":{"__proto__":"${words}"}}`,
  `{"event":"notes_created","${words}":`,
  '',
];
/** What sender and attacker may put beside the body. */
const chatter = {
  authorization: `Bearer ${marker}`,
  cookie: `session=${marker}`,
  'user-agent': marker,
  'x-other-signature': `v1=${marker}`,
  'webhook-id': marker,
  'x-request-timestamp': marker,
};
const forgeries: readonly Record<string, string>[] = [
  {},
  { 'x-bigmind-signature': marker },
  { 'x-bigmind-signature': `sha256=${'a'.repeat(64)}`, 'x-hmac': `t=1700000000,v1=${marker}` },
  { 'webhook-signature': `v1,${marker}`, 'content-encoding': marker },
];

/** Path parameters that strangers choose, and one that may be a token. */
const params = { tenant: words, [words]: 'acme', path: `${marker}/../${marker}`, token: marker };

/** Runs everything through one receiver; what anybody could read of it comes back as one text a thing. */
async function everything(
  options: BigmindWebhooksOptions<NoSchemas, undefined>,
  set: 'callbacks' | 'failing' | 'bare',
) {
  const { logger, lines } = notedLog();
  const seen: unknown[] = [];
  let time = Date.now();
  const clock = { now: () => time };
  const { telemetry, spans, metrics, end } = observed();
  const webhooks = bigmindWebhooks({
    secret: [secret, oldSecret],
    limit: 20_000,
    clock,
    ...options,
    logger,
    telemetry,
  });
  webhooks.on('*', (_event, { log }) => log.info({}, 'in the handler'));
  webhooks.on('notes_created', () => Promise.reject(new Error('of the handler itself')), { name: 'failing' });
  webhooks.onError((error, details) => void seen.push(error, details));
  if (set !== 'bare') {
    const take = () => (set === 'failing' ? Promise.reject(new Error('of the callback itself')) : undefined);
    webhooks.onInvalid(take).onUnknown(take);
  }
  const app = await serve(express().use(path, webhooks.router));
  const deliveries = bodies.flatMap((body, index) => {
    const otherwise = [
      signDelivery({ payload: body, secret: oldSecret }),
      signDelivery({ payload: body, secret, scheme: 'timestampedHmac', signedAt: 1_000_000_000_000 }),
      ...forgeries.map((headers) => ({ headers, body })),
    ];
    return [signDelivery({ payload: body, secret }), ...otherwise.filter((_, place) => place % 3 === index % 3)];
  });
  deliveries.push(signDelivery({ payload: words.padEnd(30_000), secret }));
  for (const { headers, body } of deliveries) {
    const request = { headers: { ...chatter, ...headers }, body };
    // So that every second request that does not match is explained.
    time += 10_000;
    const reply = await post(`${app.origin}${path}?token=${marker}`, request);
    seen.push(Object.fromEntries(reply.headers), await reply.text());
    seen.push(await webhooks.receive({ ...request, params }));
    const verified = webhooks.verify(request).then(({ key, signature }) => ({ key, signature }));
    seen.push(await verified.catch((error: unknown) => error));
    const event = (isJson(body) ? JSON.parse(body) : body) as never;
    seen.push(await webhooks.dispatch({ event, key: 'mine' }).catch((error: unknown) => error));
  }
  seen.push(await webhooks.receive({ headers: { [marker]: marker }, body: { words } as unknown as string }));
  const statuses = new Set(lines.map((line) => (line as { outcome?: string }).outcome));
  const series = [...(await metrics()).values()].flatMap(({ points }) => points);
  expect(spans().length).toBeGreaterThan(deliveries.length);
  expect(series.length).toBeGreaterThan(5);
  const told = spans().map(({ name, attributes, events, status, links }) => ({
    name,
    attributes,
    events,
    status,
    links,
  }));
  const observations = [...told, ...series].map(readable);
  await app.close();
  await webhooks.close();
  await end();
  const texts = [...lines.map((line) => JSON.stringify(line)), ...seen.map(readable), ...observations];
  return { statuses, texts, observations };
}

function isJson(body: string): boolean {
  try {
    JSON.parse(body);
    return true;
  } catch {
    return false;
  }
}

/** Everything that a log or a debugger would show of a thing. */
function readable(thing: unknown): string {
  const text = inspect(thing, { depth: 20, maxStringLength: null, maxArrayLength: null });
  return isWebhookError(thing) ? `${text} ${thing.message} ${thing.stack}` : text;
}

test.each([
  ['callbacks', 'quarantined'],
  ['failing', 'failed'],
  ['bare', 'invalid'],
] as const)('shows no secret, signature or payload in logs, answers and errors (%s)', async (set, outcome) => {
  const { statuses, texts } = await everything({}, set);
  for (const each of ['processed', 'failed', 'unauthenticated', 'too-large', 'misconfigured', outcome] as const) {
    expect(statuses).toContain(each);
  }
  expect(texts.length).toBeGreaterThan(300);
  expect(texts.filter((text) => text.includes(marker))).toStrictEqual([]);
});

test('shows nothing of a secret that it cannot use', () => {
  const bad: readonly unknown[] = [`whsec_${marker}!!!`, [secret, `whsec_${marker}`], [secret, { [marker]: marker }]];
  for (const given of bad) {
    const signature = standardWebhooks();
    const thrown = caught(() => bigmindWebhooks({ secret: given as string, signature, logger: false }));
    expect(thrown).toMatchObject({ code: 'BAD_SECRET' });
    expect(readable(thrown)).not.toContain(marker);
  }
});

test.each<[string, unknown, string]>([
  ['a secret that is weak', { tenant: 'acme', secret: `whsec_${marker}` }, 'unauthenticated'],
  ['a secret that is no string', { tenant: 'acme', secret: { [marker]: marker } }, 'unauthenticated'],
  ['a tenant that is no string', { tenant: { [marker]: marker }, secret }, 'misconfigured'],
  ['a bare string', marker, 'misconfigured'],
])('shows nothing of it when the secret function finds %s', async (_title, answer, outcome) => {
  const { statuses, texts } = await everything({ secret: () => answer as { tenant: string; secret: string } }, 'bare');
  expect(statuses).toContain(outcome);
  expect(texts.filter((text) => text.includes(marker))).toStrictEqual([]);
});

test('shows nothing of tenants and their names in spans and metrics, whatever they are called', async () => {
  const tenants = { secret: () => ({ tenant: words, secret }) };
  const { statuses, observations } = await everything(tenants, 'callbacks');
  expect(statuses).toContain('processed');
  expect(observations.filter((text) => text.includes(marker))).toStrictEqual([]);
});

test('shows nothing of the secret under a pinned scheme', async () => {
  const { statuses, texts } = await everything({ signature: hmac({ header: 'x-bigmind-signature' }) }, 'bare');
  expect(statuses).toContain('processed');
  expect(texts.filter((text) => text.includes(marker))).toStrictEqual([]);
});

function caught(attempt: () => unknown): unknown {
  try {
    return attempt();
  } catch (error) {
    return error;
  }
}
