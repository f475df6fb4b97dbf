import { memoryStore } from '../../src/index';
import { calm, gate, genuine, receiverWith, remote, send } from './kit';

/** A receiver whose handlers, by name, do what they are told, and note that they ran. */
function deployed(store = memoryStore(), ran: string[] = []) {
  const webhooks = receiverWith({ deduplicate: { store } });
  const broken = new Set<string>();
  function register(...names: readonly string[]): void {
    for (const name of names) {
      webhooks.on(
        'notes_created',
        async (_event, { attempt }) => {
          ran.push(`${name} ${attempt}`);
          await Promise.resolve();
          if (broken.has(name)) throw new Error(`${name} is broken`);
        },
        { name },
      );
    }
  }
  return { webhooks, broken, register, ran };
}

test('the repeat runs only the handlers that had not succeeded, however often it takes', async () => {
  const { webhooks, broken, register, ran } = deployed();
  register('a', 'b', 'c');
  broken.add('a').add('c');
  const delivery = genuine();
  expect(await send(webhooks, delivery)).toBe('500 FAILED');
  expect(ran.splice(0)).toEqual(['a 1', 'b 1', 'c 1']);
  broken.delete('c');
  expect(await send(webhooks, delivery)).toBe('500 FAILED');
  expect(ran.splice(0)).toEqual(['a 2', 'c 2']);
  broken.delete('a');
  expect(await send(webhooks, delivery)).toBe('200 processed');
  expect(ran.splice(0)).toEqual(['a 3']);
  expect(await send(webhooks, delivery)).toBe('200 duplicate');
  expect(ran).toStrictEqual([]);
});

test('a failure of one delivery is no progress of another', async () => {
  const { webhooks, broken, register, ran } = deployed();
  register('a', 'b');
  broken.add('b');
  await send(webhooks, genuine());
  ran.length = 0;
  await send(webhooks, genuine());
  expect(ran).toEqual(['a 1', 'b 1']);
});

test('a deploy that reorders, removes and adds handlers runs exactly those that had not succeeded', async () => {
  const store = memoryStore();
  const before = deployed(store);
  before.register('crm', 'slack', 'warehouse', 'archive');
  before.broken.add('slack').add('archive');
  const delivery = genuine();
  expect(await send(before.webhooks, delivery)).toBe('500 FAILED');

  const after = deployed(store);
  after.register('search', 'slack', 'warehouse', 'crm');
  expect(await send(after.webhooks, delivery)).toBe('200 processed');
  expect(after.ran).toEqual(['search 2', 'slack 2']);
  expect(await send(before.webhooks, delivery)).toBe('200 duplicate');
  expect(before.ran).toHaveLength(4);
});

test('a deploy that leaves only handlers that had succeeded answers processed, and runs nothing', async () => {
  const store = memoryStore();
  const before = deployed(store);
  before.register('crm', 'slack');
  before.broken.add('slack');
  const delivery = genuine();
  await send(before.webhooks, delivery);
  const after = deployed(store);
  after.register('crm');
  expect(await send(after.webhooks, delivery)).toBe('200 processed');
  expect(after.ran).toStrictEqual([]);
  expect(await send(before.webhooks, delivery)).toBe('200 duplicate');
});

test('handlers without a name are known by their selector, not by their place', async () => {
  const store = memoryStore();
  const ran: string[] = [];
  const note = (name: string) => () => void ran.push(name);
  const fail = () => {
    throw new Error('no');
  };
  const before = receiverWith({ deduplicate: { store } });
  before.on('notes_created', note('one')).on(['notes_created', 'notes_updated'], fail).on('*', note('all'));
  const after = receiverWith({ deduplicate: { store } });
  after.on('*', note('all')).on(['notes_created', 'notes_updated'], note('two')).on('notes_created', note('one'));
  const delivery = genuine();
  expect(await send(before, delivery)).toBe('500 FAILED');
  expect(ran.splice(0)).toEqual(['one', 'all']);
  expect(await send(after, delivery)).toBe('200 processed');
  expect(ran).toEqual(['two']);
});

/** A delivery of which one handler has succeeded, and the other waits for `time`. */
async function halfDone() {
  const store = remote();
  const { webhooks, register } = deployed(store);
  register('quick');
  const time = gate();
  webhooks.on('notes_created', () => time.passed, { name: 'slow' });
  const answered = send(webhooks, genuine());
  await calm(10);
  return { store, webhooks, time, answered };
}

test('a success is recorded when it happens, not when the others have ended', async () => {
  const { store, time, answered } = await halfDone();
  expect(store.calls).toEqual(['claim', 'succeeded']);
  time.open();
  expect(await answered).toBe('200 processed');
  expect(store.calls).toEqual(['claim', 'succeeded', 'complete']);
});

test('a success that was recorded is not recorded again when another handler fails', async () => {
  const { store, webhooks, time, answered } = await halfDone();
  time.fail(new Error('no'));
  expect(await answered).toBe('500 FAILED');
  await webhooks.close();
  expect(store.calls).toEqual(['claim', 'succeeded', 'release']);
});

test('two deliveries of one receiver, and two receivers of one store, count attempts apart and together', async () => {
  const store = memoryStore();
  const ran: string[] = [];
  const [first, second] = [deployed(store, ran), deployed(store, ran)];
  for (const { register, broken } of [first, second]) {
    register('a');
    broken.add('a');
  }
  const delivery = genuine();
  await send(first.webhooks, delivery);
  await send(second.webhooks, delivery);
  await send(first.webhooks, genuine());
  expect(ran).toEqual(['a 1', 'a 2', 'a 1']);
});

test('a handler that is registered after a delivery was unhandled gets its repeat', async () => {
  const { webhooks, register, ran } = deployed();
  const delivery = genuine();
  expect(await send(webhooks, delivery)).toBe('200 unhandled');
  expect(await send(webhooks, delivery)).toBe('200 unhandled');
  register('late');
  expect(await send(webhooks, delivery)).toBe('200 processed');
  expect(ran).toEqual(['late 1']);
});
