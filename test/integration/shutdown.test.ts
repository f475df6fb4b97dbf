import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import type { SignedDelivery } from '../../src/testing/index';
import { type Bundle, bundle } from './kit/bundle';
import { type Effects, recordEffects } from './kit/effects';
import { freePort } from './kit/free-port';
import { startRedis } from './kit/own-redis';
import { type ReceiverProcess, startReceiver } from './kit/processes';
import { closeConnections, outcomeOf, pause, post, secret, signedNote } from './kit/sender';
import { until } from './queues/bullmq-kit';
import { connectRedis, forgetNamespaces, freshNamespace, redisUrl } from './services';

const namespace = freshNamespace();
let app: Bundle;
let effects: Effects;
let redis: Redis;
const receivers: ReceiverProcess[] = [];

/** The recipe of the documentation, with a handler that takes a while and writes to where it can be counted. */
function recipe(): string {
  const document = readFileSync(join(__dirname, '../../docs/deployment.md'), 'utf8');
  const [, block = ''] = /^```ts\n([\s\S]*?)^```/m.exec(document) ?? [];
  expect(block).toContain('SIGTERM');
  const own = block
    .replaceAll("'crm-sync'", JSON.stringify(namespace))
    .replace("'notes'", JSON.stringify(`${namespace}:notes`));
  return `${own}
const { effects } = JSON.parse(process.env.RECEIVER ?? '');
webhooks.on('notes_created', async ({ data }, { key }) => {
  await redis.rpush(effects + ':begun', data.note_id);
  await new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * 300));
  await redis.rpush(effects, 'slow ' + key);
}, { name: 'slow' });
server.on('listening', () => { process.send?.({ port: server.address().port }); process.channel?.unref(); });
`;
}

beforeAll(async () => {
  app = await bundle({ entry: { text: recipe() } });
  effects = await recordEffects();
  redis = await connectRedis();
});

afterAll(async () => {
  closeConnections();
  for (const receiver of receivers) receiver.kill('SIGKILL');
  app.remove();
  await Promise.all([effects.close(), redis.quit()]);
  await forgetNamespaces();
});

async function start(url = redisUrl): Promise<ReceiverProcess> {
  const environment = { PORT: String(await freePort()), REDIS_URL: url, BIGMIND_WEBHOOK_SECRET: secret };
  const receiver = await startReceiver(app.file, { effects: effects.list }, environment);
  receivers.push(receiver);
  return receiver;
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  'told to end by %s under load, it answers what it has begun, takes nothing new, and leaves; nothing is lost, nothing done twice',
  async (signal) => {
    const [old, next] = [await start(), await start()];
    const before = (await effects.counts()).size;
    const answered = new Map<SignedDelivery, string | undefined>();
    /** Those that were sent before the signal, by their notes. */
    const sentBefore = new Map<string, Promise<string | undefined>>();
    let told = false;
    let stopped = false;

    async function load(): Promise<void> {
      while (!stopped) {
        const id = randomUUID();
        const note = signedNote(id);
        const outcome = post(old.port, note).then(outcomeOf);
        if (!told) sentBefore.set(id, outcome);
        answered.set(note, await outcome);
        await pause(5);
      }
    }
    const loads = Array.from({ length: 12 }, load);
    await until(() => answered.size > 36);
    // What was sent a moment ago may not have come to it yet.
    const begun = await redis.lrange(`${effects.list}:begun`, 0, -1);
    const atWork = begun.flatMap((id) => sentBefore.get(id) ?? []);
    old.kill(signal);
    told = true;
    const toldAt = performance.now();
    const { code, output } = await old.ended;
    stopped = true;
    await Promise.all(loads);

    expect({ code, output: output.replace(/^\{.*\}\n/gm, '') }).toEqual({ code: 0, output: '' });
    expect(performance.now() - toldAt).toBeLessThan(5000);
    // Everything that it had begun before the signal was handled and answered.
    expect(atWork.length).toBeGreaterThan(12);
    expect(new Set(await Promise.all(atWork))).toEqual(new Set(['processed']));
    // What came after was handled, refused with 503 or not connected; never acknowledged without being handled.
    const outcomes = new Set(answered.values());
    expect([...outcomes].filter((outcome) => !['processed', 'UNAVAILABLE', undefined].includes(outcome))).toStrictEqual(
      [],
    );
    expect(outcomes.has(undefined) || outcomes.has('UNAVAILABLE')).toBe(true);

    const unhandled = [...answered].filter(([, outcome]) => outcome !== 'processed').map(([note]) => note);
    const repeated = await Promise.all(unhandled.map((note) => post(next.port, note)));
    expect(repeated.map(outcomeOf)).toEqual(unhandled.map(() => 'processed'));
    const counts = await effects.counts();
    expect(counts.size - before).toBe(answered.size);
    expect([...counts.values()].filter((count) => count > 1)).toStrictEqual([]);

    next.kill('SIGTERM');
    expect((await next.ended).code).toBe(0);
  },
);

test('a client that connected and sent nothing, or half a request, does not keep it from ending with code 0', async () => {
  const receiver = await start();
  const silent = connect(receiver.port, '127.0.0.1');
  const slow = connect(receiver.port, '127.0.0.1');
  for (const socket of [silent, slow]) {
    socket.on('error', () => undefined);
    await once(socket, 'connect');
  }
  slow.write('POST /webhooks/bigmind HTTP/1.1\r\nhost: localhost\r\n');
  expect(outcomeOf(await post(receiver.port, signedNote(randomUUID())))).toBe('processed');
  const toldAt = performance.now();
  receiver.kill('SIGTERM');
  const { code, signal } = await receiver.ended;
  expect({ code, signal }).toEqual({ code: 0, signal: null });
  expect(performance.now() - toldAt).toBeLessThan(8000);
});

test('a Redis that answers nothing does not keep it from ending with code 0', async () => {
  const silent = await startRedis();
  try {
    const receiver = await start(silent.url);
    expect(outcomeOf(await post(receiver.port, signedNote(randomUUID())))).toBe('processed');
    silent.stall();
    const toldAt = performance.now();
    receiver.kill('SIGTERM');
    const { code, signal } = await receiver.ended;
    expect({ code, signal }).toEqual({ code: 0, signal: null });
    expect(performance.now() - toldAt).toBeLessThan(15_000);
  } finally {
    await silent.remove();
  }
});
