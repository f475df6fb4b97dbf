import { randomUUID } from 'node:crypto';
import type { SignedDelivery } from '../../src/testing/index';
import { type Bundle, bundle } from './kit/bundle';
import { type Effects, recordEffects } from './kit/effects';
import { type ReceiverProcess, startReceiver } from './kit/processes';
import { closeConnections, outcomeOf, pause, post, secret, signedNote } from './kit/sender';
import { databaseUrl, forgetNamespaces, freshNamespace, redisUrl } from './services';

const deliveries = 2000;
const copies = 3;
const senders = 24;

let app: Bundle;

beforeAll(async () => {
  app = await bundle({ entry: 'test/integration/apps/receiver.ts' });
});

afterAll(async () => {
  closeConnections();
  app.remove();
  await forgetNamespaces();
});

/** Every copy of every delivery, at a moment of chance; of each second delivery, all copies nearly at once. */
function copiesInOrder(): SignedDelivery[] {
  const moments = Array.from({ length: deliveries }, (_, index) => {
    const note = signedNote(randomUUID());
    const first = Math.random();
    const spread = index % 2 === 0 ? 0 : 1;
    return Array.from({ length: copies }, () => ({ note, at: first + spread * Math.random() }));
  });
  const inOrder = moments.flat().toSorted((one, other) => one.at - other.at);
  return inOrder.map(({ note }) => note);
}

/** Sends to either process until one acknowledges. */
async function deliver(note: SignedDelivery, receivers: readonly ReceiverProcess[]): Promise<string | undefined> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const { port } = receivers[Math.floor(Math.random() * receivers.length)] as ReceiverProcess;
    const reply = await post(port, note);
    if (reply.status === 200) return outcomeOf(reply);
    await pause(20 + Math.random() * 30);
  }
  return 'never acknowledged';
}

describe.each(['redis', 'postgres'] as const)('with one %s', (store) => {
  const namespace = freshNamespace();
  let effects: Effects;
  let receivers: readonly ReceiverProcess[] = [];

  beforeAll(async () => {
    effects = await recordEffects();
    const storeUrl = store === 'redis' ? redisUrl : databaseUrl;
    const config = { secret, store, storeUrl, namespace, effects: effects.list, effectsUrl: redisUrl };
    receivers = await Promise.all([startReceiver(app.file, config), startReceiver(app.file, config)]);
  });

  afterAll(async () => {
    for (const receiver of receivers) receiver.kill('SIGKILL');
    await Promise.all(receivers.map(({ ended }) => ended));
    await effects.close();
  });

  test(`runs each handler once for each of ${deliveries} deliveries that come ${copies} times to either of two processes`, async () => {
    const pending = copiesInOrder();
    const outcomes = new Map<string | undefined, number>();
    async function send(): Promise<void> {
      for (let note = pending.pop(); note !== undefined; note = pending.pop()) {
        const outcome = await deliver(note, receivers);
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }
    }
    await Promise.all(Array.from({ length: senders }, send));

    const counts = await effects.counts();
    expect([...counts.values()].filter((count) => count > 1)).toStrictEqual([]);
    expect(counts.size).toBe(2 * deliveries);
    expect({ first: await effects.total('first'), second: await effects.total('second') }).toEqual({
      first: deliveries,
      second: deliveries,
    });
    // Copies that met the first in the same process were answered with its outcome.
    expect([...outcomes.keys()].toSorted()).toEqual(['duplicate', 'processed']);
    expect(outcomes.get('processed')).toBeGreaterThanOrEqual(deliveries);
    expect((outcomes.get('processed') ?? 0) + (outcomes.get('duplicate') ?? 0)).toBe(copies * deliveries);
  });
});
