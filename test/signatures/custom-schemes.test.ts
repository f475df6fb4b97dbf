import { timingSafeEqual } from 'node:crypto';
import { hmac, type SignatureInput, type SignatureMatch, type SignatureScheme } from '../../src';
import { signDelivery } from '../../src/testing';
import { closeServers, post, serve } from './over-node';
import { body, expectAccepted, expectRefused, mac, now, payload, plainHeaders, receiver, secret } from './sender';

afterEach(closeServers);

const signed = { 'x-own': mac(body) };

/** What a company would write: `Own <hex>` in a header of its own. */
const own: SignatureScheme = {
  name: 'own',
  looksFor: 'x-own',
  verify: ({ headers, rawBody, secret: key }) => {
    const expected = Buffer.from(mac(rawBody.toString(), { key }));
    const given = Buffer.from(headers['x-own'] ?? '');
    return given.length === expected.length && timingSafeEqual(given, expected);
  },
  sign: ({ rawBody, secret: key }) => ({ 'x-own': mac(rawBody.toString(), { key }) }),
};

/** What a library may answer: nothing in it is a field of its own. */
class Verdict {
  readonly #isValid: boolean;
  constructor(isValid: boolean) {
    this.#isValid = isValid;
  }
  get valid(): boolean {
    return this.#isValid;
  }
}

/** A scheme that answers whatever it is asked. */
function answering(verdict: unknown, throws = false): SignatureScheme {
  return {
    name: 'own',
    verify: () => {
      if (throws) throw verdict;
      return verdict as boolean;
    },
  };
}

test('a scheme of the user’s own tells genuine deliveries from others', async () => {
  const to = receiver({ signature: own });
  await expectAccepted(to, signed, 'own');
  await expectRefused(to, signed, `${body} `);
  await expectRefused(to, { 'x-own': mac(body, { key: 'another' }) });
  await expectRefused(to, {});
});

const ours = hmac({ header: 'x-signature' });
const found = (input: SignatureInput) => ours.verify(input) as SignatureMatch | undefined;

test.each<[string, SignatureScheme]>([
  ['copies what one of ours finds', { name: 'own', verify: (input) => found(input) && { ...found(input) } }],
  [
    'adds to it',
    { name: 'own', verify: (input) => found(input) && Object.assign({}, found(input), { signedAt: now }) },
  ],
  ['is one of ours, of another copy of this package', otherCopyOfOurs()],
])('a scheme that %s accepts what ours accepts', async (_title, signature) => {
  const to = receiver({ signature });
  await expectAccepted(to, plainHeaders(), 'hmac');
  await expectRefused(to, plainHeaders(body, 'another'));
});

function otherCopyOfOurs(): SignatureScheme {
  let scheme: SignatureScheme | undefined;
  jest.isolateModules(() => {
    scheme = jest.requireActual<typeof import('../../src')>('../../src').hmac({ header: 'x-signature' });
  });
  return scheme ?? ours;
}

test('a verify() that is put in the place of ours later is asked instead', async () => {
  const signature = hmac({ header: 'x-signature' });
  const to = receiver({ signature });
  await expectAccepted(to, plainHeaders(), 'hmac');
  const spy = jest.spyOn(signature, 'verify').mockReturnValue(false);
  await expectRefused(to, plainHeaders());
  expect(spy).toHaveBeenCalledTimes(1);
});

test('it may be asynchronous', async () => {
  const to = receiver({ signature: { ...own, verify: async (input) => own.verify(input) } });
  await expectAccepted(to, signed, 'own');
  await expectRefused(to, signed, `${body} `);
});

test('it is asked with the bytes, the lower-case headers and each secret in turn, until one signs', async () => {
  const asked: SignatureInput[] = [];
  const signature: SignatureScheme = {
    name: 'own',
    verify: (input) => {
      asked.push(input);
      return input.secret === 'second';
    },
  };
  await expectAccepted(receiver({ signature, secret: ['first', 'second', 'third'] }), { 'X-Own': 'a' }, 'own');
  expect(asked.map((input) => input.secret)).toEqual(['first', 'second']);
  expect(asked[0]).toMatchObject({ rawBody: Buffer.from(body), headers: { 'x-own': 'a' } });
});

test.each<[string, unknown]>([
  ['undefined, having forgotten to return', undefined],
  ['null', null],
  ['false', false],
  ['an empty string', ''],
  ['zero', 0],
  ['a promise of undefined', Promise.resolve(undefined)],
  ['a promise of false', Promise.resolve(false)],
])('an answer of %s lets nobody in', async (_title, verdict) => {
  await expectRefused(receiver({ signature: answering(verdict) }), signed);
});

