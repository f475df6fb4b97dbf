import { bigmindWebhooks, type Followed, type Telemetry, type TelemetryOfReceiver } from '../../src';
import { openTelemetry } from '../../src/telemetry/opentelemetry';
import { genuine, notedLog, secret, send, until } from '../deduplication/kit';
import { refusalOf } from '../options/refusal';
import { ArrayQueue } from '../queueing/array-queue';

const fail = (): never => {
  throw new Error('of the telemetry');
};
/** As an async method fails. */
const reject = (): never => Promise.reject(new Error('of the telemetry')) as never;
const plain: Followed<unknown> = { run: (work) => work(), end: () => undefined };
const none: TelemetryOfReceiver = {
  delivery: () => plain,
  job: () => plain,
  handler: () => plain,
  send: () => ({ ...plain, trace: undefined }),
  close: () => undefined,
};

function opening(parts: Partial<TelemetryOfReceiver>): Telemetry {
  return { open: () => ({ ...none, ...parts }) };
}

/** The same fault in every span. */
function faulty(followed: Followed<unknown>): Telemetry {
  return opening({
    delivery: () => followed,
    job: () => followed,
    handler: () => followed,
    send: () => ({ ...followed, trace: undefined }),
  });
}

test('a telemetry may ask for the health as soon as it is opened', async () => {
  const asked: unknown[] = [];
  const telemetry: Telemetry = {
    open(source) {
      asked.push(source.health());
      return none;
    },
  };
  bigmindWebhooks({ secret, logger: false, telemetry });
  expect(await Promise.all(asked)).toMatchObject([{ status: 'ok' }]);
});

test('a receiver that cannot be made opens no telemetry', () => {
  const open = jest.fn(() => none);
  const queue = Object.assign(new ArrayQueue(), { open: fail });
  expect(() => bigmindWebhooks({ secret, logger: false, telemetry: { open }, queue })).toThrow('of the telemetry');
  expect(open).not.toHaveBeenCalled();
});

const broken: readonly (readonly [string, Telemetry])[] = [
  ['cannot be opened', { open: fail }],
  ['opens to nothing', { open: () => undefined as unknown as TelemetryOfReceiver }],
  ['starts nothing', opening({ delivery: fail, job: fail, handler: fail, send: fail })],
  ['starts what is nothing', faulty(undefined as unknown as Followed<unknown>)],
  ['throws before the work', faulty({ ...plain, run: fail })],
  [
    'throws after the work',
    faulty({
      ...plain,
      run(work) {
        work();
        return fail();
      },
    }),
  ],
  [
    'runs the work twice',
    faulty({
      ...plain,
      run(work) {
        work();
        return work();
      },
    }),
  ],
  [
    'runs the work later',
    faulty({
      ...plain,
      run(work) {
        setTimeout(work, 1);
        return undefined as never;
      },
    }),
  ],
  ['returns something else', faulty({ ...plain, run: (work) => [work()] as never })],
  ['throws at the end', faulty({ ...plain, end: fail })],
  ['throws when it is closed', opening({ close: fail })],
  ['rejects when it is opened', { open: reject }],
  ['rejects at the start', opening({ delivery: reject, job: reject, handler: reject, send: reject })],
  ['rejects around the work', faulty({ ...plain, run: reject })],
  ['rejects at the end', faulty({ ...plain, end: reject })],
  ['rejects when it is closed', opening({ close: reject })],
];
const silent = [
  'opens to nothing',
  'starts what is nothing',
  'runs the work twice',
  'runs the work later',
  'returns something else',
];

describe.each(broken)('telemetry that %s changes no outcome', (title, telemetry) => {
  test('of deliveries, whose handlers run once', async () => {
    const { logger, lines } = notedLog('warn');
    const webhooks = bigmindWebhooks({ secret, logger, telemetry });
    const ran: string[] = [];
    let failing = true;
    webhooks.on('*', () => void ran.push('at once'), { name: 'at once' });
    webhooks.on('*', async () => void ran.push('later'), { name: 'later' });
    webhooks.on(
      '*',
      () => {
        ran.push('failing');
        if (failing) throw new Error('of the handler');
      },
      { name: 'failing' },
    );
    const delivery = genuine();
    expect(await send(webhooks, delivery)).toBe('500 FAILED');
    failing = false;
    expect(await send(webhooks, delivery)).toBe('200 processed');
    expect(await send(webhooks, delivery)).toBe('200 duplicate');
    expect((await webhooks.receive({ headers: {}, body: '{}' })).status).toBe(401);
    expect(await webhooks.dispatch(await webhooks.verify(genuine()))).toBe('processed');
    await webhooks.close();
    expect(ran).toEqual(['at once', 'later', 'failing', 'failing', 'at once', 'later', 'failing']);
    const told = lines.filter((line) => (line as { code?: string }).code === 'TELEMETRY_FAILED');
    expect(told).toHaveLength(silent.includes(title) ? 0 : 1);
  });

  test('of jobs, which are enqueued and run once', async () => {
    const queue = new ArrayQueue({ attempts: 1 });
    const webhooks = bigmindWebhooks({ secret, logger: false, telemetry, queue });
    const ran: string[] = [];
    webhooks.on('notes_created', ({ event }) => void ran.push(event));
    webhooks.on('notes_created', () => Promise.reject(new Error('of the handler')), { name: 'failing' });
    await webhooks.work();
    expect(await send(webhooks, genuine())).toBe('200 queued');
    await until(() => queue.states[0] === 'dead after 1');
    const [dead] = await webhooks.deadLetters.list();
    expect(dead?.reason).toBe('failing: Error: of the handler');
    await webhooks.close();
    expect(ran).toEqual(['notes_created']);
    expect(queue.entries).toHaveLength(1);
  });
});

test('a logger that throws, too, changes nothing', async () => {
  const logger = { debug: fail, info: fail, warn: fail, error: fail, child: () => logger };
  const webhooks = bigmindWebhooks({ secret, logger, telemetry: faulty({ ...plain, end: fail }) }).on(
    '*',
    () => undefined,
  );
  expect(await send(webhooks, genuine())).toBe('200 processed');
});

test.each<[unknown, string]>([
  [
    openTelemetry,
    'telemetry: expected telemetry such as openTelemetry(), got a function. Call it, as in openTelemetry().',
  ],
  [true, 'telemetry: expected telemetry such as openTelemetry(), got true (boolean).'],
  [null, 'telemetry: expected telemetry such as openTelemetry(), got null.'],
  [{}, 'telemetry: expected telemetry such as openTelemetry(), got an object.'],
])('refuses %p as telemetry', (telemetry, message) => {
  const make = () => bigmindWebhooks({ secret, logger: false, telemetry: telemetry as Telemetry });
  expect(refusalOf(make)).toEqual({ code: 'BAD_OPTION', message: `BAD_OPTION ${message}` });
});

test.each<[object, string]>([
  [{ traceProvider: {} }, 'openTelemetry.traceProvider is unknown. Did you mean tracerProvider?'],
  [
    { tracerProvider: {} },
    'openTelemetry.tracerProvider: expected an object with getTracer(), such as that of the SDK, got an object.',
  ],
  [
    { meterProvider: null },
    'openTelemetry.meterProvider: expected an object with getMeter(), such as that of the SDK, got null.',
  ],
])('openTelemetry refuses %j', (options, message) => {
  expect(refusalOf(() => openTelemetry(options))).toEqual({ code: 'BAD_OPTION', message: `BAD_OPTION ${message}` });
});
