import { pino } from 'pino';
import { bigmindWebhooks, type DeliveryQueue } from '../../../src/index';
import { bullmqQueue } from '../../../src/queues/bullmq/index';
import { pgBossQueue } from '../../../src/queues/pg-boss/index';
import { freshNamespace } from '../services';
import { type RedisStage, redisStage, until } from './bullmq-kit';
import { postgresStage, type Stage } from './pg-boss-kit';

const lostAfterMs = 1000;
let redis: RedisStage;
let postgres: Stage;

beforeAll(async () => {
  redis = await redisStage();
  postgres = await postgresStage();
});
afterAll(() => Promise.all([redis.remove(), postgres.remove()]));

/** A worker with handlers of these names. Its handlers come after `work()`, as they may. */
async function service(queue: DeliveryQueue, names: readonly string[]) {
  const warnings: Record<string, unknown>[] = [];
  const write = (line: string): void => {
    const { code, onlyThere, onlyHere } = JSON.parse(line) as Record<string, unknown>;
    if (code === 'NAMESPACE_SHARED') warnings.push({ onlyThere, onlyHere });
  };
  const logger = pino({ level: 'warn' }, { write });
  const webhooks = bigmindWebhooks({ secret: 'a secret of a test', queue, logger });
  webhooks.onUnknown(() => undefined);
  await webhooks.work();
  for (const name of names) webhooks.on('notes_created', () => undefined, { name });
  return { warnings, close: () => webhooks.close({ timeoutMs: 1000 }) };
}

const makers = [
  (namespace: string) => bullmqQueue({ connection: redis.client, namespace, lostAfterMs }),
  (namespace: string) => pgBossQueue({ boss: postgres.boss, schema: postgres.schema, namespace, lostAfterMs }),
];

async function warnedOf(make: (namespace: string) => DeliveryQueue): Promise<unknown> {
  const [shared, own] = [freshNamespace(), freshNamespace()];
  const crm = await service(make(shared), ['crm', 'both']);
  const slack = await service(make(shared), ['slack', 'both']);
  const same = [await service(make(own), ['crm']), await service(make(own), ['crm'])];
  // A deploy: other handlers, which are gone before long.
  const older = await service(make(own), ['old']);
  await new Promise((resolve) => setTimeout(resolve, 3 * lostAfterMs));
  await older.close();
  await until(() => crm.warnings.length > 0 && slack.warnings.length > 0);
  await new Promise((resolve) => setTimeout(resolve, 3 * lostAfterMs));
  await Promise.all([crm, slack, ...same].map(({ close }) => close()));
  return { crm: crm.warnings, slack: slack.warnings, same: same.flatMap(({ warnings }) => warnings) };
}

test('services that share a namespace are warned once each and told by their handlers, and workers of one service are not', async () => {
  const found = await Promise.all(makers.map(warnedOf));
  const expected = {
    crm: [{ onlyThere: ['slack'], onlyHere: ['crm'] }],
    slack: [{ onlyThere: ['crm'], onlyHere: ['slack'] }],
    same: [],
  };
  expect(found).toStrictEqual([expected, expected]);
  expect(await redis.client.keys('*bigmind-workers')).toStrictEqual([]);
});
