import { Redis } from 'ioredis';
import PgBoss from 'pg-boss';
import { hmac, memoryStore, timestampedHmac } from '../../src';
import { bullmqQueue } from '../../src/queues/bullmq';
import {
  examplePayload,
  explainSignature,
  journalContract,
  queueContract,
  signDelivery,
  storeContract,
} from '../../src/testing';
import { receiverWith, refusalOf } from './refusal';

const secret = 'a secret';
const payload = examplePayload('notes_created');
const call =
  (wanted: (...args: never[]) => unknown, ...args: unknown[]) =>
  () =>
    Reflect.apply(wanted, undefined, args);
const sign = (...args: unknown[]) => call(signDelivery, ...args)();

test.each<[string, () => unknown, string]>([
  ['signDelivery without a secret', () => sign({ payload }), 'signDelivery.secret: expected a string with text'],
  ['signDelivery with a misspelt option', () => sign({ payload, secret, shceme: 'hmac' }), 'Did you mean scheme?'],
  ['signDelivery with a scheme of no name', () => sign({ payload, secret, scheme: 'x' }), "scheme: expected 'hmac', '"],
  ['signDelivery without anything', () => sign(), 'signDelivery: expected an object, got undefined.'],
  ['explainSignature without anything', call(explainSignature), 'expected { headers, body, secret }, got undefined.'],
  [
    'explainSignature with a body that was parsed',
    call(explainSignature, { headers: {}, body: payload, secret }),
    'explainSignature.body: expected a string or a Uint8Array, got an object.',
  ],
  ['storeContract without anything', call(storeContract), 'storeContract: expected an object, got undefined.'],
  [
    'storeContract with the store itself',
    call(storeContract, { store: memoryStore() }),
    'storeContract.store: expected a function, got an object.',
  ],
  ['queueContract with a misspelt option', call(queueContract, { opne: () => undefined }), 'Did you mean open?'],
  [
    'queueContract with no patience',
    call(queueContract, { open: () => undefined, patienceMs: 0 }),
    'queueContract.patienceMs: expected a whole number from 1',
  ],
  ['journalContract without a journal', call(journalContract, {}), 'journalContract.journal: expected a function, got'],
  ['hmac with the header alone', call(hmac, 'x-sig'), "string of 5 characters. Write hmac({ header: 'x-signature' })."],
  ['timestampedHmac with the header alone', call(timestampedHmac, 'x-sig'), "Write timestampedHmac({ header: 'x-"],
  ['a router that is called', () => Reflect.apply(receiverWith({}).router, undefined, []), 'webhooks.router)'],
  ['the name of a scheme', () => receiverWith({ signature: 'hmac' }), "signature: expected 'auto', false or a scheme"],
  [
    'a scheme by its name',
    () => receiverWith({ signature: 'hmac' }),
    "Import the function and call it: signature: hmac({ header: 'x-signature' }).",
  ],
  [
    'the options of a scheme',
    () => receiverWith({ signature: { header: 'x-signature' } }),
    "Write signature: hmac({ header: 'x-signature' }).",
  ],
  [
    'the options of redisStore',
    () => receiverWith({ deduplicate: { store: { client: {}, namespace: 'crm' } } }),
    'Write deduplicate: { store: redisStore({ client, namespace }) }.',
  ],
  [
    'the options of postgresStore',
    () => receiverWith({ deduplicate: { store: { pool: {}, namespace: 'crm' } } }),
    'Write deduplicate: { store: postgresStore({ pool, namespace }) }.',
  ],
  [
    'the options of bullmqQueue',
    () => receiverWith({ queue: { connection: {}, namespace: 'crm' } }),
    'Write queue: bullmqQueue({ connection, namespace }).',
  ],
  [
    'a queue whose dead jobs are a function',
    () => receiverWith({ queue: { open() {}, enqueue() {}, work() {}, deadJobs: () => ({}) } }),
    'queue.deadJobs: expected an object, got a function.',
  ],
  [
    'a queue whose ping is a flag',
    () => receiverWith({ queue: { open() {}, enqueue() {}, work() {}, deadJobs: {}, ping: true } }),
    'queue.ping: expected a function, got true',
  ],
  [
    'a store whose ping is a flag',
    () => receiverWith({ deduplicate: { store: Object.assign(memoryStore(), { ping: true }) } }),
    'deduplicate.store.ping: expected a function, got true',
  ],
  [
    'allowVolatile as a word',
    () => bullmqQueue({ connection: { host: '127.0.0.1' }, namespace: 'crm', allowVolatile: 'yes' as never }),
    'bullmqQueue.allowVolatile: expected true or false, got',
  ],
  [
    'a flag that is null',
    () => bullmqQueue({ connection: { host: '127.0.0.1' }, namespace: 'crm', allowVolatile: null as never }),
    'bullmqQueue.allowVolatile: expected ',
  ],
  [
    'an age that is null',
    () => bullmqQueue({ connection: { host: '127.0.0.1' }, namespace: 'crm', rememberDone: { ageMs: null as never } }),
    'bullmqQueue.rememberDone.ageMs: expected a whole number from 0',
  ],
  [
    'an address in place of a client of Redis',
    () => bullmqQueue({ connection: 'redis://hush@db' as never, namespace: 'crm' }),
    'or options such as { url } or { host, port }, got a string of 15 characters.',
  ],
  [
    'a number of attempts that is null',
    () => bullmqQueue({ connection: { host: '127.0.0.1' }, namespace: 'crm', attempts: null as never }),
    'bullmqQueue.attempts: expected a whole number from 1 to 20, got null',
  ],
  [
    'a client of Redis as a queue',
    () => receiverWith({ queue: new Redis({ lazyConnect: true }) }),
    'Write queue: bullmqQueue({ connection, namespace }).',
  ],
  [
    'the options of pgBossQueue',
    () => receiverWith({ queue: { boss: {}, namespace: 'crm' } }),
    'Write queue: pgBossQueue({ boss, namespace }).',
  ],
  [
    'pg-boss as a queue',
    () => receiverWith({ queue: new PgBoss('postgres://127.0.0.1/none') }),
    'Write queue: pgBossQueue({ boss, namespace }).',
  ],
  [
    'a host that is undefined',
    () => bullmqQueue({ connection: { host: undefined, port: 6379 }, namespace: 'crm' }),
    'a server on localhost is used only if you name it',
  ],
])('%s is refused with what to write', (_mistake, make, expected) => {
  expect(refusalOf(make)).toMatchObject({
    code: 'BAD_OPTION',
    message: expect.stringContaining(expected) as string,
  });
});

test('a handler that is called in place of being passed is refused with what to write, and ends no process', () => {
  const called = Promise.reject(new Error('called too early'));
  expect(
    refusalOf(() => Reflect.apply(receiverWith({}).on, undefined, ['notes_created', called]) as unknown),
  ).toMatchObject({
    code: 'BAD_HANDLER',
    message:
      "BAD_HANDLER on('notes_created'): expected a function, got a promise. Pass the function itself, and do not call it.",
  });
});
