import { type DeadLetters, type DeliveryStore, memoryStore, type QueuedDelivery } from '../../src';
import { examplePayload, signDelivery } from '../../src/testing';
import fixture from './fixtures/queued-delivery-0.1.json';
import { ArrayQueue, closeAll, genuine, type Options, secret, send, service, until } from './kit';

afterEach(closeAll);

const refused = Object.assign(new Error('connect to 127.0.0.1:443'), { code: 'ECONNREFUSED' });

/** A service with one dead letter, whose handler `slack` fails until it is told to work. */
async function withDeadLetter(options: Options = {}) {
  const made = service(options);
  const ran: string[] = [];
  let slackWorks = false;
  const worker = made.worker();
  await worker
    .on('*', () => void ran.push('crm'), { name: 'crm' })
    .on(
      '*',
      () => {
        ran.push('slack');
        if (!slackWorks) throw new Error('no channel');
      },
      { name: 'slack' },
    )
    .work();
  const { headers, body } = signDelivery({ payload: examplePayload('notes_created'), secret });
  await made.web.receive({ headers: { ...headers, cookie: 'session=1' }, body, params: { team: 'north' } });
  await until(() => made.queue.states[0] === 'dead after 3');
  return {
    ...made,
    ran,
    body,
    mend: () => {
      slackWorks = true;
    },
  };
}

test('a delivery whose attempts are used up is listed with what failed, from any process that has the queue', async () => {
  const { web, queue } = await withDeadLetter();
  const [{ key, receivedAt }] = queue.jobs as [QueuedDelivery];
  expect(await web.deadLetters.list()).toEqual([
    {
      id: '1',
      key,
      event: 'notes_created',
      tenant: undefined,
      replayed: false,
      reason: 'slack: Error: no channel',
      attempts: 3,
      failedAt: expect.any(Date) as Date,
      receivedAt: new Date(receivedAt),
    },
  ]);
});

test.each<[string, Error, string]>([
  [
    'the cause of its error',
    new TypeError('fetch failed', { cause: refused }),
    '(ECONNREFUSED: connect to 127.0.0.1:443)',
  ],
  [
    'the first error of an AggregateError, as Node makes for a name with several addresses',
    new TypeError('fetch failed', { cause: new AggregateError([refused, new Error('other')], '') }),
    '(ECONNREFUSED: connect to 127.0.0.1:443)',
  ],
  [
    'a cause without a code',
    new TypeError('fetch failed', { cause: new RangeError('too far') }),
    '(RangeError: too far)',
  ],
])('its reason says why the handler failed: %s', async (_what, error, why) => {
  const { web, worker, queue } = service();
  await worker()
    .on('*', () => Promise.reject(error), { name: 'crm' })
    .work();
  await send(web, genuine());
  await until(() => queue.states[0] === 'dead after 3');
  expect(await web.deadLetters.list()).toMatchObject([{ reason: `crm: TypeError: fetch failed ${why}` }]);
});

test('its reason names a handler that never ended, beside what failed', async () => {
  const { web, worker, queue } = service({ maxRunMs: 50, deduplicate: false });
  await worker()
    .on('*', () => Promise.reject(new Error('CRM says 400')), { name: 'crm' })
    .on('*', () => new Promise(() => undefined), { name: 'hangs' })
    .work();
  await send(web, genuine());
  await until(() => queue.states[0] === 'dead after 3');
  const reason = 'crm: Error: CRM says 400; hangs: still running; Handlers were still running after maxRunMs (50).';
  expect(await web.deadLetters.list()).toMatchObject([{ reason }]);
});

test('one can be looked at: its bytes, and all that its handlers were given', async () => {
  const { web, body } = await withDeadLetter();
  const [listed] = await web.deadLetters.list();
  expect(await web.deadLetters.get('1')).toEqual({
    ...listed,
    headers: { 'content-type': 'application/json', 'user-agent': 'bigmind-webhooks/testing' },
    params: { team: 'north' },
    locals: undefined,
    rawBody: Buffer.from(body),
  });
  expect(await web.deadLetters.get('no such')).toBeUndefined();
});

test.each(['1', 'all'])('redrive(%j) runs only the handlers that have not succeeded', async (id) => {
  const { web, queue, ran, mend } = await withDeadLetter();
  mend();
  expect(await web.deadLetters.redrive(id)).toBe(1);
  await until(() => queue.verdicts.length > 0);
  expect(ran).toEqual(['crm', 'slack', 'slack', 'slack', 'slack']);
  expect(await web.deadLetters.list()).toStrictEqual([]);
  expect(await web.deadLetters.redrive(id)).toBe(0);
});

const day = 86_400_000;

