import { memoryStore } from '../../src';
import { bullmqQueue } from '../../src/queues/bullmq';
import { pgBossQueue } from '../../src/queues/pg-boss';
import { postgresJournal, postgresStore } from '../../src/stores/postgres';
import { redisStore } from '../../src/stores/redis';
import { receiverWith, refusalOf } from '../options/refusal';
import { genuine, notedLog, noting } from '../pipeline/receiver';

const nothing = () => undefined;
/** An object with methods, as a client has. */
const having = (methods: string, others: object = {}): object => ({
  ...Object.fromEntries(methods.split(' ').map((name) => [name, nothing])),
  ...others,
});

/** Clients as they are, by what they have. */
const clients = {
  ioredis: having('on get set evalsha eval duplicate defineCommand send_command connect', {
    status: 'wait',
    options: { host: 'a' },
  }),
  nodeRedis: having('on get set evalSha eval sendCommand duplicate connect', { options: {} }),
  legacy: having('on get set evalsha evalSha eval sendCommand duplicate', { options: { legacyMode: true } }),
  callbacks: having('on get set evalsha eval send_command duplicate'),
  legacyView: having('get set evalSha eval sendCommand multi'),
  overHttp: having('get set evalsha eval exec pipeline'),
  glide: having('get set invokeScript customCommand close'),
  pool: having('query connect end on'),
  pglite: having('query exec transaction close'),
};

describe('redisStore', () => {
  const made = (client: unknown) => () =>
    Reflect.apply(redisStore, undefined, [{ client, namespace: 'crm' }]) as unknown;

  test.each(['ioredis', 'nodeRedis'] as const)('takes a client of %s', (name) => {
    expect(made(clients[name])).not.toThrow();
  });

  test('takes an object that calls a client of any other kind', () => {
    expect(made(having('evalsha eval'))).not.toThrow();
    expect(made(having('evalSha eval'))).not.toThrow();
  });

  test.each<[keyof typeof clients, string]>([
    ['legacy', 'got one whose methods take callbacks'],
    ['callbacks', 'got one whose methods take callbacks'],
    ['legacyView', 'got one that keeps no connection or takes callbacks'],
    ['overHttp', 'got one that keeps no connection or takes callbacks'],
    ['glide', 'got one that keeps no connection or takes callbacks'],
    ['pool', 'got another object'],
  ])('refuses a client like %s, and says what to pass', (name, got) => {
    const { code, message } = refusalOf(made(clients[name]));
    expect(code).toBe('BAD_OPTION');
    expect(message).toContain(`redisStore.client: expected a client of ioredis or node-redis, ${got}.`);
    expect(message).toContain('pass { evalsha, eval } that call it');
  });

  test.each(['ioredis', 'nodeRedis'] as const)('given a bare client of %s, says what to write', (name) => {
    const { code, message } = refusalOf(() => Reflect.apply(redisStore, undefined, [clients[name]]));
    expect(code).toBe('BAD_OPTION');
    expect(message).toContain('redisStore: expected an object, got a client. Write redisStore({ client, namespace }).');
  });

  test('a client that answers with no promise is an error that says so, never an answer', async () => {
    const store = redisStore({ client: having('evalsha eval') as never, namespace: 'crm' });
    await expect((async () => store.claim('key', 1, 1))()).rejects.toThrow(
      'redisStore.client: expected a client whose methods return promises',
    );
  });
});

describe('postgresStore', () => {
  const made = (pool: unknown) => () =>
    Reflect.apply(postgresStore, undefined, [{ pool, namespace: 'crm' }]) as unknown;

  test('takes a pool, PGlite, and an object that calls any other', () => {
    for (const pool of [clients.pool, clients.pglite, having('query')]) expect(made(pool)).not.toThrow();
  });

  test.each<[string, unknown, string]>([
    ['a DataSource of TypeORM', having('query transaction createQueryRunner'), 'it has createQueryRunner()'],
    ['its EntityManager', having('query transaction'), 'it has transaction()'],
    ['Sequelize', having('query transaction authenticate set'), 'it has authenticate()'],
    ['a database of pg-promise', having('query connect tx task oneOrNone'), 'it has tx()'],
    ['Knex', Object.assign(() => undefined, having('raw transaction')), 'got nothing with query()'],
    ['postgres.js', Object.assign(() => undefined, having('unsafe end')), 'got nothing with query()'],
    ['a client of Redis', clients.ioredis, 'got nothing with query()'],
    ['nothing', undefined, 'got nothing with query()'],
    [
      'an address',
      'postgres://user:hush@db/crm',
      'got a string of 27 characters. Pass new Pool({ connectionString }) of pg, or ',
    ],
  ])('refuses %s, and says what to pass', (_what, pool, got) => {
    const { code, message } = refusalOf(made(pool));
    expect(code).toBe('BAD_OPTION');
    expect(message).toContain('postgresStore.pool: expected a Pool of pg 8.0.3 or later, or PGlite, ');
    expect(message).toContain(got);
    expect(message).toContain('{ query: async (text, values) => ({ rows }) }');
  });

  test('given a bare pool, says what to write', () => {
    const { code, message } = refusalOf(() => Reflect.apply(postgresStore, undefined, [clients.pool]));
    expect(code).toBe('BAD_OPTION');
    expect(message).toContain('Write postgresStore({ pool, namespace }).');
  });
});

