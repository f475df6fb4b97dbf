import { Redis } from 'ioredis';
import {
  type BigmindWebhooks,
  type BigmindWebhooksOptions,
  bigmindWebhooks,
  type DeliveryQueue,
} from '../../../src/index';
import { bullmqQueue } from '../../../src/queues/bullmq/index';
import { pgBossQueue } from '../../../src/queues/pg-boss/index';
import { postgresStore } from '../../../src/stores/postgres/index';
import { makePlace, type Place } from '../journals/postgres-kit';
import { startRedis } from '../kit/own-redis';
import { postgresStage } from '../queues/pg-boss-kit';
import { databaseUrl } from '../services';
import { secret } from './command';

/** A user's service with a queue and a journal, as the command's module and the test's own receivers see it. */
export interface QueuedApp {
  readonly place: Place;
  /** For the command. */
  readonly env: Readonly<Record<string, string>>;
  /** Begins anew: an empty journal and a queue of its own. */
  renew(): Promise<void>;
  /** A receiver of this process, on the journal and the queue of now. */
  receiver(options?: Options): BigmindWebhooks;
  remove(): Promise<void>;
}

type Options = Omit<BigmindWebhooksOptions, 'schemas' | 'locals'>;

interface Engine {
  readonly env: Readonly<Record<string, string>>;
  queue(namespace: string): DeliveryQueue;
  remove(): Promise<void>;
}

const quick = { attempts: 2, backoffMs: 1 } as const;

/** The command's module: its handlers never run in the command. */
export const source = `
const { Pool } = require('pg');
const { bigmindWebhooks } = require('bigmind-webhooks');
const { postgresJournal, postgresStore } = require('bigmind-webhooks/postgres');
const { URL_OF_DATABASE: connectionString, OPTIONS: options, NAMESPACE: namespace, REDIS_PORT, SCHEMA: schema } = process.env;
const quick = ${JSON.stringify(quick)};

async function queue() {
  if (REDIS_PORT) {
    const { Redis } = require('ioredis');
    const connection = new Redis(REDIS_PORT, '127.0.0.1', { maxRetriesPerRequest: null });
    return require('bigmind-webhooks/bullmq').bullmqQueue({ connection, namespace, ...quick });
  }
  const PgBoss = require('pg-boss');
  const boss = new PgBoss({ connectionString, schema, schedule: false, max: 3 });
  await boss.start();
  return require('bigmind-webhooks/pg-boss').pgBossQueue({ boss, schema, namespace, ...quick });
}

async function make() {
  const pool = new Pool({ connectionString, options, max: 4 });
  const store = postgresStore({ pool, namespace });
  const secret = ({ params }) => ({ tenant: params.tenant, secret: process.env.BIGMIND_WEBHOOK_SECRET });
  const journal = postgresJournal({ pool, namespace });
  const webhooks = bigmindWebhooks({ secret, journal, queue: await queue(), deduplicate: { store } });
  for (const name of ['crm', 'warehouse']) {
    webhooks.on('notes_created', () => { throw new Error('never runs here'); }, { name });
  }
  return webhooks;
}
exports.webhooks = make();
`;

const engines: Readonly<Record<'BullMQ' | 'pg-boss', () => Promise<Engine>>> = {
  async BullMQ() {
    const server = await startRedis();
    const connection = new Redis(server.port, '127.0.0.1', { maxRetriesPerRequest: null });
    return {
      env: { REDIS_PORT: String(server.port) },
      queue: (namespace) => bullmqQueue({ connection, namespace, ...quick }),
      async remove() {
        connection.disconnect();
        await server.remove();
      },
    };
  },
  async 'pg-boss'() {
    const { boss, schema, remove } = await postgresStage();
    return {
      env: { SCHEMA: schema },
      queue: (namespace) => pgBossQueue({ boss, schema, namespace, pollMs: 20, ...quick }),
      remove,
    };
  },
};

export async function makeQueuedApp(name: keyof typeof engines): Promise<QueuedApp> {
  const [engine, place] = await Promise.all([engines[name](), makePlace()]);
  await place.journal().migrate();
  await postgresStore({ pool: place.pool, namespace: 'any' }).migrate();
  let count = 0;
  const namespace = (): string => `of-test-${count}`;
  const open: BigmindWebhooks[] = [];
  const closeAll = () => Promise.all(open.splice(0).map((webhooks) => webhooks.close()));
  return {
    place,
    get env() {
      const options = `-c search_path=${place.schema},pg_catalog`;
      return { URL_OF_DATABASE: databaseUrl, OPTIONS: options, NAMESPACE: namespace(), ...engine.env };
    },
    async renew() {
      await closeAll();
      count += 1;
    },
    receiver(options = {}) {
      const store = postgresStore({ pool: place.pool, namespace: namespace() });
      const webhooks = bigmindWebhooks({
        secret: ({ params }) => ({ tenant: params['tenant'] ?? '', secret }),
        logger: false,
        journal: place.journal({ namespace: namespace() }),
        queue: engine.queue(namespace()),
        deduplicate: { store },
        ...options,
      });
      open.push(webhooks);
      return webhooks;
    },
    async remove() {
      await closeAll();
      await engine.remove();
      await place.remove();
    },
  };
}
