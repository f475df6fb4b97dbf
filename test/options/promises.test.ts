import { bigmindWebhooks } from '../../src';
import { fileJournal } from '../../src/journals/file';
import { bullmqQueue } from '../../src/queues/bullmq';
import { pgBossQueue } from '../../src/queues/pg-boss';
import { postgresJournal, postgresStore } from '../../src/stores/postgres';
import { redisStore } from '../../src/stores/redis';
import { signDelivery } from '../../src/testing';
import { receiverWith, refusalOf } from './refusal';

// A promise has no properties: where it is taken for options, every default applies, and nobody notices.

const promise = () => Promise.resolve({}) as unknown;
const made = (make: unknown, options: object) => Reflect.apply(make as () => unknown, undefined, [options]) as unknown;

const names = [
  ...['secret', 'signature', 'toleranceSeconds', 'limit', 'timeoutMs', 'maxRunMs', 'readTimeoutMs', 'maxBytesInFlight'],
  ...['deduplicate', 'queue', 'journal', 'keepHeaders', 'schemas', 'locals', 'telemetry', 'logger', 'clock'],
];

test.each<[string, () => unknown]>([
  ...names.map((name): [string, () => unknown] => [name, () => receiverWith({ [name]: promise() })]),
  ['secret[1]', () => receiverWith({ secret: ['a secret', promise()] })],
  ['deduplicate.store', () => receiverWith({ deduplicate: { store: promise() } })],
  ['redisStore.client', () => made(redisStore, { client: promise(), namespace: 'crm' })],
  ['postgresStore.pool', () => made(postgresStore, { pool: promise(), namespace: 'crm' })],
  ['postgresJournal.pool', () => made(postgresJournal, { pool: promise(), namespace: 'crm' })],
  ['fileJournal.directory', () => made(fileJournal, { directory: promise() })],
  ['bullmqQueue.connection', () => made(bullmqQueue, { connection: promise(), namespace: 'crm' })],
  ['pgBossQueue.boss', () => made(pgBossQueue, { boss: promise(), namespace: 'crm' })],
  ['signDelivery.payload', () => made(signDelivery, { payload: promise(), secret: 'a secret' })],
])('a promise as %s is refused, and to be awaited', (path, mistake) => {
  const { code, message } = refusalOf(mistake);
  expect(code).toBe('BAD_OPTION');
  expect(message).toBe(`BAD_OPTION ${path}: expected its value, got a promise. Await it.`);
});

test('a promise as the options is refused, though the environment has a secret', () => {
  process.env['BIGMIND_WEBHOOK_SECRET'] = 'a secret';
  const { message } = refusalOf(() => Reflect.apply(bigmindWebhooks, undefined, [promise()]));
  delete process.env['BIGMIND_WEBHOOK_SECRET'];
  expect(message).toBe('BAD_OPTION options: expected an object, got a promise. Await it.');
});

test.each<[string, object]>([
  ['Map', new Map()],
  ['Set', new Set()],
  ['URL', new URL('redis://127.0.0.1')],
  ['Date', new Date()],
  ['RegExp', /x/],
  ['Error', new Error('x')],
])('a %s is refused where it would pass for an object without properties', (kind, given) => {
  for (const mistake of [{ deduplicate: given }, { schemas: given }]) {
    expect(refusalOf(() => receiverWith(mistake)).message).toContain(`got an object (${kind}).`);
  }
});

test('a class’s instance and the exports of a module are objects of options', () => {
  class Settings {
    readonly ttlMs = 1000;
  }
  const exported = Object.defineProperty({ ttlMs: 1000 }, Symbol.toStringTag, { value: 'Module' });
  for (const deduplicate of [new Settings(), exported]) expect(() => receiverWith({ deduplicate })).not.toThrow();
});

test('dispatch() says that what verify() returned was not awaited', async () => {
  const dispatched = Reflect.apply(receiverWith({}).dispatch, undefined, [promise()]) as Promise<unknown>;
  await expect(dispatched).rejects.toMatchObject({
    code: 'BAD_OPTION',
    message: 'BAD_OPTION dispatch: expected what verify() returned, got a promise. Await it.',
  });
});

test('the rejection of a promise that was refused ends no process', async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  const away = () => Promise.reject(new Error('the vault is away'));
  for (const secret of [away(), ['a secret', away()]]) refusalOf(() => receiverWith({ secret }));
  await new Promise((resolve) => setTimeout(resolve, 20));
  process.off('unhandledRejection', note);
  expect(unhandled).toStrictEqual([]);
});
