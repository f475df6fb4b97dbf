import { setTimeout } from 'node:timers/promises';
import express from 'express';
import request from 'supertest';
import type { FindSecret } from '../../src';
import {
  body,
  expectAccepted,
  expectRefused,
  mac,
  now,
  plainHeaders,
  receiver,
  refusal,
  seconds,
  standardHeaders,
  stripeHeaders,
} from './sender';

describe('rotation', () => {
  test('accepts what any of the secrets signs, and nothing else', async () => {
    const to = receiver({ secret: ['new-secret', 'old-secret'], deduplicate: false });
    for (const key of ['new-secret', 'old-secret']) {
      await expectAccepted(to, plainHeaders(body, key), 'hmac');
      await expectAccepted(to, stripeHeaders(body, seconds, key), 'timestampedHmac');
      await expectAccepted(to, standardHeaders(body, seconds, key), 'standardWebhooks');
    }
    await expectRefused(to, plainHeaders(body, 'older-secret'));
    await expectRefused(to, plainHeaders(body, 'new-secret,old-secret'));
  });

  test('the same delivery signed anew is the same delivery', async () => {
    const to = receiver({ secret: ['new-secret', 'old-secret'] });
    expect((await to.post(plainHeaders(body, 'old-secret'))).body).toBe('{"status":"processed"}');
    expect((await to.post(plainHeaders(body, 'new-secret'))).body).toBe('{"status":"duplicate"}');
    expect(to.handled).toHaveLength(1);
  });

  test('later changes to the array change nothing', async () => {
    const secrets = ['new-secret'];
    const to = receiver({ secret: secrets });
    secrets.push('smuggled');
    await expectRefused(to, plainHeaders(body, 'smuggled'));
  });
});

test.each<[string, unknown]>([
  ['empty', ''],
  ['blanks', ' \n'],
  ['a number', 7],
  ['null', null],
  ['an object', { secret: 'hush-hush' }],
  ['bytes', Buffer.from('hush-hush')],
  ['no list of secrets', []],
  ['a list with an empty one', ['hush-hush', '']],
  ['a list with undefined', [undefined]],
])('refuses a secret that is %s at construction, without repeating it', (_title, secret) => {
  expect(() => receiver({ secret: secret as string })).toThrow(
    expect.objectContaining({ code: 'BAD_SECRET', message: expect.not.stringContaining('hush-hush') }),
  );
});