test.each<[string, unknown]>([
  ['one', 1],
  ['text', 'no'],
  ['an empty list', []],
  ['a list', [true]],
  ['a Map', new Map()],
  ['a Date', new Date(now)],
  ['an Error', new Error('bad signature')],
  ['an Error with an id', Object.assign(new Error('bad signature'), { id: 'msg_1' })],
  ['a list with an id', Object.assign([], { id: 'msg_1' })],
  ['a function', () => true],
  ['a function with an id', Object.assign(() => true, { id: 'msg_1' })],
  ['bytes', Buffer.alloc(0)],
  ['{ valid: false }', { valid: false }],
  ['{ ok: true }', { ok: true }],
  ['an id beside { valid: false }', { id: 'msg_1', valid: false }],
  ['{ ok: undefined }', { ok: undefined }],
  ['a signedAt that is text', { signedAt: String(now) }],
  ['a signedAt that is no number', { signedAt: Number.NaN }],
  ['an id that is a number', { id: 7 }],
  ['an id that is an object', { id: {} }],
  ['a promise of text', Promise.resolve('yes')],
  ['an object whose no is in a getter of its class', new Verdict(false)],
  ['an object of an empty class', new (class Verified {})()],
])('an answer of %s lets nobody in, and the log says why', async (_title, verdict) => {
  const to = receiver({ signature: answering(verdict) });
  await expectRefused(to, signed);
  expect(to.reason()).toBe('Scheme own answered with neither true, false nor a match ({ signedAt?, id? }).');
});

test.each<[string, unknown]>([
  ['true', true],
  ['an empty match', {}],
  ['a match with a fresh timestamp and an id', { signedAt: now, id: 'e-1' }],
  ['a match with everything left undefined', { scheme: undefined, signedAt: undefined, id: undefined }],
  ['a match with a pin', { pin: 'signature: own()' }],
  ['a promise of a match', Promise.resolve({ signedAt: now })],
  // biome-ignore lint/suspicious/noThenProperty: libraries answer with thenables of their own.
  ['a thenable', { then: (resolve: (found: boolean) => void) => resolve(true) }],
])('an answer of %s is a yes', async (_title, verdict) => {
  await expectAccepted(receiver({ signature: answering(verdict) }), signed, 'own');
});

test('a signed timestamp of its own is held to toleranceSeconds', async () => {
  await expectRefused(receiver({ signature: answering({ signedAt: now - 301_000 }) }), signed);
  await expectRefused(receiver({ signature: answering({ signedAt: now + 301_000 }) }), signed);
  await expectRefused(receiver({ signature: answering({ signedAt: now / 1000 }) }), signed);
});

test('a signed id of its own names the delivery; an empty one, or what a missing field became, does not', async () => {
  const withId = receiver({ signature: answering({ id: 'e-1' }) });
  expect((await withId.post(signed)).body).toBe('{"status":"processed"}');
  expect((await withId.post(signed, `${body} `)).body).toBe('{"status":"duplicate"}');
  for (const id of ['', ' ', 'undefined', 'null', 'NaN', '[object Object]']) {
    const withoutId = receiver({ signature: answering({ id }) });
    await expectAccepted(withoutId, signed, 'own');
    await expectAccepted(withoutId, signed, 'own', `${body} `);
    expect((await withoutId.post(signed)).body).toBe('{"status":"duplicate"}');
  }
});

test('a name in its answer is the scheme that handlers see', async () => {
  await expectAccepted(receiver({ signature: answering({ scheme: 'own-v2' }) }), signed, 'own-v2');
});

test.each<[string, SignatureScheme]>([
  ['throws', answering(new Error('No signatures found matching the expected signature'), true)],
  ['throws what is no error', answering('no', true)],
  ['rejects', { name: 'own', verify: async () => Promise.reject(new Error('no')) }],
])('a scheme that %s refuses', async (_title, signature) => {
  await expectRefused(receiver({ signature }), signed);
});

test('the log of a refusal says that verify threw, what kind of error and where, and never its message', async () => {
  class UpstreamError extends Error {
    override readonly name = 'UpstreamError';
    readonly code = 'EUPSTREAM';
  }
  const words = `${secret}, ${body}\n    at ${mac(body)}`;
  const throwing = (error: unknown): SignatureScheme => answering(error, true);
  const rejecting: SignatureScheme = { name: 'own', verify: async () => Promise.reject(new TypeError(words)) };
  const cases: [SignatureScheme, RegExp][] = [
    [throwing(new TypeError(words)), /^The verify of scheme own threw TypeError at .*custom-schemes\.test\.ts:\d+/],
    [throwing(new UpstreamError(words)), /^The verify of scheme own threw UpstreamError \(code EUPSTREAM\)/],
    [rejecting, /^The verify of scheme own threw TypeError at /],
    [throwing(words), /^The verify of scheme own threw string, which counts as no\./],
    [
      throwing(Object.assign(new Error(words), { name: words, code: words })),
      /^The verify of scheme own threw an error at /,
    ],
  ];
  for (const [signature, told] of cases) {
    const to = receiver({ signature });
    await expectRefused(to, signed);
    expect(to.reason()).toMatch(told);
    expect(to.reason()).toContain('The signature does not match');
    for (const word of [secret, body, mac(body)]) expect(to.reason()).not.toContain(word);
  }
});