test.each([
  ['for the usual time', undefined, 3 * day + 1],
  ['for a minute', 60_000, 29 * day],
  ['for two months', 60 * day, 59 * day],
])(
  'a redrive knows what succeeded days ago, also where deliveries are remembered %s',
  async (_time, ttlMs, laterMs) => {
    let now = 0;
    const store = memoryStore({ clock: { now: () => now } });
    const { web, queue, ran, mend } = await withDeadLetter({ deduplicate: { store, ttlMs } });
    now += laterMs;
    mend();
    await web.deadLetters.redrive('all');
    await until(() => queue.verdicts.length > 0);
    expect(ran).toEqual(['crm', 'slack', 'slack', 'slack', 'slack']);
  },
);

test('what succeeded is kept for a redrive also by a store that lost the delivery meanwhile', async () => {
  let now = 0;
  const empty = () => memoryStore({ clock: { now: () => now } });
  let memory = empty();
  const told: string[] = [];
  const store: DeliveryStore = {
    claim: (...given) => memory.claim(...given),
    extend: (...given) => memory.extend(...given),
    succeeded(...given) {
      told.push(given[2]);
      return memory.succeeded(...given);
    },
    complete: (...given) => memory.complete(...given),
    release: (...given) => memory.release(...given),
  };
  const { web, queue } = service({ deduplicate: { store } }, new ArrayQueue({ attempts: 1 }));
  const ran: string[] = [];
  let works = false;
  await web
    .on('*', () => void ran.push('crm'), { name: 'crm' })
    .on(
      '*',
      () => {
        ran.push('slack');
        if (works) return;
        memory = empty();
        told.length = 0;
        throw new Error('no channel');
      },
      { name: 'slack' },
    )
    .work();
  await send(web, genuine());
  await until(() => queue.states[0] === 'dead after 1' && told.includes('crm'));
  now += 29 * day;
  works = true;
  await web.deadLetters.redrive('all');
  await until(() => queue.verdicts.length > 0);
  expect(ran).toEqual(['crm', 'slack', 'slack']);
});

test('a job that is done is forgotten after ttlMs, as every delivery is', async () => {
  let now = 0;
  const store = memoryStore({ clock: { now: () => now } });
  const { web, queue } = service({ deduplicate: { store, ttlMs: day } });
  let handled = 0;
  await web
    .on('*', () => {
      handled += 1;
    })
    .work();
  const delivery = genuine();
  const counts: number[] = [];
  for (const laterMs of [0, day - 1, 1]) {
    now += laterMs;
    // The engine has forgotten the one before.
    queue.entries.length = 0;
    await send(web, delivery);
    await until(() => queue.states[0] === 'done after 0');
    counts.push(handled);
  }
  expect(counts).toEqual([1, 1, 2]);
});

test('one that is discarded is gone for good', async () => {
  const { web, queue, ran } = await withDeadLetter();
  expect(await web.deadLetters.discard('1')).toBe(true);
  expect(await web.deadLetters.discard('1')).toBe(false);
  expect([await web.deadLetters.list(), queue.entries, ran.length]).toStrictEqual([[], [], 4]);
});

test('a page is the newest, 100 of them, unless it is said otherwise', async () => {
  const pages: unknown[] = [];
  const queue = new ArrayQueue();
  queue.deadJobs.list = async (page) => {
    pages.push(page);
    return Promise.resolve([]);
  };
  const { web } = service({}, queue);
  await web.deadLetters.list();
  await web.deadLetters.list({ limit: 5, offset: 10 });
  expect(pages).toEqual([
    { limit: 100, offset: 0 },
    { limit: 5, offset: 10 },
  ]);
});

test('a job that cannot be read is never acknowledged, and listed with what can be read of it', async () => {
  const { worker, queue } = service();
  const handled: unknown[] = [];
  const reading = worker().on('*', (event) => void handled.push(event));
  queue.put('no job at all');
  queue.put({ ...fixture, version: 2, headers: { 'x-list': [1], 'x-text': 'a' }, receivedAt: 'yesterday' });
  await reading.work();
  await until(() => queue.states.every((state) => state === 'dead after 3'));
  expect([handled, queue.verdicts]).toStrictEqual([[], []]);
  const nothing = { key: undefined, event: undefined, tenant: undefined, receivedAt: undefined };
  const { key, event, tenant } = fixture;
  expect(await reading.deadLetters.list()).toEqual([
    expect.objectContaining({ id: '2', key, event, tenant, receivedAt: undefined }),
    expect.objectContaining({
      id: '1',
      ...nothing,
      reason: expect.stringContaining('The job is no object.') as string,
    }),
  ]);
  expect(await reading.deadLetters.get('1')).toMatchObject({ headers: {}, params: {}, rawBody: { length: 0 } });
  const { headers, rawBody } = (await reading.deadLetters.get('2')) ?? {};
  expect([headers, rawBody?.toString('base64')]).toEqual([{ 'x-text': 'a' }, fixture.rawBody]);
});

