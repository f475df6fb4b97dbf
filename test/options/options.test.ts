import { pino } from 'pino';
import { bigmindWebhooks, hmac, memoryStore, standardWebhooks, timestampedHmac } from '../../src';
import { receiverWith, refusalOf } from './refusal';

const numbers = ['toleranceSeconds', 'timeoutMs', 'maxRunMs', 'readTimeoutMs'];
const noNumbers: [unknown, string][] = [
  ['9s', '"9s" (string)'],
  ['9', '"9" (string)'],
  [0, '0 (number)'],
  [-1, '-1 (number)'],
  [1.5, '1.5 (number)'],
  [Number.NaN, 'NaN (number)'],
  [Number.POSITIVE_INFINITY, 'Infinity (number)'],
  [5n, '5 (bigint)'],
  [true, 'true (boolean)'],
  [null, 'null'],
  [[], 'an empty array'],
  [{}, 'an object'],
  [() => 1, 'a function'],
];

describe.each(numbers)('%s', (option) => {
  test.each(noNumbers)('refuses %p, showing it and what was expected', (value, shown) => {
    const { code, message } = refusalOf(() => receiverWith({ [option]: value }));
    expect(code).toBe('BAD_OPTION');
    const range = option === 'toleranceSeconds' ? 'from 1' : 'from 1 to 2147483647';
    expect(message).toBe(`BAD_OPTION ${option}: expected a whole number ${range}, got ${shown}.`);
  });

  test('takes the least, and what is a usual value', () => {
    expect(() => receiverWith({ [option]: 1 })).not.toThrow();
    expect(() => receiverWith({ [option]: 60_000 })).not.toThrow();
  });
});

test.each(['timeoutMs', 'maxRunMs', 'readTimeoutMs'])('%s refuses what a timer would take for nothing', (option) => {
  expect(refusalOf(() => receiverWith({ [option]: 2 ** 31 })).message).toContain(
    'from 1 to 2147483647, got 2147483648',
  );
});

const nothing = () => undefined;
/** A logger such as winston's, whose methods take `(message, fields)`. */
const messageFirst = (others: object) => ({ ...handMade, log: nothing, level: 'info', ...others });
const handMade = { debug: nothing, info: nothing, warn: nothing, error: nothing, child: () => handMade };

test('a logger is taken that is pino, a child of one, or made by hand', () => {
  for (const logger of [pino({ enabled: false }), pino({ enabled: false }).child({ team: 1 }), handMade]) {
    expect(() => receiverWith({ logger })).not.toThrow();
  }
});

const aNumber = (path: string, shown: string) => `${path}: expected a whole number from 1`.concat(shown);
const inItself: Record<string, unknown> = { level: 'loud' };
inItself['self'] = inItself;

