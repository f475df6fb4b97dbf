import { eventSchema, type QueuedDelivery } from '../../src';
import { examplePayload, signDelivery } from '../../src/testing';
import { ArrayQueue, calm, closeAll, gate, genuine, notedLog, secret, send, service, until } from './kit';

afterEach(closeAll);

test('a queued delivery is handled once by one of the workers, and its repeats by none', async () => {
  const { web, worker, queue } = service();
  const delivery = genuine();
  const handled: string[] = [];
  for (const name of ['a', 'b'])
    await worker()
      .on('*', () => void handled.push(name))
      .work();
  expect(await send(web, delivery)).toBe('200 queued');
  await until(() => queue.verdicts.length > 0);
  expect(await send(web, delivery)).toBe('200 queued');
  await calm();
  expect(handled).toHaveLength(1);
  expect([queue.verdicts, queue.states]).toEqual([['done'], ['done after 0']]);
});

test('the process that answers can work, too', async () => {
  const { web, queue } = service();
  const handled: unknown[] = [];
  await web.on('notes_created', ({ event }) => void handled.push(event)).work();
  expect(await send(web, genuine())).toBe('200 queued');
  await until(() => queue.verdicts.length > 0);
  expect(handled).toEqual(['notes_created']);
});

test('attempts run only the handlers that have not succeeded, in whatever process, and count', async () => {
  const { web, worker, queue } = service();
  const ran: string[] = [];
  for (const process of ['a', 'b']) {
    await worker()
      .on('*', (_event, { attempt }) => void ran.push(`crm ${attempt}`), { name: 'crm' })
      .on(
        '*',
        (_event, { attempt }) => {
          ran.push(`slack ${attempt}`);
          if (attempt < 3) throw new Error(`${process} cannot`);
        },
        { name: 'slack' },
      )
      .work();
  }
  await send(web, genuine());
  await until(() => queue.verdicts.length > 0);
  expect(ran).toEqual(['crm 1', 'slack 1', 'slack 2', 'slack 3']);
  expect(queue.states).toEqual(['done after 2']);
});

test('a delivery that was handled before is done: its handlers do not run again', async () => {
  const { web, worker, queue } = service();
  const handled: unknown[] = [];
  await worker()
    .on('*', (event) => void handled.push(event))
    .work();
  await send(web, genuine());
  await until(() => queue.verdicts.length > 0);
  const [job] = queue.jobs;
  queue.entries.splice(0);
  queue.put(job);
  await until(() => queue.verdicts.length > 1);
  expect([queue.verdicts, handled.length]).toEqual([['done', 'done'], 1]);
});

test('an event that this worker has no handler for is forgotten, so that a repeat after the next deploy is handled', async () => {
  const { web, worker, queue } = service();
  const delivery = genuine();
  await worker()
    .on('email_sent', () => undefined)
    .work();
  await send(web, delivery);
  await until(() => queue.verdicts.length > 0);
  expect([queue.verdicts, queue.entries]).toStrictEqual([['forget'], []]);
  await closeAll();
  const handled: unknown[] = [];
  const next = service({}, queue);
  await next
    .worker()
    .on('*', ({ event }) => void handled.push(event))
    .work();
  await send(next.web, delivery);
  await until(() => queue.verdicts.length > 1);
  expect(handled).toEqual(['notes_created']);
});

describe('a worker of another version', () => {
  const schemas = { deal_closed: eventSchema<{ event: 'deal_closed' }>({ type: 'object' }) };
  const payload = { event: 'deal_closed' };

  test('acknowledges no event that it does not know: it is a dead letter, and onUnknown is not asked', async () => {
    const { web, worker, queue } = service({ schemas } as object);
    const taken: unknown[] = [];
    const outcomes: unknown[] = [];
    await worker({ schemas: undefined })
      .on('*', (event) => void taken.push(event))
      .onUnknown((event) => void taken.push(event))
      .onError((_error, { outcome, event }) => void outcomes.push([outcome, event]))
      .work();
    expect(await send(web, signDelivery({ payload, secret }))).toBe('200 queued');
    await until(() => queue.states[0] === 'dead after 3');
    expect([queue.verdicts, taken]).toStrictEqual([[], []]);
    expect(outcomes).toEqual(Array(3).fill(['failed', 'deal_closed']));
    expect(queue.entries[0]?.reason).toContain('UNKNOWN_EVENT');
  });

  const stricter = { deal_closed: eventSchema<{ event: 'deal_closed' }>({ type: 'object', required: ['deal_id'] }) };

  test('acknowledges nothing that its schemas refuse: it is a dead letter that says where', async () => {
    const { web, worker, queue } = service({ schemas } as object);
    const handled: unknown[] = [];
    await worker({ schemas: stricter } as object)
      .on('*', (event) => void handled.push(event))
      .work();
    await send(web, signDelivery({ payload, secret }));
    await until(() => queue.states[0] === 'dead after 3');
    expect(handled).toStrictEqual([]);
    expect(queue.entries[0]?.reason).toBe('invalid: The payload does not match its schema; /deal_id must be present');
  });

  test('puts what its schemas refuse into its quarantine, if it has one', async () => {
    const { web, worker, queue } = service({ schemas } as object);
    const taken: unknown[] = [];
    await worker({ schemas: stricter } as object)
      .onInvalid(({ outcome, payload: refused, errors }, { key }) => {
        taken.push([outcome, refused, errors.length, key.length]);
      })
      .work();
    await send(web, signDelivery({ payload, secret }));
    await until(() => queue.verdicts.length > 0);
    expect([queue.verdicts, taken]).toEqual([['done'], [['invalid', payload, 1, 64]]]);
  });
});