test('through a pool that answers with no rows, postgresStore claims nothing, and log and health() name the pool', async () => {
  const pool = { query: () => Promise.resolve({ rows: [] }) };
  const { logger, lines } = notedLog();
  const { webhooks, handled } = noting({ logger, deduplicate: { store: postgresStore({ pool, namespace: 'crm' }) } });
  expect(await webhooks.receive(genuine())).toMatchObject({ status: 503, headers: { 'retry-after': '10' } });
  const message = expect.stringContaining(
    'postgresStore.pool.query answered with no rows to a statement that always has some. Pass a pool that sends',
  ) as string;
  expect(lines.at(-1)).toMatchObject({ outcome: 'unavailable', cause: { message } });
  expect(await webhooks.health()).toMatchObject({ status: 'degraded', store: { ok: false, error: message } });
  expect(handled).toStrictEqual([]);
});

test.each(['undefined', 'null', 'NaN', '[object Object]'])(
  'no store takes %j for the name of a service: all whose variable is not set would share their deliveries',
  (namespace) => {
    const expected = { code: 'BAD_OPTION', message: expect.stringContaining(`It is "${namespace}"`) as string };
    expect(refusalOf(() => redisStore({ client: clients.ioredis as never, namespace }))).toMatchObject(expected);
    expect(refusalOf(() => postgresStore({ pool: clients.pool as never, namespace }))).toMatchObject(expected);
    expect(() => postgresStore({ pool: clients.pool as never, namespace: `${namespace}-sync` })).not.toThrow();
  },
);

describe('postgresJournal', () => {
  const made = (options: unknown) => () => Reflect.apply(postgresJournal, undefined, [options]) as unknown;
  const right = { pool: clients.pool, namespace: 'crm' };

  test('takes what postgresStore takes', () => {
    for (const pool of [clients.pool, clients.pglite, having('query')]) expect(made({ ...right, pool })).not.toThrow();
    expect(made({ ...right, keepDays: 1, onFailure: 'continue', seal: having('encrypt decrypt') })).not.toThrow();
  });

  test.each<[string, unknown, string]>([
    ['a bare pool', clients.pool, 'Write postgresJournal({ pool, namespace }).'],
    [
      'a toolkit',
      { ...right, pool: having('query transaction authenticate') },
      'postgresJournal.pool: expected a Pool',
    ],
    ['no namespace', { pool: clients.pool }, 'postgresJournal.namespace: expected a string with text'],
    ['a namespace of null', { ...right, namespace: 'null' }, 'It is "null": is a variable not set?'],
    ['days that are none', { ...right, keepDays: 0 }, 'postgresJournal.keepDays: expected a whole number from 1'],
    [
      'another word',
      { ...right, onFailure: 'ignore' },
      "postgresJournal.onFailure: expected one of 'refuse', 'continue'",
    ],
    ['a key as the seal', { ...right, seal: 'hush-hush-2f6d-and-more' }, 'postgresJournal.seal: expected an object'],
    ['half a seal', { ...right, seal: having('encrypt') }, 'postgresJournal.seal.decrypt: expected a function'],
    ['a misspelt option', { ...right, keepDay: 1 }, 'postgresJournal.keepDay is unknown. Did you mean keepDays?'],
  ])('refuses %s, and says what to write', (_what, options, expected) => {
    const { code, message } = refusalOf(made(options));
    expect(code).toBe('BAD_OPTION');
    expect(message).toContain(expected);
    expect(message).not.toContain('hush');
  });
});

