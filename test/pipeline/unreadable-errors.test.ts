import { setImmediate, setTimeout } from 'node:timers/promises';
import { bigmindWebhooks, type Logger, memoryStore } from '../../src/index';
import { openTelemetry } from '../../src/telemetry/opentelemetry';
import { examplePayload, signDelivery } from '../../src/testing';
import { FaultyStore } from '../deduplication/kit';
import { genuine, notedLog, noting, receiver, secret } from './receiver';

type Options = Parameters<typeof receiver>[0];

const no = (): never => {
  throw new Error('not to be read');
};
const without = (property: string) => Object.defineProperty(new Error('out of reach'), property, { get: no });
const revoked = Proxy.revocable({}, {});
revoked.revoke();

const unreadable: readonly (readonly [string, unknown])[] = [
  ['an error whose message cannot be read', without('message')],
  ['an error whose name cannot be read', without('name')],
  ['an error whose stack cannot be read, as with a faulty Error.prepareStackTrace', without('stack')],
  ['a proxy that refuses every question', new Proxy({}, { getPrototypeOf: no, has: no, get: no })],
  ['a revoked proxy', revoked.proxy],
];

function telling(options: Options = {}) {
  const { logger, lines } = notedLog();
  const { webhooks } = receiver({ logger, ...options });
  const ofDeliveries = () => (lines as { outcome?: string }[]).filter(({ outcome }) => outcome !== undefined);
  return { webhooks, lines, ofDeliveries };
}

describe.each(unreadable)('%s', (_what, error) => {
  const fail = (): never => {
    throw error;
  };

  test.each<[string, Options]>([
    ['without telemetry', {}],
    ['with telemetry', { telemetry: openTelemetry() }],
  ])('from a handler is a failure like any other, %s', async (_telemetry, options) => {
    const { webhooks, lines, ofDeliveries } = telling(options);
    const told: string[] = [];
    webhooks.on('*', fail, { name: 'failing' });
    webhooks.onError((given, { outcome }) => void told.push(Object.is(given, error) ? outcome : 'another error'));
    expect((await webhooks.receive(genuine())).status).toBe(500);
    const failures = [expect.objectContaining({ handler: 'failing' })];
    expect(ofDeliveries()).toEqual([expect.objectContaining({ outcome: 'failed', failures })]);
    expect(told).toEqual(['failed']);
    expect(lines).not.toContainEqual(expect.objectContaining({ code: 'TELEMETRY_FAILED' }));
  });

  test.each<[string, Options, string, string]>([
    ['the secret function', { secret: fail }, 'unavailable', 'The secret function failed.'],
    [
      'a store',
      { deduplicate: { store: new FaultyStore().break(fail, 'claim') } },
      'unavailable',
      'The delivery store could not be asked.',
    ],
    ['deduplicate.key', { deduplicate: { key: fail } }, 'failed', 'The deduplicate.key option failed.'],
  ])('from %s is answered, and the log says who threw it', async (_source, options, outcome, reason) => {
    const { webhooks, ofDeliveries } = telling(options);
    webhooks.on('*', () => undefined);
    expect((await webhooks.receive(genuine())).status).toBeGreaterThanOrEqual(500);
    expect(ofDeliveries()).toEqual([expect.objectContaining({ outcome, reason })]);
  });

  test('from onError is only logged, thrown or as a rejection', async () => {
    const { webhooks, lines } = telling();
    webhooks.on('*', () => Promise.reject(new Error('down')));

    webhooks.onError(fail).onError(() => Promise.reject(error));
    expect((await webhooks.receive(genuine())).status).toBe(500);
    await setImmediate();
    const itself = expect.objectContaining({ msg: 'onError itself failed' }) as unknown;
    expect(lines.filter((line) => 'msg' in line && line.msg === 'onError itself failed')).toEqual([itself, itself]);
  });

  test('from a store makes health() degraded', async () => {
    const { webhooks } = telling({ deduplicate: { store: Object.assign(memoryStore(), { ping: fail }) } });
    expect(await webhooks.health()).toMatchObject({ status: 'degraded', store: { ok: false } });
  });
});

test('a logger that throws changes no answer', async () => {
  const broken = { debug: no, info: no, warn: no, error: no, child: () => broken, isLevelEnabled: () => true };
  const { webhooks } = receiver({ logger: broken });
  const handled: string[] = [];
  webhooks.on('notes_created', (_event, { key }) => void handled.push(key));
  const { headers, body } = signDelivery({ payload: examplePayload('notes_created'), secret });
  // Another sender than our own tools: its scheme is announced.
  const delivery = { headers: { ...headers, 'user-agent': 'bigmind' }, body };
  expect((await webhooks.receive(delivery)).status).toBe(200);
  expect(handled).toHaveLength(1);
});

test('a logger whose methods reject changes no answer and ends no process, from its first warning on', async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  let lines = 0;
  async function lose(): Promise<void> {
    lines += 1;
    await setImmediate();
    throw new Error('the log is away');
  }
  const broken: Logger = { debug: lose, info: lose, warn: lose, error: lose, child: () => broken };
  bigmindWebhooks({ signature: false, logger: broken });
  const { webhooks, handled } = noting({ logger: broken });
  expect((await webhooks.receive({ headers: {}, body: '{}' })).status).toBe(401);
  expect((await webhooks.receive(genuine())).status).toBe(200);
  await setTimeout(20);
  process.off('unhandledRejection', note);
  expect({ unhandled, lines }).toStrictEqual({ unhandled: [], lines: 3 });
  expect(handled).toHaveLength(1);
});
