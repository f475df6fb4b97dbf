import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { setTimeout as pause, setImmediate } from 'node:timers/promises';
import { type BigmindWebhooksOptions, memoryStore, type NoSchemas } from '../../src/index';
import { gate, wrapped } from '../deduplication/kit';
import { ArrayJournal } from '../pipeline/journal/array-journal';
import { ArrayQueue } from '../queueing/array-queue';
import { dial, genuine, headLines, noting, serve } from './serve';

/** A receiver to which each body comes ten seconds after its headers: later than `timeoutMs`, and still in time to be read. */
async function uploading(options: BigmindWebhooksOptions<NoSchemas, undefined>) {
  let now = Date.now();
  const { webhooks, handled } = noting({ clock: { now: () => now }, ...options });
  let began = gate();
  const app = await serve((incoming, response) => {
    webhooks.router(incoming, response);
    began.open();
  });
  async function upload({ headers, body }: ReturnType<typeof genuine>): Promise<string> {
    began = gate();
    const sent = request(app.origin, { method: 'POST', headers });
    sent.flushHeaders();
    await began.passed;
    now += 10_000;
    sent.end(body);
    const [reply] = (await once(sent, 'response')) as [IncomingMessage];
    let text = '';
    for await (const part of reply) text += String(part);
    const { status, code } = JSON.parse(text) as { status: unknown; code?: string };
    return `${reply.statusCode} ${code ?? String(status)}`;
  }
  return { handled, upload, close: app.close };
}

const late = async <T>(go: () => Promise<T>): Promise<T> => {
  await pause(20);
  return await go();
};

function slowJournal() {
  const journal = new ArrayJournal();
  journal.fault = (method, go) => (method === 'append' ? late(go) : go());
  return { journal };
}

function slowStore() {
  const store = wrapped(memoryStore());
  const { claim } = store;
  store.claim = (...given) => late(async () => await claim(...given));
  return { deduplicate: { store } };
}

test.each([
  ['the journal', slowJournal],
  ['the store', slowStore],
])(
  'a delivery whose upload took longer than timeoutMs is handled once, and its repeat is a duplicate, though %s takes its time',
  async (_what, slow) => {
    const { handled, upload, close } = await uploading(slow());
    const delivery = genuine();
    expect(await upload(delivery)).toBe('200 processed');
    expect(await upload(delivery)).toBe('200 duplicate');
    expect(handled).toHaveLength(1);
    await close();
  },
);

test('a delivery whose upload took longer than timeoutMs is enqueued once, and its sender hears of it', async () => {
  const queue = new ArrayQueue();
  const enqueue = queue.enqueue.bind(queue);
  queue.enqueue = (job) => late(() => enqueue(job));
  const { handled, upload, close } = await uploading({ queue });
  const delivery = genuine();
  expect(await upload(delivery)).toBe('200 queued');
  expect(await upload(delivery)).toBe('200 queued');
  expect([queue.jobs.length, handled.length]).toEqual([1, 0]);
  await close();
});

test('after a slow upload, a store that is silent is waited for no longer than storeTimeoutMs', async () => {
  const { upload, close } = await uploading({
    deduplicate: {
      store: { ...wrapped(memoryStore()), claim: () => new Promise(() => undefined) },
      storeTimeoutMs: 20,
    },
  });
  const startedAt = performance.now();
  expect(await upload(genuine())).toMatch(/^503 (TIMEOUT|UNAVAILABLE)$/);
  // Sooner than timeoutMs.
  expect(performance.now() - startedAt).toBeLessThan(8000);
  await close();
});

test('a body that came while the process was frozen is read, and one that came in part is given up', async () => {
  const { webhooks, handled } = noting({ readTimeoutMs: 200 });
  const began: (() => void)[] = [];
  const app = await serve((incoming, response) => {
    webhooks.router(incoming, response);
    began.shift()?.();
  });
  const { headers, body } = genuine();
  async function sendBeforeFreeze(part: string): Promise<string> {
    const { socket, ended } = dial(app.port);
    const begun = new Promise<void>((resolve) => began.push(resolve));
    const lines = headLines({ host: 'x', connection: 'close', ...headers, 'content-length': String(body.length) });
    socket.write(`POST / HTTP/1.1\r\n${lines}\r\n`);
    await begun;
    await pause(20);
    // From here, timers come before sockets.
    await setImmediate();
    socket.write(part);
    const frozenUntil = performance.now() + 400;
    while (performance.now() < frozenUntil);
    return (await ended).slice(0, 12);
  }
  expect(await sendBeforeFreeze(body)).toBe('HTTP/1.1 200');
  expect(await sendBeforeFreeze(body.slice(0, 9))).toBe('HTTP/1.1 408');
  expect(handled).toHaveLength(1);
  await app.close();
});
