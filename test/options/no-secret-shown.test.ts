import { inspect } from 'node:util';
import fc from 'fast-check';
import {
  bigmindWebhooks,
  hmac,
  isBigmindEvent,
  isWebhookError,
  memoryStore,
  standardWebhooks,
  timestampedHmac,
} from '../../src';
import { fileJournal } from '../../src/journals/file';
import { bullmqQueue } from '../../src/queues/bullmq';
import { pgBossQueue } from '../../src/queues/pg-boss';
import { postgresJournal, postgresStore } from '../../src/stores/postgres';
import { redisStore } from '../../src/stores/redis';
import { examplePayload, signDelivery } from '../../src/testing';
import { ArrayQueue } from '../queueing/array-queue';

// People pass their secret as the only argument, as the name of an option, or as the value of another option.

/** The secrets that senders hand out, and any other text too long to be a mistyped word. */
const secrets = fc.oneof(
  fc.stringMatching(/^whsec_[A-Za-z0-9+/]{16,44}={0,2}$/),
  fc.stringMatching(/^[0-9a-f]{32}$/),
  fc.constantFrom('whsec_test_secret', 'hush-hush-2f6d-and-more', 'correct horse battery staple'),
  fc.string({ minLength: 13, maxLength: 60, unit: 'grapheme-ascii' }).filter((text) => text.trim().length > 12),
);

type Call = (given: unknown) => unknown;
const call = (fn: unknown): Call => {
  return (given) => Reflect.apply(fn as (given: unknown) => unknown, undefined, [given]);
};

const right = { secret: 'a secret', logger: false };
const receiving: Call = (given) => Reflect.apply(bigmindWebhooks, undefined, [given]);
const around =
  (fn: Call, base: object): Call =>
  (given) =>
    fn(typeof given === 'object' ? { ...base, ...given } : given);

/** Every public factory that takes options, with what is right beside the one that is wrong. */
const factories: Record<string, { readonly make: Call; readonly options: readonly string[] }> = {
  bigmindWebhooks: {
    make: around(receiving, right),
    options: [
      'signature',
      'toleranceSeconds',
      'limit',
      'timeoutMs',
      'maxRunMs',
      'readTimeoutMs',
      'deduplicate',
      'queue',
      'schemas',
      'locals',
      'logger',
      'clock',
    ],
  },
  deduplicate: {
    make: (deduplicate) => receiving({ ...right, deduplicate }),
    options: ['store', 'ttlMs', 'key', 'storeTimeoutMs'],
  },
  logger: { make: (logger) => receiving({ ...right, logger }), options: ['level', 'customLevels', 'transport'] },
  'a scheme of one’s own': {
    make: (signature) =>
      receiving({
        ...right,
        signature: typeof signature === 'object' ? { name: 'own', verify() {}, ...signature } : signature,
      }),
    options: ['verify', 'maySign', 'signatureHeaders'],
  },
  hmac: { make: around(call(hmac), { header: 'x-a' }), options: ['header', 'algorithm', 'encoding'] },
  timestampedHmac: {
    make: around(call(timestampedHmac), { header: 'x-a' }),
    options: ['header', 'algorithm', 'encoding', 'prefix', 'timestampHeader', 'idHeader', 'content'],
  },
  standardWebhooks: { make: call(standardWebhooks), options: ['prefix'] },
  memoryStore: { make: call(memoryStore), options: ['maxKeys'] },
  redisStore: { make: around(call(redisStore), { namespace: 'a' }), options: ['client', 'namespace'] },
  postgresStore: { make: around(call(postgresStore), { namespace: 'a' }), options: ['pool', 'namespace'] },
  fileJournal: {
    make: around(call(fileJournal), { directory: 'a-folder-that-is-not-there' }),
    options: ['keepDays', 'onFailure', 'seal'],
  },
  postgresJournal: {
    make: around(call(postgresJournal), { pool: { query() {} }, namespace: 'a' }),
    options: ['pool', 'namespace', 'keepDays', 'onFailure', 'seal'],
  },
  bullmqQueue: { make: call(bullmqQueue), options: ['connection', 'namespace', 'attempts'] },
  pgBossQueue: { make: call(pgBossQueue), options: ['boss', 'namespace', 'pool', 'attempts'] },
};