test.each([1e300, '2026-11-28', null])(
  'a time that no clock shows is unknown, in the list and alone: %j',
  async (time) => {
    const { web, queue } = service();
    const job = { ...fixture, receivedAt: time };
    const dead = { id: '1', job, reason: 'no time', attempts: 1, failedAt: new Date(0) };
    queue.deadJobs.list = () => Promise.resolve([dead]);
    queue.deadJobs.get = () => Promise.resolve(dead);
    expect((await web.deadLetters.list())[0]).toMatchObject({ key: fixture.key, receivedAt: undefined });
    expect(await web.deadLetters.get('1')).toMatchObject({ key: fixture.key, receivedAt: undefined });
  },
);

test('a dead job whose fields are no texts is shown without them', async () => {
  const { web, queue } = service();
  const job = { ...fixture, event: 5, tenant: ['acme'], rawBody: { of: 'bytes' } };
  const dead = { id: '1', job, reason: 'damaged', attempts: 1, failedAt: new Date(0) };
  queue.deadJobs.get = () => Promise.resolve(dead);
  const shown = { key: fixture.key, event: undefined, tenant: undefined, rawBody: { length: 0 } };
  expect(await web.deadLetters.get('1')).toMatchObject(shown);
});

test('a repeat of a dead delivery is not a second one', async () => {
  const { web, queue } = service({}, new ArrayQueue({ attempts: 1 }));
  const delivery = genuine();
  await send(web, delivery);
  await web
    .on('*', () => {
      throw new Error('never');
    })
    .work();
  await until(() => queue.states[0] === 'dead after 1');
  expect(await send(web, delivery)).toBe('200 queued');
  expect(await web.deadLetters.list()).toHaveLength(1);
});

describe('a queue that never answers', () => {
  afterEach(() => jest.useRealTimers());
  const silent = () => new Promise<never>(() => undefined);
  const mute = () => {
    const queue = new ArrayQueue();
    Object.assign(queue.deadJobs, { list: silent, get: silent, redrive: silent, discard: silent });
    return service({ deduplicate: { storeTimeoutMs: 50 } }, queue).web.deadLetters;
  };

  test.each<[string, (letters: DeadLetters) => Promise<unknown>]>([
    ['list', (letters) => letters.list()],
    ['get', (letters) => letters.get('1')],
    ['redrive', (letters) => letters.redrive('1')],
    ['discard', (letters) => letters.discard('1')],
  ])('is waited for no longer than storeTimeoutMs: %s', async (_method, call) => {
    await expect(call(mute())).rejects.toThrow('The queue did not answer within 50 ms');
  });

  test('are not discarded all at once: nothing is, and the error says what to do', async () => {
    const queue = new ArrayQueue();
    const discarded = jest.spyOn(queue.deadJobs, 'discard');
    await expect(service({}, queue).web.deadLetters.discard('all')).rejects.toThrow(
      /^BAD_OPTION deadLetters\.discard: expected the id of one dead letter, got 'all'\..* list them, and discard each\.$/,
    );
    expect(discarded).not.toHaveBeenCalled();
  });

  test('has an hour to redrive all', async () => {
    jest.useFakeTimers();
    const asked = expect(mute().redrive('all')).rejects.toThrow('The queue did not answer within 3600000 ms');
    await jest.advanceTimersByTimeAsync(3_600_000 + 1000);
    await asked;
  });
});

test.each<[string, unknown[], string]>([
  ['list', [{ limit: 0 }], 'deadLetters.list.limit: expected a whole number from 1, got 0'],
  ['list', [{ offset: -1 }], 'deadLetters.list.offset: expected a whole number from 0'],
  ['list', [{ page: 1 }], 'deadLetters.list.page is unknown'],
  ['get', [1], 'deadLetters.get: expected a string with text, got 1 (number).'],
  ['redrive', [], 'deadLetters.redrive: expected a string with text, got undefined.'],
  ['discard', [''], 'deadLetters.discard: expected a string with text, got an empty string.'],
])('%s%j is refused before the queue is asked', async (method, given, message) => {
  const { web } = service();
  const call = Reflect.apply(web.deadLetters[method as 'list'], web.deadLetters, given as []);
  await expect(call).rejects.toMatchObject({
    code: 'BAD_OPTION',
    message: expect.stringContaining(message) as string,
  });
});

test.each(['list', 'get', 'redrive', 'discard'] as const)(
  '%s without a queue rejects with NO_QUEUE',
  async (method) => {
    const { web } = service({ queue: undefined });
    await expect(web.deadLetters[method]('1' as never)).rejects.toMatchObject({ code: 'NO_QUEUE' });
  },
);