describe('a secret function', () => {
  const secrets = new Map([
    ['acme', 'secret-of-acme'],
    ['globex', 'secret-of-globex'],
  ]);
  const find: FindSecret = ({ params: { tenant = '' } }) => {
    const secret = secrets.get(tenant);
    return secret === undefined ? undefined : { tenant, secret };
  };
  const slowly: FindSecret = async (request) => find(request);

  test.each([
    ['at once', find],
    ['later', slowly],
  ])('that answers %s gives each tenant its own secret', async (_when, secret) => {
    const to = receiver({ secret });
    const post = (tenant: string, key: string) => to.post(plainHeaders(body, key), body, { tenant });
    expect((await post('acme', 'secret-of-acme')).status).toBe(200);
    expect((await post('globex', 'secret-of-globex')).status).toBe(200);
    expect(await post('acme', 'secret-of-globex')).toEqual(refusal);
    expect(await post('nobody', 'secret-of-acme')).toEqual(refusal);
    expect(await post('nobody', 'undefined')).toEqual(refusal);
    expect(to.handled.map(({ tenant }) => tenant)).toEqual(['acme', 'globex']);
    expect(to.handled[0]?.key).not.toBe(to.handled[1]?.key);
  });

  test('may look at the headers, by their lower-case names', async () => {
    const to = receiver({ secret: ({ headers }) => ({ tenant: 'acme', secret: `secret-of-${headers['x-tenant']}` }) });
    await expectAccepted(to, { ...plainHeaders(body, 'secret-of-acme'), 'X-Tenant': 'acme' }, 'hmac');
    expect(to.handled).toEqual([expect.objectContaining({ tenant: 'acme' })]);
  });

  test('may give several secrets, of which the unusable are passed over', async () => {
    const secret = ['whsec_', 'new-secret', '', 'old-secret'];
    const to = receiver({ secret: () => ({ tenant: 'acme', secret }), deduplicate: false });
    await expectAccepted(to, plainHeaders(body, 'old-secret'), 'hmac');
    await expectRefused(to, standardHeaders(body, seconds, Buffer.alloc(0)));
    await expectRefused(to, { 'x-signature': mac(body, { key: '' }) });
  });

  test.each<[string, unknown]>([
    ['undefined', undefined],
    ['an empty tenant', { tenant: '', secret: 'hush-hush' }],
    ['no secret', { tenant: 'acme' }],
    ['an empty secret', { tenant: 'acme', secret: '' }],
    ['a secret of blanks', { tenant: 'acme', secret: '  ' }],
    ['a secret that is a number', { tenant: 'acme', secret: 7 }],
    ['a secret that is a function', { tenant: 'acme', secret: Object }],
    ['bytes', { tenant: 'acme', secret: Buffer.from('hush-hush') }],
    ['no secrets', { tenant: 'acme', secret: [] }],
    ['a whsec_ secret that was cut off', { tenant: 'acme', secret: 'whsec_aHVzaC1' }],
  ])('that answers %s is an unknown tenant', async (_title, answer) => {
    for (const secret of [() => answer, async () => answer] as FindSecret[]) {
      const to = receiver({ secret });
      for (const key of ['hush-hush', '', '7', 'undefined', 'null', 'true', `${Object}`, 'whsec_aHVzaC1']) {
        await expectRefused(to, plainHeaders(body, key));
        await expectRefused(to, standardHeaders(body, seconds, key));
      }
      expect(to.lines.join()).not.toContain('hush-hush');
      expect(to.lines.join()).not.toContain('aHVzaC1');
    }
  });

  test.each<[string, unknown, string]>([
    ['null', null, 'not null.'],
    ['the secret alone', 'hush-hush', 'not a string of 9 characters.'],
    ['a list of secrets', ['hush-hush'], 'not an array of 1.'],
    ['true', true, 'not true (boolean).'],
    ['no tenant', { secret: 'hush-hush' }, 'not undefined as the tenant.'],
    ['a tenant that is a number', { tenant: 7, secret: 'hush-hush' }, 'not 7 (number) as the tenant.'],
    [
      'a tenant that nobody awaited',
      { tenant: Promise.resolve('acme'), secret: 'hush-hush' },
      'not a promise as the tenant. Await it.',
    ],
    [
      'a secret that nobody awaited',
      { tenant: 'acme', secret: Promise.resolve('hush-hush') },
      'not a promise as the secret. Await it.',
    ],
    [
      'a list with a secret that nobody awaited',
      { tenant: 'acme', secret: ['another', Promise.resolve('hush-hush')] },
      'not a promise as the secret. Await it.',
    ],
  ])('that answers %s is misconfigured, and the log says so', async (_title, answer, found) => {
    for (const secret of [() => answer, async () => answer] as FindSecret[]) {
      const to = receiver({ secret });
      const errors: unknown[] = [];
      to.webhooks.onError((error) => errors.push(error));
      const reply = await to.post(plainHeaders(body, 'hush-hush'));
      expect(reply.status).toBe(500);
      expect(JSON.parse(reply.body)).toMatchObject({
        code: 'BAD_SECRET',
        type: expect.stringMatching(/errors\.md#bad_secret$/),
      });
      expect(to.handled).toStrictEqual([]);
      const must = 'The secret function must return { tenant, secret }, or undefined for an unknown tenant, ';
      expect(to.reason()).toBe(must + found);
      expect(errors).toEqual([expect.objectContaining({ code: 'BAD_SECRET', status: 500 })]);
      expect(to.lines.join() + reply.body).not.toContain('hush-hush');
    }
  });

  test('ends no process with the rejection of a secret or a tenant that nobody awaited', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    const away = (): unknown => Promise.reject(new Error('the vault is away'));
    const answers = [
      () => ({ tenant: 'acme', secret: away() }),
      () => ({ tenant: 'acme', secret: [away(), away()] }),
      () => ({ tenant: away(), secret: 'hush-hush' }),
    ];
    for (const secret of answers as FindSecret[]) {
      const to = receiver({ secret });
      expect((await to.post(plainHeaders(body, 'hush-hush'))).status).toBe(500);
      expect(to.handled).toStrictEqual([]);
    }
    await setTimeout(20);
    process.off('unhandledRejection', note);
    expect(unhandled).toStrictEqual([]);
  });

  test('is not asked for a request without a signature, whose answer is 401 even if it would fail', async () => {
    const secret = jest.fn(() => {
      throw new Error('database is away');
    });
    const to = receiver({ secret });
    const told: unknown[] = [];
    to.webhooks.onError((error) => told.push(error));
    for (const headers of [{}, { 'content-type': 'application/json', 'x-token': 'a' }])
      await expectRefused(to, headers);
    await expect(to.webhooks.verify({ headers: {}, body })).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(to.reason()).toContain('No signature came.');
    const app = express().use(express.text({ type: 'text/plain' }), to.webhooks.router);
    const reply = await request(app).post('/').set('content-type', 'text/plain').send(body);
    expect(reply.status).toBe(401);
    expect(secret).not.toHaveBeenCalled();
    expect(told).toStrictEqual([]);
    expect((await to.post(plainHeaders())).status).toBe(503);
    expect(secret).toHaveBeenCalledTimes(1);
  });

  test('that knows no such tenant lets nobody in where signatures are switched off', async () => {
    const to = receiver({ signature: false, secret: () => undefined });
    await expectRefused(to, {});
  });

  test.each<[string, FindSecret]>([
    [
      'throws',
      () => {
        throw new Error('database is away');
      },
    ],
    ['rejects', async () => Promise.reject(new Error('database is away'))],
    ['never answers', () => new Promise(() => {})],
  ])('that %s is answered 503, so that the sender repeats', async (_title, secret) => {
    const to = receiver({ secret, deduplicate: { storeTimeoutMs: 200 } });
    const reply = await to.post(plainHeaders());
    expect(reply).toMatchObject({ status: 503, headers: { 'retry-after': '10' } });
    expect(reply.body).toContain('"code":"UNAVAILABLE"');
    expect(reply.body).not.toContain('database');
    expect(to.handled).toStrictEqual([]);
    expect(to.reason()).toBe('The secret function failed.');
  });

  test('whose answer throws when it is read, as a model that decrypts may, is answered 503', async () => {
    const model = {
      tenant: 'acme',
      get secret(): string {
        throw new Error('no key to decrypt hush-hush with');
      },
    };
    for (const secret of [() => model, async () => model]) {
      const to = receiver({ secret });
      expect(await to.post(plainHeaders())).toMatchObject({ status: 503, headers: { 'retry-after': '10' } });
      expect(to.handled).toStrictEqual([]);
      expect(to.reason()).toBe('Reading what the secret function returned failed.');
    }
  });

  test('whose thenable is not a native promise is waited for', async () => {
    // biome-ignore lint/suspicious/noThenProperty: database clients answer with thenables of their own.
    const thenable = { then: (resolve: (found: object) => void) => resolve({ tenant: 'acme', secret: 'hush-hush' }) };
    const to = receiver({ secret: () => thenable as ReturnType<FindSecret> });
    await expectAccepted(to, plainHeaders(body, 'hush-hush'), 'hmac');
  });
});

