import { DeliveryLog, type UnloggedDelivery } from '../../../src/cli/inspector/delivery-log';

interface Extra {
  readonly headers?: Readonly<Record<string, string>>;
  readonly key?: string;
}

function delivery(body: string, { headers = {}, key }: Extra = {}): UnloggedDelivery {
  return {
    request: { method: 'POST', url: '/', headers, body: Buffer.from(body) },
    key,
    reason: undefined,
    app: undefined,
    summary: { receivedAt: 0, outcome: 'processed', status: 200, ms: 1 },
  };
}

const idsOf = (log: DeliveryLog, after = 0) => Array.from(log.after(after), ({ summary }) => summary.id);

test('holds the latest deliveries and drops the oldest', () => {
  const log = new DeliveryLog({ mostDeliveries: 3 });
  for (const body of ['a', 'b', 'c', 'd', 'e']) log.add(delivery(body));
  expect(idsOf(log)).toEqual([3, 4, 5]);
  expect(idsOf(log, 4)).toEqual([5]);
  expect(log.oldest).toBe(3);
  expect(log.get(2)).toBeUndefined();
});

test('holds no more bytes than it may, whatever the number', () => {
  const log = new DeliveryLog({ mostBytes: 1000 });
  for (let number = 0; number < 10; number += 1) log.add(delivery(String(number).repeat(300)));
  expect(idsOf(log)).toEqual([8, 9, 10]);
  log.add(delivery('x'.repeat(2000)));
  expect(idsOf(log)).toStrictEqual([]);
  log.add(delivery('small'));
  expect(idsOf(log)).toEqual([12]);
});

test('counts headers too: a request of nothing else takes memory', () => {
  const log = new DeliveryLog({ mostBytes: 1000 });
  const { request, ...rest } = delivery('');
  for (let number = 0; number < 10; number += 1) {
    log.add({ ...rest, request: { ...request, headers: { 'x-long': 'h'.repeat(400) } } });
  }
  expect(idsOf(log)).toEqual([9, 10]);
});

test('takes requests without a body for attempts only where method and address are the same', () => {
  const log = new DeliveryLog({ mostDeliveries: 10 });
  const { request, ...rest } = delivery('');
  const attemptAt = (method: string, url: string) =>
    log.add({ ...rest, request: { ...request, method, url } }).summary.attempt;
  expect(attemptAt('GET', '/')).toBe(1);
  expect(attemptAt('GET', '/favicon.ico')).toBe(1);
  expect(attemptAt('HEAD', '/')).toBe(1);
  expect(attemptAt('GET', '/')).toBe(2);
});

test('counts the attempts of the same bytes, and forgets those that are all dropped', () => {
  const log = new DeliveryLog({ mostDeliveries: 2 });
  expect(log.add(delivery('same')).summary.attempt).toBe(1);
  const second = log.add(delivery('same'));
  expect(second.summary.attempt).toBe(2);
  expect(log.attemptsOf(second).map(({ id }) => id)).toEqual([1, 2]);
  const third = log.add(delivery('same'));
  expect(log.attemptsOf(third).map(({ id }) => id)).toEqual([2, 3]);
  log.add(delivery('b'));
  log.add(delivery('c'));
  expect(log.add(delivery('same')).summary.attempt).toBe(1);
});

test('counts other bytes under the same key or delivery id as attempts, and nothing else', () => {
  const log = new DeliveryLog();
  const first = log.add(delivery('one', { key: 'k', headers: { 'webhook-id': 'msg_1' } }));
  const byKey = log.add(delivery('two', { key: 'k' }));
  const byId = log.add(delivery('three', { headers: { 'webhook-id': 'msg_1' } }));
  log.add(delivery('four', { key: 'other', headers: { 'webhook-id': 'msg_2', 'x-request-id': 'msg_1' } }));
  expect([first, byKey, byId].map(({ summary }) => summary.attempt)).toEqual([1, 2, 2]);
  expect(log.attemptsOf(first).map(({ id }) => id)).toEqual([1, 2, 3]);
  expect(log.attemptsOf(byKey).map(({ id }) => id)).toEqual([1, 2]);
});

test('lists the latest attempts of the same bytes, not thousands of them', () => {
  const log = new DeliveryLog();
  for (let number = 1; number < 300; number += 1) log.add(delivery('same'));
  const attempts = log.attemptsOf(log.add(delivery('same')));
  expect([attempts.length, attempts.at(-1)?.attempt]).toEqual([100, 300]);
});

test('remembers the latest replays of a delivery, not all of them', () => {
  const log = new DeliveryLog();
  const logged = log.add(delivery('a'));
  for (let ms = 0; ms < 30; ms += 1) log.addReplay(logged, { url: 'http://127.0.0.1/', ms, status: 200 });
  expect(logged.replays).toHaveLength(20);
  expect(logged.replays.at(-1)?.ms).toBe(29);
});

test('tells of what comes until it is told to stop', () => {
  const log = new DeliveryLog();
  const seen: number[] = [];
  const stop = log.subscribe(({ summary }) => seen.push(summary.id));
  log.add(delivery('a'));
  stop();
  log.add(delivery('b'));
  expect(seen).toEqual([1]);
});

test('counts the answers of apps, at two bytes a character: 4,000 of 64 KB stay within the bound', () => {
  const text = 'a'.repeat(64 * 1024);
  const answer = { url: 'http://127.0.0.1/', ms: 1, status: 200, text };
  const log = new DeliveryLog();
  for (let number = 0; number < 4000; number += 1) log.add({ ...delivery(String(number)), app: answer });
  const most = (256 * 1024 * 1024) / (2 * text.length);
  expect(most).toBe(2048);
  // Each has a few bytes of its own, too.
  expect(idsOf(log)).toHaveLength(most - 1);
  expect(log.latest).toBe(4000);
});

test('counts the answers to replays, and those of the oldest make it go', () => {
  const log = new DeliveryLog({ mostBytes: 10_000 });
  const [first] = ['a', 'b'].map((body) => log.add(delivery(body)));
  if (first === undefined) throw new Error('two were added');
  const answer = { url: 'http://127.0.0.1/', ms: 1, status: 200, text: 'x'.repeat(2000) };
  log.addReplay(first, answer);
  log.addReplay(first, answer);
  expect(idsOf(log)).toEqual([1, 2]);
  log.addReplay(first, answer);
  expect(idsOf(log)).toEqual([2]);
});