describe('the reason of a failed attempt', () => {
  /** The reason that is kept when a delivery's handlers do this. */
  async function reasonWhen(handlers: Record<string, () => unknown>): Promise<string> {
    const { web, worker, queue } = service({}, new ArrayQueue({ attempts: 1 }));
    const made = worker({ maxRunMs: 30 });
    for (const [name, run] of Object.entries(handlers)) made.on('*', run, { name });
    await made.work();
    await send(web, genuine());
    await until(() => queue.states[0] === 'dead after 1');
    return queue.entries[0]?.reason ?? '';
  }
  const fails = (error: unknown) => () => {
    throw error;
  };

  test('names the handlers that failed, and says why', async () => {
    const reason = await reasonWhen({
      crm: fails(new Error('timeout of 30 s')),
      archive: () => undefined,
      slack: () => Promise.reject(new TypeError('no channel')),
    });
    expect(reason).toBe('crm: Error: timeout of 30 s; slack: TypeError: no channel');
  });

  test('is cut to 1000 characters, and any engine can hold it', async () => {
    const reason = await reasonWhen({ crm: fails(new Error(`a\0b\ud800${'👍'.repeat(600)}`)) });
    expect(reason).toMatch(/^crm: Error: a\uFFFDb\uFFFD👍/);
    expect(reason).toHaveLength(1000);
    expect(reason).not.toMatch(/\0|\p{Surrogate}/u);
  });

  test('names a handler that ran for too long, and says so once', async () => {
    const running = gate();
    const reason = await reasonWhen({ slow: () => running.passed });
    running.open();
    expect(reason).toBe('slow: still running; Handlers were still running after maxRunMs (30).');
  });

  test('holds nothing of the payload', async () => {
    const { web, worker, queue } = service({}, new ArrayQueue({ attempts: 1 }));
    await worker()
      .on('*', fails({ of: 'no class' }), { name: 'crm' })
      .work();
    await send(
      web,
      signDelivery({ payload: examplePayload('notes_created', { data: { content: 'SECRET' } }), secret }),
    );
    await until(() => queue.states[0] === 'dead after 1');
    expect(queue.entries[0]?.reason).toBe('crm: object: thrown without an Error');
  });
});

test('each attempt has a log line with its outcome, and onError hears of each failure', async () => {
  const { logger, lines } = notedLog();
  const { web, worker, queue } = service();
  const errors: unknown[] = [];
  await worker({ logger })
    .on('*', (_event, { attempt }) => {
      if (attempt === 1) throw new Error('not yet');
    })
    .onError((error, { outcome, handler, key }) => void errors.push([error, outcome, handler, key]))
    .work();
  await send(web, genuine());
  await until(() => queue.verdicts.length > 0);
  const [{ key, rawBody }] = queue.jobs as [QueuedDelivery];
  const bytes = Buffer.from(rawBody, 'base64').length;
  const common = { event: 'notes_created', key, bytes, ms: expect.any(Number) as unknown };
  expect(lines).toEqual([
    expect.objectContaining({ ...common, level: 50, outcome: 'failed', attempt: 1 }),
    expect.objectContaining({ ...common, level: 30, outcome: 'processed', attempt: 2 }),
  ]);
  expect(errors).toEqual([[new Error('not yet'), 'failed', '*', key]]);
});

test('timeoutMs ends no run in a worker', async () => {
  const { web, worker, queue } = service();
  const running = gate();
  const startedAt = performance.now();
  await worker({ timeoutMs: 10 })
    .on('*', () => running.passed)
    .work();
  await send(web, genuine());
  await until(() => performance.now() - startedAt > 60);
  expect(queue.states).toEqual(['running after 0']);
  running.open();
  await until(() => queue.verdicts.length > 0);
  expect(queue.states).toEqual(['done after 0']);
});

test('with deduplicate: false the jobs are run all the same', async () => {
  const { web, worker, queue } = service({ deduplicate: false });
  const handled: unknown[] = [];
  await worker()
    .on('*', (event) => void handled.push(event))
    .work();
  await send(web, genuine());
  await until(() => queue.verdicts.length > 0);
  expect(handled).toHaveLength(1);
});