const wrong: [string, object, string][] = [
  [
    'limit',
    { limit: '5 megabytes' },
    `limit: expected a whole number of bytes from 1, or text such as '5mb', got "5 megabytes" (string).`,
  ],
  ['limit', { limit: '' }, 'got "" (string)'],
  ['limit', { limit: '0mb' }, 'got "0mb" (string)'],
  ['limit', { limit: '-5mb' }, 'got "-5mb" (string)'],
  ['limit', { limit: `${'9'.repeat(30)}gb` }, 'limit: expected a whole number of bytes'],
  ['limit', { limit: 0 }, 'got 0 (number)'],
  ['limit', { limit: 1.5 }, 'got 1.5 (number)'],
  ['limit', { limit: null }, 'got null'],
  [
    'maxBytesInFlight',
    { maxBytesInFlight: 'much' },
    `maxBytesInFlight: expected a whole number of bytes from 1, or text such as '5mb', got "much" (string).`,
  ],
  ['maxBytesInFlight', { maxBytesInFlight: 0 }, 'got 0 (number)'],
  ['maxBytesInFlight', { maxBytesInFlight: null }, 'got null'],
  ['signature', { signature: true }, "signature: expected 'auto', false or a scheme, got true (boolean)."],
  ['signature', { signature: null }, 'got null'],
  ['signature', { signature: 'hmac' }, 'got "hmac" (string)'],
  ['signature', { signature: hmac }, "got a function. Call it, as in hmac({ header: 'x-signature' })"],
  ['signature', { signature: standardWebhooks }, 'Call it'],
  ['signature', { signature: () => true }, 'a scheme of your own is { name, verify }'],
  ['signature', { signature: {} }, 'signature.name: expected a string with text, got undefined.'],
  ['signature', { signature: { name: 'mine' } }, 'signature.verify: expected a function, got undefined.'],
  ['signature', { signature: { name: 'mine', verify() {}, maySign: true } }, 'signature.maySign: expected a function'],
  ['signature', { signature: { name: 'mine', verify() {}, looksFor: 5 } }, 'signature.looksFor: expected a string'],
  ['deduplicate', { deduplicate: true }, 'deduplicate: expected an object or false, got true (boolean).'],
  ['deduplicate', { deduplicate: null }, 'deduplicate: expected an object or false, got null.'],
  ['deduplicate', { deduplicate: [] }, 'deduplicate: expected an object or false, got an empty array.'],
  ['deduplicate', { deduplicate: { ttlMs: '3d' } }, aNumber('deduplicate.ttlMs', ', got "3d" (string).')],
  ['deduplicate', { deduplicate: { ttlMs: null } }, aNumber('deduplicate.ttlMs', ', got null.')],
  ['deduplicate', { deduplicate: { storeTimeoutMs: 0 } }, 'deduplicate.storeTimeoutMs: expected a whole number from 1'],
  [
    'deduplicate',
    { deduplicate: { key: 'id' } },
    'deduplicate.key: expected a function, got a string of 2 characters.',
  ],
  [
    'deduplicate',
    { deduplicate: { onSilence: 'reconnect' } },
    'deduplicate.onSilence: expected a function, got a string of 9 characters.',
  ],
  ['deduplicate', { deduplicate: { store: 'memory' } }, 'deduplicate.store: expected a store such as memoryStore()'],
  ['deduplicate', { deduplicate: { store: null } }, 'got null'],
  ['deduplicate', { deduplicate: { store: memoryStore } }, 'got a function. Call it, as in memoryStore().'],
  [
    'deduplicate',
    { deduplicate: { store: new Map() } },
    'deduplicate.store.claim: expected a function, got undefined.',
  ],
  ['locals', { locals: { team: 1 } }, 'locals: expected a function, got an object.'],
  ['locals', { locals: null }, 'locals: expected a function, got null.'],
  ['logger', { logger: true }, 'logger: expected a pino instance, pino options or false, got true (boolean).'],
  ['logger', { logger: 'warn' }, 'got a string of 4 characters.'],
  ['logger', { logger: null }, 'got null'],
  ['logger', { logger: [] }, 'got an empty array'],
  ['logger', { logger: pino }, 'got a function. Call it, as in pino().'],
  ['logger', { logger: process.stderr }, 'For a stream, write logger: pino(stream).'],
  ['logger', { logger: console }, 'It lacks child() of pino.'],
  ['logger', { logger: { log() {} } }, 'It lacks debug(), info(), warn(), error(), child() of pino.'],
  ['logger', { logger: { trace() {}, fatal() {} } }, 'It lacks debug(), info(), warn(), error(), child() of pino.'],
  ['logger', { logger: new Map() }, 'got an object (Map).'],
  ['logger', { logger: inItself }, 'pino refuses it: default level:loud must be included in custom levels.'],
  ['logger', { logger: messageFirst({ transports: [] }) }, 'Its methods take the message first'],
  [
    'logger',
    { logger: messageFirst({ pipe: nothing }) },
    '{ info: (fields, message) => logger.info(message, fields), … }',
  ],
  ['logger', { logger: { level: 'loud' } }, 'pino refuses it: default level:loud must be included in custom levels.'],
  ['clock', { clock: 5 }, 'clock: expected an object with now(), such as Date, got 5 (number).'],
  ['clock', { clock: null }, 'got null'],
  ['clock', { clock: Date.now }, 'got a function'],
];

test.each(wrong)('%s refuses %p', (option, options, expected) => {
  const { code, message } = refusalOf(() => receiverWith(options));
  expect(code).toBe('BAD_OPTION');
  expect(message).toContain(expected);
  expect(message).toMatch(new RegExp(`^BAD_OPTION ${option}\\b`));
});

