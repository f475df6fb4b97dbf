import { Redis } from 'ioredis';
import PgBoss from 'pg-boss';
import type { DeliveryQueue, QueueSettings } from '../../../src/index';
import { bullmqQueue } from '../../../src/queues/bullmq/index';
import { pgBossQueue } from '../../../src/queues/pg-boss/index';
import { proxyTo } from '../kit/proxy';
import { databaseUrl, freshNamespace } from '../services';
import { type RedisStage, recordingLogger, redisStage } from './bullmq-kit';
import { postgresStage, type Stage } from './pg-boss-kit';
import { attempts, compareWithModel, type Engine } from './queue-model';

const settings = (): QueueSettings => ({ maxRunMs: 60_000, logger: recordingLogger().logger });
/** A process that is lost is found after a second, the least that may be set. */
const options = { attempts, backoffMs: 1, lostAfterMs: 1000 };

function opened<Queue extends DeliveryQueue>(queue: Queue): Queue {
  queue.open(settings());
  return queue;
}

const ignore = (): undefined => undefined;

describe('BullMQ', () => {
  let stage: RedisStage;

  beforeAll(async () => {
    stage = await redisStage();
  });

  afterAll(() => stage.remove());

  function engine(): Engine {
    const namespace = freshNamespace();
    const queueOn = (connection: Redis) => opened(bullmqQueue({ connection, namespace, ...options }));
    return {
      make: () => queueOn(stage.client),
      async makeElsewhere() {
        const wire = await proxyTo('127.0.0.1', stage.port);
        const own = new Redis(wire.port, '127.0.0.1').on('error', ignore);
        const queue = queueOn(own);
        return {
          queue,
          lose: async () => wire.cut(),
          async remove() {
            await queue.close();
            own.disconnect();
            await wire.close();
          },
        };
      },
    };
  }

  test('never differs from the model: nothing acknowledged is lost, nothing done runs again, and the dead letters are those that failed for good', async () => {
    await compareWithModel(60, Array.from({ length: 5 }, engine));
  });
});

describe('pg-boss', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await postgresStage();
  });

  afterAll(() => stage.remove());

  async function engine(): Promise<Engine> {
    const namespace = freshNamespace();
    const { schema } = stage;
    const queueOn = (boss: PgBoss) => opened(pgBossQueue({ boss, schema, namespace, pollMs: 20, ...options }));
    const make = (): DeliveryQueue => queueOn(stage.boss);
    // Makes its tables, one after the other.
    await make().deadJobs.list({ limit: 1, offset: 0 });
    return {
      make,
      async makeElsewhere() {
        const url = new URL(databaseUrl);
        const wire = await proxyTo(url.hostname, Number(url.port || 5432));
        [url.hostname, url.port] = ['127.0.0.1', String(wire.port)];
        const own = new PgBoss({ connectionString: url.href, schema, schedule: false, supervise: false, max: 2 });
        own.on('error', ignore);
        await own.start();
        return {
          queue: queueOn(own),
          lose: async () => wire.cut(),
          async remove() {
            await own.stop({ graceful: false });
            await wire.close();
          },
        };
      },
    };
  }

  test('never differs from the model: nothing acknowledged is lost, nothing done runs again, and the dead letters are those that failed for good', async () => {
    const engines: Engine[] = [];
    for (let made = 0; made < 8; made += 1) engines.push(await engine());
    await compareWithModel(64, engines);
  });
});
