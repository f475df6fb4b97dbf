import { runInNewContext } from 'node:vm';
import { outcomes } from '../../src/foundations/outcomes';
import type { Logger } from '../../src/index';
import { examplePayload, signDelivery } from '../../src/testing';
import { gate, until } from '../deduplication/kit';
import { post, serve } from '../express/serve';
import { genuine, notedLog, noting, receiver, secret } from './receiver';

const sign = (payload: unknown) => signDelivery({ payload, secret });
const key = expect.stringMatching(/^[0-9a-f]{64}$/) as string;
const ms = expect.any(Number) as number;
const levels = { trace: 10, debug: 20, info: 30, warn: 40, error: 50 };

function logging(options: Parameters<typeof receiver>[0] = {}) {
  const { logger, lines } = notedLog();
  return { ...receiver({ logger, ...options }), lines: lines as Record<string, unknown>[] };
}

test('logs one line a delivery, with outcome, event, key, bytes and milliseconds', async () => {
  let now = 1_800_000_000_000;
  const { webhooks, lines } = logging({ clock: { now: () => now } });
  webhooks.on('*', () => {
    now += 7;
  });
  const delivery = genuine();
  await webhooks.receive(delivery);
  await webhooks.receive(delivery);
  const bytes = Buffer.byteLength(delivery.body);
  const common = { level: levels.info, event: 'notes_created', key, bytes };
  expect(lines).toEqual([
    expect.objectContaining({ ...common, outcome: 'processed', attempt: 1, ms: 7, msg: outcomes.processed.title }),
    expect.objectContaining({ ...common, outcome: 'duplicate', ms: 0, msg: outcomes.duplicate.title }),
  ]);
  expect(new Set(lines.map(({ key: its }) => its)).size).toBe(1);
});

test('logs one line for each way that a delivery can end, at the level of the table', async () => {
  const { webhooks, lines, note } = logging({ limit: '1kb' });
  webhooks.on('todo_created', note);
  webhooks.on('todo_updated', () => Promise.reject(new Error('down')));
  const { headers, body } = sign(examplePayload('todo_created', { data: { description: 'x'.repeat(2000) } }));
  const app = await serve(webhooks.router);
  const deliveries = [
    sign('{'),
    { headers: {}, body: '{}' },
    { headers, body },
    { headers: { ...headers, 'content-encoding': 'br' }, body },
    sign({ event: 'todo_created' }),
  ];
  for (const delivery of deliveries) await post(app.origin, delivery);
  await fetch(app.origin);
  await webhooks.receive(sign(examplePayload('todo_updated')));
  await webhooks.close();
  await post(app.origin, genuine());
  await app.close();
  const ends = ['malformed', 'unauthenticated', 'too-large', 'unsupported-encoding', 'invalid'] as const;
  const all = [...ends, 'method-not-allowed', 'failed', 'unavailable'] as const;
  expect(lines).toEqual(
    all.map((outcome) => {
      const { level, title } = outcomes[outcome];
      return expect.objectContaining({ level: levels[level], outcome, ms, msg: title }) as unknown;
    }),
  );
});

test.each([
  ['gzip', 'gzip'],
  ['GZIP, br, gzip', 'gzip, br'],
  ['Jane', '(not a name)'],
  ['Jane, Doe, br', '(not a name), br'],
  ['identity, utf-8,, br', 'br'],
  ['gzip,'.padEnd(201), '201 characters'],
])('the line of a body with Content-Encoding "%s" says %s, and what to do', async (encoding, told) => {
  const { webhooks, lines } = logging();
  const { headers, body } = genuine();
  await webhooks.receive({ headers: { ...headers, 'content-encoding': encoding }, body });
  expect(lines).toEqual([expect.objectContaining({ outcome: 'unsupported-encoding' })]);
  expect(lines[0]?.['reason']).toContain(`Content-Encoding: ${told}.`);
  expect(lines[0]?.['reason']).toContain('Switch it off at the sender, or at the proxy that added it');
});

test('names the handlers that failed, and what they failed with', async () => {
  const { webhooks, lines } = logging();
  const error = Object.assign(new TypeError('down'), { response: { headers: { cookie: 'hidden' } } });
  const odd = Object.assign(new Error('x'), { name: 7, message: { cookie: 'hidden' }, stack: undefined });
  webhooks.on('notes_created', () => Promise.reject(error));
  webhooks.on('*', () => Promise.reject(runInNewContext("new RangeError('of another realm')") as Error));
  webhooks.on(['notes_created', 'todo_created'], () => Promise.reject(odd));
  webhooks.on(['notes_created', 'todo_updated'], () => Promise.reject({ cookie: 'hidden' }));
  await webhooks.receive(genuine());
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({
    failures: expect.arrayContaining([
      { handler: 'notes_created', type: 'TypeError', message: 'down', stack: error.stack },
      { handler: '*', type: 'RangeError', message: 'of another realm', stack: expect.any(String) },
      { handler: 'notes_created,todo_created', type: 'Error', message: 'an Error without text' },
      { handler: 'notes_created,todo_updated', type: 'object', message: 'thrown without an Error' },
    ]) as unknown,
  });
  expect(JSON.stringify(lines)).not.toContain('hidden');
});

