import { bigmindWebhooks, type DeliveryQueue, memoryStore } from '../../../src/index';
import { bullmqQueue } from '../../../src/queues/bullmq/index';
import { pgBossQueue } from '../../../src/queues/pg-boss/index';
import { examplePayload, signDelivery } from '../../../src/testing/index';
import { ArrayJournal } from '../../pipeline/journal/array-journal';
import { freshNamespace } from '../services';
import { redisStage, until } from './bullmq-kit';
import { postgresStage } from './pg-boss-kit';

const secret = 'a secret of the tests';

function another(content: string) {
  return signDelivery({ payload: examplePayload('notes_created', { data: { content } }), secret });
}

/** Old deliveries are replayed, and another one comes, while no worker runs. */
async function liveGoesFirst(queue: DeliveryQueue): Promise<void> {
  const journal = new ArrayJournal();
  const store = memoryStore();
  const receiver = (live?: DeliveryQueue) =>
    bigmindWebhooks({ secret, logger: false, journal, queue: live, deduplicate: { store } });
  const before = receiver();
  for (const content of ['old 1', 'old 2']) await before.receive(another(content));
  const webhooks = receiver(queue);
  const ran: string[] = [];
  webhooks.on('notes_created', ({ data }, { replayed }) => void ran.push(`${String(data.content)} ${replayed}`));
  try {
    expect(await webhooks.journal.replay()).toMatchObject({ found: 2, ran: 2, outcomes: { queued: 2 } });
    expect((await webhooks.receive(another('live'))).status).toBe(200);
    expect((await webhooks.health()).queue).toMatchObject({ ok: true, waiting: 3 });
    await webhooks.work({ concurrency: 1 });
    await until(() => ran.length === 3);
    expect([ran[0], ...ran.slice(1).toSorted()]).toEqual(['live false', 'old 1 true', 'old 2 true']);
    await webhooks.journal.replay({ force: true });
    await until(() => ran.length === 6);
    expect(ran.slice(3).toSorted()).toEqual(['live true', 'old 1 true', 'old 2 true']);
  } finally {
    await webhooks.close();
  }
}

test('BullMQ runs a live delivery before replays that wait, and a forced replay of what is done', async () => {
  const { client, remove } = await redisStage({ maxRetriesPerRequest: null });
  try {
    await liveGoesFirst(bullmqQueue({ connection: client, namespace: freshNamespace() }));
  } finally {
    await remove();
  }
});

test('pg-boss runs a live delivery before replays that wait, and a forced replay of what is done', async () => {
  const { boss, schema, remove } = await postgresStage();
  try {
    await liveGoesFirst(pgBossQueue({ boss, schema, namespace: freshNamespace(), pollMs: 20 }));
  } finally {
    await remove();
  }
});