test.each([1, 5_000_000, '1', '512b', '10 kb', '1.5MB', '1gb'])('limit and maxBytesInFlight take %p', (limit) => {
  expect(() => receiverWith({ limit, maxBytesInFlight: limit })).not.toThrow();
});

test.each([
  [{ toleranceSecond: 1 }, 'toleranceSecond is unknown. Did you mean toleranceSeconds?'],
  [{ tolerance: 1 }, 'tolerance is unknown. Did you mean toleranceSeconds?'],
  [{ Secret: 'x' }, 'Secret is unknown. Did you mean secret?'],
  [{ timeout: 1 }, 'timeout is unknown. Did you mean timeoutMs?'],
  [{ dedupe: false }, 'dedupe is unknown.'],
  [{ webhookSecret: 'x' }, 'webhookSecret is unknown. Known are secret,'],
  [{ correcthorsebattery: 'x' }, '(a string of 19 characters) is unknown.'],
  [{ banana: 1 }, 'banana is unknown. Known are secret, signature,'],
  [{ constructor: 1 }, 'constructor is unknown.'],
  [JSON.parse('{"__proto__":1}') as object, '__proto__ is unknown.'],
  [{ deduplicate: { ttl: 1 } }, 'deduplicate.ttl is unknown. Did you mean ttlMs?'],
])('an option nobody reads is refused: %j', (options, expected) => {
  const { code, message } = refusalOf(() =>
    receiverWith(Object.defineProperties({}, Object.getOwnPropertyDescriptors(options))),
  );
  expect(code).toBe('BAD_OPTION');
  expect(message).toContain(expected);
});

test.each([null, 5, 'secret', [], true])('options that are no object are refused: %j', (options) => {
  const { code, message } = refusalOf(() => Reflect.apply(bigmindWebhooks, undefined, [options]));
  expect({ code, message }).toEqual({
    code: 'BAD_OPTION',
    message: expect.stringMatching(/^BAD_OPTION options: expected an object, got /) as string,
  });
});

test('the longest value is shown in few words', () => {
  const { message } = refusalOf(() => receiverWith({ limit: 'x'.repeat(10_000) }));
  expect(message.length).toBeLessThan(200);
});

test.each<[string, () => unknown, string]>([
  ['hmac', () => Reflect.apply(hmac, undefined, [{}]), 'hmac.header: expected the name of a header, got undefined.'],
  ['hmac', () => Reflect.apply(hmac, undefined, []), 'hmac: expected an object, got undefined.'],
  ['hmac', () => hmac({ header: 'two words' }), 'got a string of 9 characters.'],
  [
    'hmac',
    () => Reflect.apply(hmac, undefined, [{ header: 'x', algorithm: 'md5' }]),
    "hmac.algorithm: expected one of 'sha256', 'sha512'",
  ],
  ['hmac', () => Reflect.apply(hmac, undefined, [{ headers: 'x' }]), 'hmac.headers is unknown. Did you mean header?'],
  [
    'timestampedHmac',
    () => timestampedHmac({ header: 'x', content: '{body}' }),
    'timestampedHmac.content: expected text',
  ],
  ['standardWebhooks', () => standardWebhooks({ prefix: '' }), 'standardWebhooks.prefix: expected the name'],
  ['memoryStore', () => memoryStore({ maxKeys: 0 }), 'memoryStore.maxKeys: expected a whole number from 1'],
  ...['algorithm', 'encoding', 'prefix'].map(
    (name) =>
      ['hmac', () => hmac({ header: 'x', [name]: null }), `hmac.${name}: expected `] as [string, () => unknown, string],
  ),
  ...['maxKeys', 'clock'].map(
    (name) =>
      ['memoryStore', () => memoryStore({ [name]: null }), `memoryStore.${name}: expected `] as [
        string,
        () => unknown,
        string,
      ],
  ),
])('%s refuses what it cannot use, by its own path', (_factory, mistake, expected) => {
  const { code, message } = refusalOf(mistake);
  expect(code).toBe('BAD_OPTION');
  expect(message).toContain(expected);
});