test('the log of a refusal says once that verify threw, also over the first secret alone', async () => {
  for (const [keys, secrets] of [
    [['first'], ['first', 'second']],
    [
      ['first', 'second'],
      ['first', 'second'],
    ],
  ]) {
    const verify: SignatureScheme['verify'] = ({ secret: key }) => {
      if (keys?.includes(key)) throw new TypeError('headers of mine are missing');
      return false;
    };
    const to = receiver({ signature: { name: 'own', verify }, secret: secrets ?? [] });
    await expectRefused(to, signed);
    expect(to.reason()).toMatch(
      /^The verify of scheme own threw TypeError at (?!.*threw).*The signature does not match/,
    );
  }
});

test('the log of a refusal says that maySign threw, and nothing of it where verify takes the delivery', async () => {
  const signature: SignatureScheme = { ...own, maySign: (headers) => (headers['x-none'] as string).length > 0 };
  const to = receiver({ signature });
  await expectRefused(to, signed, `${body} `);
  expect(to.reason()).toMatch(/^The maySign of scheme own threw TypeError at .*, so verify decided\./);
  await expectAccepted(to, signed, 'own');
});

test('a scheme that throws over the old secret is still asked about the new one', async () => {
  const signature: SignatureScheme = {
    name: 'own',
    verify: ({ secret: key }) => {
      if (key !== secret) throw new Error('no');
      return true;
    },
  };
  await expectAccepted(receiver({ signature, secret: ['old', secret] }), signed, 'own');
});

test('a scheme that never answers is answered 503, so that the sender repeats', async () => {
  const signature: SignatureScheme = { name: 'own', verify: () => new Promise<boolean>(() => {}) };
  const to = receiver({ signature, deduplicate: { storeTimeoutMs: 200 } });
  const reply = await to.post(signed);
  expect(reply).toMatchObject({ status: 503, headers: { 'retry-after': '10' } });
  expect(reply.body).toContain('"code":"UNAVAILABLE"');
  expect(to.reason()).toContain('own did not answer within 200 ms');
  expect(to.handled).toStrictEqual([]);
});

test('a scheme that never answers is answered 503 for an unknown tenant, too', async () => {
  const signature: SignatureScheme = { name: 'own', verify: () => new Promise(() => undefined) };
  const to = receiver({ signature, secret: () => undefined, deduplicate: { storeTimeoutMs: 50 } });
  expect((await to.post(signed)).status).toBe(503);
  expect(to.handled).toStrictEqual([]);
});

test('the log of a refusal says with words between that maySign and verify threw', async () => {
  const fail = (): never => {
    throw new Error('no');
  };
  const to = receiver({ signature: { name: 'own', verify: fail, maySign: fail } });
  await expectRefused(to, signed);
  expect(to.reason()).toMatch(/^The maySign of .* secrets\. The verify of .* secrets\. The signature does not match/);
});

test('a maySign that trips over a missing header leaves the decision to verify', async () => {
  const signature: SignatureScheme = { ...own, maySign: (headers) => (headers['x-own'] as string).length > 0 };
  const to = receiver({ signature });
  await expectRefused(to, {});
  await expectAccepted(to, signed, 'own');
});

test('a genuine delivery is taken though maySign throws', async () => {
  const signature: SignatureScheme = {
    ...own,
    maySign: () => {
      throw new Error('no header of mine');
    },
  };
  const to = receiver({ signature });
  await expectAccepted(to, signed, 'own');
  const port = await serve(to);
  expect(await post(port, signed, `${body} `)).toMatchObject({ status: 401 });
  expect(to.handled).toHaveLength(1);
  expect(await post(port, signed)).toMatchObject({ status: 200, body: '{"status":"duplicate"}' });
});

test('a scheme that can sign serves signDelivery too', async () => {
  const { headers, body: sent } = signDelivery({ payload, secret, scheme: own });
  await expectAccepted(receiver({ signature: own }), headers, 'own', sent);
  expect(() => signDelivery({ payload, secret, scheme: answering(true) })).toThrow('can only verify');
});

describe('signature: false', () => {
  test('is warned about at construction, once', () => {
    const to = receiver({ signature: false, secret: undefined });
    expect(to.logged('signature is false')).toEqual([expect.objectContaining({ level: 40, code: 'SIGNATURE_OFF' })]);
  });

  test('lets every delivery pass', async () => {
    const to = receiver({ signature: false, secret: undefined });
    await expectAccepted(to, {}, 'none');
    await expectAccepted(to, { 'x-signature': 'nonsense' }, 'none', `${body} `);
  });

  test('has to be said: without a secret there is no receiver', () => {
    const variable = 'BIGMIND_WEBHOOK_SECRET';
    const before = process.env[variable];
    delete process.env[variable];
    try {
      expect(() => receiver({ secret: undefined })).toThrow(
        expect.objectContaining({ code: 'MISSING_SECRET', message: expect.stringContaining('{ signature: false }') }),
      );
    } finally {
      if (before !== undefined) process.env[variable] = before;
    }
  });
});
