import express from 'express';
import request from 'supertest';
import type { BigmindWebhooks } from '../../src';
import { notedLog, noting } from './receiver';

// Where several things are wrong with a delivery, every way in gives the same answer.

const states = ['open', 'full', 'closing'] as const;
const signatures = ['none', 'forged'] as const;
const encodings = ['identity', 'gzip'] as const;
const sizes = ['allowed', 'too large'] as const;

interface Wrongs {
  readonly state: (typeof states)[number];
  readonly signature: (typeof signatures)[number];
  readonly encoding: (typeof encodings)[number];
  readonly size: (typeof sizes)[number];
}

const cases: readonly Wrongs[] = states.flatMap((state) =>
  signatures.flatMap((signature) =>
    encodings.flatMap((encoding) => sizes.map((size) => ({ state, signature, encoding, size }))),
  ),
);

/** The first that is wrong, in the order in which it can be seen. */
function codeOf({ state, signature, encoding, size }: Wrongs): string {
  if (state === 'closing') return 'UNAVAILABLE';
  if (encoding === 'gzip') return 'UNSUPPORTED_ENCODING';
  if (signature === 'none') return 'UNAUTHENTICATED';
  if (size === 'too large') return 'TOO_LARGE';
  return state === 'full' ? 'UNAVAILABLE' : 'UNAUTHENTICATED';
}

type Send = (webhooks: BigmindWebhooks, headers: Record<string, string>, body: string) => Promise<string>;

const posted = (app: express.Express, headers: Record<string, string>, body: string) =>
  request(app)
    .post('/')
    .set({ 'content-type': 'text/plain', ...headers })
    .send(body)
    .then(({ text }) => text);

const ways: Record<string, { readonly send: Send; readonly sees?: (wrongs: Wrongs) => boolean }> = {
  router: { send: (webhooks, headers, body) => posted(express().use(webhooks.router), headers, body) },
  'router behind express.text()': {
    send: (webhooks, headers, body) => posted(express().use(express.text(), webhooks.router), headers, body),
    // The parser refuses what it cannot inflate.
    sees: ({ encoding }) => encoding !== 'gzip',
  },
  receive: { send: async (webhooks, headers, body) => (await webhooks.receive({ headers, body })).body },
  verify: {
    send: (webhooks, headers, body) =>
      webhooks.verify({ headers, body }).then(
        () => '{}',
        ({ code }) => JSON.stringify({ code }),
      ),
    // It goes on while the receiver closes: it runs nothing.
    sees: ({ state }) => state !== 'closing',
  },
};

describe.each(Object.entries(ways))('%s', (_name, { send, sees = () => true }) => {
  test.each(cases.filter(sees))('a delivery that is wrong in several ways: %j', async (wrongs) => {
    const { logger, lines } = notedLog();
    const { webhooks, handled } = noting({ logger, limit: 100, maxBytesInFlight: wrongs.state === 'full' ? 1 : 1000 });
    const told: unknown[] = [];
    webhooks.onError((_error, { outcome }) => told.push(outcome));
    if (wrongs.state === 'closing') await webhooks.close();
    const headers = {
      ...(wrongs.signature === 'forged' && { 'x-bigmind-signature': 'a'.repeat(64) }),
      ...(wrongs.encoding === 'gzip' && { 'content-encoding': 'gzip' }),
    };
    const text = await send(webhooks, headers, ' '.repeat(wrongs.size === 'allowed' ? 50 : 101));
    const code = codeOf(wrongs);
    expect(JSON.parse(text)).toMatchObject({ code });
    // A stranger without a signature raises no alarm.
    expect(told).toStrictEqual(code === 'UNAVAILABLE' ? ['unavailable'] : []);
    expect(lines).toHaveLength(1);
    expect(handled).toStrictEqual([]);
  });
});
