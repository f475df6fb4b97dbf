import { bigmindWebhooks, eventSchema, memoryStore } from '../../src/index';
import { examplePayload, signDelivery } from '../../src/testing';
import { calm, FaultyStore, gate, receiverWith, rejects, secret, send } from './kit';

const sign = (payload: unknown) => signDelivery({ payload, secret });

/** What `onInvalid` and `onUnknown` take, and the outcome when they have. */
const callbacks = [
  ['onInvalid', sign({ event: 'todo_created' }), '200 quarantined'],
  ['onInvalid', sign('{"event":'), '200 quarantined'],
  ['onUnknown', sign({ event: 'deal_won' }), '200 ignored'],
] as const;

describe.each(callbacks)('%s (%#)', (callback, delivery, taken) => {
  test('takes a delivery once: a copy joins, a repeat is a duplicate', async () => {
    const webhooks = receiverWith();
    const time = gate();
    let runs = 0;
    webhooks[callback](async () => {
      runs++;
      await time.passed;
    });
    const copies = [send(webhooks, delivery), send(webhooks, delivery)];
    await calm();
    time.open();
    expect(await Promise.all(copies)).toEqual([taken, taken]);
    expect(await send(webhooks, delivery)).toBe('200 duplicate');
    expect(runs).toBe(1);
  });

  test('is given again what it refused, told to onError once', async () => {
    const webhooks = receiverWith();
    const attempts: number[] = [];
    const told: unknown[] = [];
    webhooks.onError((_error, { outcome, handler }) => void told.push([outcome, handler]));
    webhooks[callback]((_taken: unknown, { attempt }: { attempt: number }) => {
      attempts.push(attempt);
      if (attempt === 1) throw new Error('no room');
    });
    expect(await send(webhooks, delivery)).toBe('500 FAILED');
    expect(await send(webhooks, delivery)).toBe(taken);
    expect(await send(webhooks, delivery)).toBe('200 duplicate');
    expect(attempts).toEqual([1, 2]);
    expect(told).toEqual([['failed', callback]]);
  });

  test('shares its claim with other processes', async () => {
    const store = memoryStore();
    const [here, there] = [receiverWith({ deduplicate: { store } }), receiverWith({ deduplicate: { store } })];
    const time = gate();
    let runs = 0;
    for (const webhooks of [here, there]) {
      webhooks[callback](() => {
        runs++;
        return time.passed;
      });
    }
    const answered = send(here, delivery);
    expect(await send(there, delivery)).toBe('503 IN_PROGRESS');
    time.open();
    expect(await answered).toBe(taken);
    expect(await send(there, delivery)).toBe('200 duplicate');
    expect(runs).toBe(1);
  });

  test('is not called while the store cannot be asked, and is answered 503', async () => {
    const webhooks = receiverWith({ deduplicate: { store: new FaultyStore().break(rejects) } });
    let runs = 0;
    webhooks[callback](() => void runs++);
    expect(await send(webhooks, delivery)).toBe('503 UNAVAILABLE');
    expect(runs).toBe(0);
  });

  test('that takes longer than timeoutMs is answered 503, and the repeat has its outcome', async () => {
    const webhooks = receiverWith({ timeoutMs: 20 });
    const time = gate();
    let runs = 0;
    webhooks[callback](() => {
      runs++;
      return time.passed;
    });
    expect(await send(webhooks, delivery)).toBe('503 TIMEOUT');
    const repeat = send(webhooks, delivery);
    time.open();
    expect(await repeat).toBe(taken);
    expect(runs).toBe(1);
  });
});

test('without a callback nothing is asked of the store, and every copy is answered alike', async () => {
  const store = new FaultyStore();
  const webhooks = receiverWith({ deduplicate: { store } });
  const answered = callbacks.map(([, delivery]) => send(webhooks, delivery));
  expect(await Promise.all(answered)).toEqual(['422 INVALID', '400 MALFORMED', '200 ignored']);
  expect(store.calls).toStrictEqual([]);
});

test('what onInvalid refused is an event’s, and runs its handlers, once its schema accepts it', async () => {
  const store = memoryStore();
  const webhooks = receiverWith({ deduplicate: { store } });
  webhooks.onInvalid(() => Promise.reject(new Error('not ours')));
  const payload = examplePayload('todo_created', { data: { type: 'call' as 'task' } });
  const delivery = sign(payload);
  expect(await send(webhooks, delivery)).toBe('500 FAILED');
  const seen: string[] = [];
  const next = bigmindWebhooks({
    secret,
    logger: false,
    deduplicate: { store },
    schemas: { todo_created: eventSchema<typeof payload>({ type: 'object' }) },
  });
  next.on('todo_created', ({ data }) => void seen.push(data.type));
  const reply = await next.receive(delivery);
  expect([reply.status, seen]).toEqual([200, ['call']]);
});