const webhooks = bigmindWebhooks({ ...right, queue: new ArrayQueue() } as Parameters<typeof bigmindWebhooks>[0]);
const method = (name: keyof typeof webhooks): Call => {
  return (given) => Reflect.apply(webhooks[name] as Call, webhooks, [given]);
};

/** Everything else that takes an argument. */
const others: Record<string, Call> = {
  'on an event': (given) => Reflect.apply(webhooks.on, webhooks, [given, () => undefined]),
  'on events': (given) => Reflect.apply(webhooks.on, webhooks, [[given], () => undefined]),
  'a handler': (given) => Reflect.apply(webhooks.on, webhooks, ['notes_created', given]),
  'a registration': (given) => Reflect.apply(webhooks.on, webhooks, ['notes_created', () => undefined, given]),
  onInvalid: method('onInvalid'),
  onUnknown: method('onUnknown'),
  onError: method('onError'),
  dispatch: method('dispatch'),
  verify: method('verify'),
  work: method('work'),
  'work.perEvent': (given) => Reflect.apply(webhooks.work, webhooks, [{ perEvent: { [String(given)]: 1 } }]),
  close: (given) => Reflect.apply(bigmindWebhooks(right as object).close, undefined, [given]),
  'deadLetters.list': (given) => Reflect.apply(webhooks.deadLetters.list, webhooks.deadLetters, [given]),
  examplePayload: call(examplePayload),
  signDelivery: (scheme) => Reflect.apply(signDelivery, undefined, [{ payload: {}, secret: 'a secret', scheme }]),
  isBigmindEvent: call(isBigmindEvent),
};

/** What a call throws or rejects with, as a console prints it: message, cause and all. */
async function printed(attempt: () => unknown): Promise<string> {
  try {
    await attempt();
    return '';
  } catch (error) {
    const told = isWebhookError(error) ? error.message : '';
    return `${told}\n${inspect(error, { depth: 8 })}`;
  }
}

let refused = 0;
async function expectNotShown(secret: string, attempt: () => unknown): Promise<void> {
  const text = await printed(attempt);
  if (text !== '') refused += 1;
  // As it is, and as JSON or a console would write it.
  for (const shape of [secret, JSON.stringify(secret).slice(1, -1), inspect(secret).slice(1, -1)]) {
    expect(text).not.toContain(shape);
  }
}

test.each(Object.entries(factories))('%s never shows a secret that took another place', async (_name, factory) => {
  refused = 0;
  await fc.assert(
    fc.asyncProperty(secrets, async (secret) => {
      await expectNotShown(secret, () => factory.make(secret));
      await expectNotShown(secret, () => factory.make([secret]));
      await expectNotShown(secret, () => factory.make({ [secret]: true }));
      for (const option of factory.options) {
        await expectNotShown(secret, () => factory.make({ [option]: secret }));
        await expectNotShown(secret, () => factory.make({ [option]: [secret] }));
      }
    }),
    { numRuns: 40 },
  );
  expect(refused).toBeGreaterThanOrEqual(40);
});

test.each(Object.entries(others))('%s never shows a secret that took another place', async (_name, attempt) => {
  await fc.assert(
    fc.asyncProperty(secrets, async (secret) => {
      await expectNotShown(secret, () => attempt(secret));
      await expectNotShown(secret, () => attempt({ [secret]: true }));
    }),
    { numRuns: 40 },
  );
});

test.each<[string, () => unknown, string]>([
  [
    'bigmindWebhooks',
    () => receiving('whsec_hush'),
    'got a string of 10 characters. Write bigmindWebhooks({ secret }).',
  ],
  ['hmac', () => call(hmac)('whsec_hush'), 'hmac: expected an object, got a string of 10 characters.'],
  [
    'standardWebhooks',
    () => standardWebhooks({ prefix: 'whsec_hush/hush' }),
    'standardWebhooks.prefix: expected the name of a header, got a string of 15 characters.',
  ],
  [
    'the name of a header, which would stand in the log',
    () => standardWebhooks({ prefix: 'whsec_hushhush' }),
    'standardWebhooks.prefix: expected the name of a header, got a string of 14 characters. It begins like a secret',
  ],
  [
    'an option',
    () => receiving({ ...right, whsec_hushhush: true }),
    '(a string of 14 characters) is unknown. Known are secret,',
  ],
])('%s says how long the string is that came', async (_name, attempt, message) => {
  expect(await printed(attempt)).toContain(message);
});