test('logs a second line when a handler ends after the answer', async () => {
  const { webhooks, lines } = logging({ timeoutMs: 1 });
  let finish = (): void => {};
  webhooks.on(
    '*',
    () =>
      new Promise<void>((resolve) => {
        finish = resolve;
      }),
  );
  await webhooks.receive(genuine());
  finish();
  await new Promise((resolve) => setImmediate(resolve));
  expect(lines).toEqual([
    expect.objectContaining({ level: levels.warn, outcome: 'timeout', key }),
    expect.objectContaining({
      level: levels.info,
      outcome: 'processed',
      key,
      late: true,
      msg: `${outcomes.processed.title} (after the answer)`,
    }),
  ]);
});

describe('an event that is unhandled or unknown', () => {
  test('is warned about once a name', async () => {
    const { webhooks, lines } = logging();
    for (const event of ['deal_won', 'deal_lost', 'deal_won']) await webhooks.receive(sign({ event }));
    for (const name of ['todo_created', 'notes_created', 'todo_created'] as const) {
      await webhooks.receive(sign(examplePayload(name)));
    }
    expect(lines.map(({ level, outcome, event }) => [level, outcome, event])).toEqual([
      [levels.warn, 'ignored', 'deal_won'],
      [levels.warn, 'ignored', 'deal_lost'],
      [levels.info, 'ignored', 'deal_won'],
      [levels.warn, 'unhandled', 'todo_created'],
      [levels.warn, 'unhandled', 'notes_created'],
      [levels.info, 'unhandled', 'todo_created'],
    ]);
  });

  test('is warned about for a thousand names at most, and none that is no name is repeated', async () => {
    const { webhooks, lines } = logging();
    for (let name = 0; name < 1100; name += 1) {
      await webhooks.receive(sign({ event: `deal_${name}` }));
      await webhooks.receive(sign({ event: `text of a customer ${name}` }));
    }
    const warned = lines.filter(({ level }) => level === levels.warn);
    expect(lines).toHaveLength(2200);
    expect(warned).toHaveLength(1000);
    expect(warned.filter(({ event }) => event === '(not a name)')).toHaveLength(1);
    expect(JSON.stringify(lines)).not.toContain('customer');
  });
});

test('is silent with logger: false', async () => {
  const written = jest.spyOn(process.stdout, 'write').mockImplementation(() => true);
  try {
    const { webhooks, handled } = noting({ logger: false });
    for (const delivery of [genuine(), sign('{'), { headers: {}, body: '' }]) await webhooks.receive(delivery);
    expect(handled).toHaveLength(1);
    handled[0]?.context.log.error({}, 'not seen');
    expect(written).not.toHaveBeenCalled();
  } finally {
    written.mockRestore();
  }
});

test('makes a logger of pino options', async () => {
  const lines: string[] = [];
  const take = (line: string) => lines.splice(lines.length, 0, line).join('');
  const { webhooks } = noting({
    logger: { level: 'warn', hooks: { streamWrite: take } },
  });
  await webhooks.receive(genuine());
  expect(lines).toStrictEqual([]);
  await webhooks.receive(sign('{'));
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    expect.objectContaining({ name: 'bigmind-webhooks', level: levels.warn, outcome: 'malformed' }),
  ]);
});

test('writes no line of a level that is switched off', async () => {
  const { logger, lines } = notedLog('error');
  const { webhooks, handled } = noting({ logger });
  for (const delivery of [genuine(), sign('{'), { headers: {}, body: '' }]) await webhooks.receive(delivery);
  expect(lines).toStrictEqual([]);
  await webhooks.receive(sign({ event: 'todo_created' }));
  expect(lines).toEqual([expect.objectContaining({ outcome: 'invalid' })]);
  expect(handled).toHaveLength(1);
});

test('gives handlers a child of the logger with event and key bound', async () => {
  const { webhooks, lines } = logging();
  webhooks.on('*', (_event, { log }) => log.info({ step: 1 }, 'wrote the note'));
  await webhooks.receive(genuine());
  expect(lines[0]).toMatchObject({ event: 'notes_created', key, step: 1, msg: 'wrote the note' });
});

test('writes every line of a logger that cannot say which levels it writes', async () => {
  const { logger, lines } = notedLog();
  const unsure: Logger = Object.assign(Object.create(logger) as Logger, { isLevelEnabled: fail });
  const { webhooks, handled } = noting({ logger: unsure });
  expect((await webhooks.receive(genuine())).status).toBe(200);
  expect(lines).toEqual([expect.objectContaining({ outcome: 'processed' })]);
  expect(handled).toHaveLength(1);
});