describe('toleranceSeconds', () => {
  const at = (ms: number, toleranceSeconds?: number) => receiver({ clock: { now: () => now + ms }, toleranceSeconds });

  test.each([300, 1, 86_400])('of %d holds timestamps to it, both ends included', async (tolerance) => {
    const edge = tolerance * 1000;
    for (const headers of [stripeHeaders(), standardHeaders()]) {
      const scheme = 'webhook-id' in headers ? 'standardWebhooks' : 'timestampedHmac';
      await expectAccepted(at(edge, tolerance), headers, scheme);
      await expectAccepted(at(-edge, tolerance), headers, scheme);
      await expectRefused(at(edge + 1, tolerance), headers);
      await expectRefused(at(-edge - 1, tolerance), headers);
    }
  });

  test('is 300 when nothing is said', async () => {
    await expectAccepted(at(300_000), stripeHeaders(), 'timestampedHmac');
    await expectRefused(at(300_001), stripeHeaders());
  });

  test('does not touch signatures without a timestamp', async () => {
    await expectAccepted(at(365 * 86_400_000), plainHeaders(), 'hmac');
  });

  test('the log of a stale delivery says by how much, and which option', async () => {
    const late = at(400_000);
    await expectRefused(late, stripeHeaders());
    expect(late.reason()).toContain('its timestamp is 400 s old, more than toleranceSeconds (300)');
    const early = at(-400_000);
    await expectRefused(early, stripeHeaders());
    expect(early.reason()).toContain('its timestamp is 400 s ahead of our clock, more than toleranceSeconds (300)');
  });
});