test.each<[string, object, string]>([
  ['a client of ioredis', clients.ioredis, '{ store: redisStore({ client, namespace }) }'],
  ['a client of node-redis', clients.nodeRedis, '{ store: redisStore({ client, namespace }) }'],
  ['a pool', clients.pool, '{ store: postgresStore({ pool, namespace }) }'],
])('deduplicate.store that is %s says what to write', (_what, store, written) => {
  const { code, message } = refusalOf(() => receiverWith({ deduplicate: { store } }));
  expect(code).toBe('BAD_OPTION');
  expect(message).toContain('deduplicate.store: expected an object, got a ');
  expect(message).toContain(`Write deduplicate: ${written}.`);
});

test('deduplicate that is a store itself says what to write', () => {
  const { code, message } = refusalOf(() => receiverWith({ deduplicate: memoryStore() }));
  expect(code).toBe('BAD_OPTION');
  expect(message).toContain('deduplicate: expected an object, got a store. Write deduplicate: { store }.');
});

describe('bullmqQueue', () => {
  const made =
    (connection: unknown, others: object = {}) =>
    () =>
      Reflect.apply(bullmqQueue, undefined, [{ connection, namespace: 'crm', ...others }]) as unknown;

  test.each<[string, object]>([
    ['an address', { url: 'redis://user:secret@example.com' }],
    ['an encrypted address', { url: 'rediss://example.com' }],
    ['a host', { host: 'example.com' }],
    ['a host and a port', { host: 'example.com', port: 6379, password: 'secret', db: 1, tls: {} }],
    ['a port as text', { port: '6379' }],
    ['a socket', { path: '/run/redis.sock' }],
    ['a client of ioredis', clients.ioredis],
  ])('takes %s', (_what, connection) => {
    expect(made(connection)).not.toThrow();
  });

  test.each<[string, unknown, string]>([
    ['no option', {}, 'expected options that name a server'],
    ['options that are all undefined', { host: undefined, url: undefined }, 'expected options that name a server'],
    ['a password alone', { password: 'hunter2' }, 'expected options that name a server'],
    ['a misspelt option', { hots: 'example.com' }, 'connection.hots is unknown. Did you mean host?'],
    ['an option of ioredis', { host: 'a', maxRetriesPerRequest: null }, 'pass a client: new Redis({ … })'],
    ['an address as a URL', new URL('redis://example.com'), 'Pass { url }'],
    ['an address of HTTP', { url: 'https://user:hunter2@example.com' }, 'url: expected text that begins with redis://'],
    ['a blank host', { host: ' ' }, 'connection.host: expected a string with text'],
    ['a port that is none', { port: 'six' }, 'connection.port: expected a whole number from 1 to 65535'],
    ['a client over HTTP', clients.overHttp, 'got one of another library. Pass new Redis(url) of ioredis'],
    ['a client of Glide', clients.glide, 'got one of another library'],
    ['a client of node-redis', clients.nodeRedis, 'got one of another library'],
  ])('refuses %s, and connects nowhere', (_what, connection, expected) => {
    const { code, message } = refusalOf(made(connection));
    expect(code).toBe('BAD_OPTION');
    expect(message).toContain('bullmqQueue.connection');
    expect(message).toContain(expected);
    expect(message).not.toContain('hunter2');
  });

  test('given a bare client, says what to write', () => {
    const { message } = refusalOf(() => Reflect.apply(bullmqQueue, undefined, [clients.ioredis]));
    expect(message).toContain('Write bullmqQueue({ connection, namespace }).');
  });

  test('refuses a BullMQ that cannot give jobs back, and says which can', () => {
    const module = { Queue: nothing, Worker: nothing, QueueEvents: nothing };
    expect(refusalOf(made({ port: 1 }, { bullmq: module })).message).toContain('BullMQ 5.77 or later is needed');
    expect(made({ port: 1 }, { bullmq: { ...module, createIORedisClient: nothing } })).not.toThrow();
  });
});

test('pgBossQueue given a bare boss says what to write', () => {
  const boss = having('createQueue send insert fetch complete fail deleteJob getDb on listenerCount');
  const { code, message } = refusalOf(() => Reflect.apply(pgBossQueue, undefined, [boss]));
  expect(code).toBe('BAD_OPTION');
  expect(message).toContain('Write pgBossQueue({ boss, namespace }).');
});