test('hands no field without a value to a logger, which may write it as text', async () => {
  const written: { readonly code?: string; readonly outcome?: string; readonly late?: boolean }[] = [];
  const write = (fields: object) => void written.push(fields);
  const plain: Logger = { debug: write, info: write, warn: write, error: write, child: () => plain };
  const time = gate();
  const { webhooks } = noting({ logger: plain, timeoutMs: 50 });
  webhooks.on('todo_created', () => time.passed);
  webhooks.on('todo_updated', () => Promise.reject(new Error('down')));
  const [app, other] = await Promise.all([serve(webhooks.router), serve(webhooks.router)]);
  const [first, slow] = [genuine(), sign(examplePayload('todo_created'))];
  const ended = [
    first,
    first,
    sign('{'),
    sign({ event: 'todo_created' }),
    { headers: {}, body: '{}' },
    sign({ event: 'x' }),
  ];
  for (const delivery of [...ended, slow, sign(examplePayload('todo_updated'))]) await post(app.origin, delivery);
  time.open();
  const gone = new AbortController();
  webhooks.on('notes_created', async () => {
    gone.abort();
    await until(() => other.sockets.some(({ destroyed }) => destroyed));
  });
  await fetch(other.origin, { method: 'POST', ...genuine(), signal: gone.signal }).catch(() => 'gone');
  await until(() => written.some(({ code }) => code === 'SENDER_GONE'));
  const outcomesSeen = new Set(written.map(({ outcome }) => outcome));
  for (const outcome of [
    'processed',
    'duplicate',
    'malformed',
    'invalid',
    'unauthenticated',
    'ignored',
    'timeout',
    'failed',
  ])
    expect(outcomesSeen).toContain(outcome);
  expect(written.some(({ late }) => late)).toBe(true);
  for (const fields of written) expect(Object.values(fields)).not.toContain(undefined);
  await Promise.all([app.close(), other.close()]);
});

test('answers as it would though the logger throws', async () => {
  const broken: Logger = {
    debug: fail,
    info: fail,
    warn: fail,
    error: fail,
    child: () => broken,
  };
  const { webhooks, handled } = noting({ logger: broken });
  webhooks.onError(fail);
  expect((await webhooks.receive(genuine())).status).toBe(200);
  expect((await webhooks.receive(sign({ event: 'todo_created' }))).status).toBe(422);
  expect((await webhooks.receive({ headers: {}, body: '' })).status).toBe(401);
  expect(handled).toHaveLength(1);
});

test('answers as it would though params are no text, and logs only those that may be shown', async () => {
  const { webhooks, lines } = logging();
  webhooks.on('*', () => undefined);
  const params = { symbol: Symbol('s'), thrower: { toString: fail }, bare: Object.create(null) as unknown, number: 7 };
  const reply = await webhooks.receive({ ...genuine(), params: params as unknown as Record<string, string> });
  expect(reply.status).toBe(200);
  const unnamed = '(not a name)';
  expect(lines).toMatchObject([{ params: { symbol: unnamed, thrower: unnamed, bare: unnamed, number: '7' } }]);
});

/** Errors that throw when they are read. */
const revoked = Proxy.revocable({}, {});
revoked.revoke();
class Lazy extends Error {
  declare readonly response: { readonly text: string };
  override get message(): string {
    return this.response.text;
  }
}
const unreadable: readonly [string, () => unknown, string][] = [
  ['a getter for its message that throws', () => new Lazy(), 'an Error without text'],
  ['a getter for its stack that throws', () => Object.defineProperty(new Error('x'), 'stack', { get: fail }), 'x'],
  ['a revoked Proxy for an error', () => revoked.proxy, 'thrown without an Error'],
];

test.each(unreadable)('answers as it would over %s, and logs what can be read', async (_title, make, message) => {
  const { webhooks, lines, note } = logging();
  const rejected: unknown[] = [];
  const noteRejection = (error: unknown) => void rejected.push(error);
  process.on('unhandledRejection', noteRejection);
  webhooks.on('notes_created', note);
  webhooks.on('*', () => Promise.reject(make() as Error));
  webhooks.onError(() => {
    throw make();
  });
  webhooks.onError(() => Promise.reject(make() as Error));
  const delivery = genuine();
  const app = await serve(webhooks.router);
  const posted = await post(app.origin, delivery);
  const { status, body } = await webhooks.receive(delivery);
  expect([posted.status, await posted.text()]).toEqual([status, body]);
  expect([status, body]).toEqual([500, expect.stringContaining('"code":"FAILED"')]);
  await app.close();
  process.off('unhandledRejection', noteRejection);
  expect(rejected).toHaveLength(0);
  const failed = lines.filter(({ outcome }) => outcome === 'failed');
  expect(failed.map(({ failures }) => failures)).toMatchObject([
    [{ handler: '*', message }],
    [{ handler: '*', message }],
  ]);
  expect(lines.filter(({ msg }) => msg === 'onError itself failed')).toHaveLength(4);
});

test('a secret function that rejects with an unreadable error is answered 503', async () => {
  const { webhooks, lines } = logging({ secret: () => Promise.reject(new Lazy()) });
  expect((await webhooks.receive(genuine())).status).toBe(503);
  expect(lines.at(-1)).toMatchObject({ outcome: 'unavailable', cause: { type: 'Error' } });
});

function fail(): never {
  throw new Error('the disk is full');
}
