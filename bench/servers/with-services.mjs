// Silent, with a store or a queue: its name and the address of its server are arguments.
import express from 'express';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import PgBoss from 'pg-boss';
import bigmind from '../../dist/index.js';
import pgBoss from '../../dist/queues/pg-boss/index.js';
import postgres from '../../dist/stores/postgres/index.js';
import redis from '../../dist/stores/redis/index.js';
import { event, secret } from '../load/deliveries.mjs';
import { handle, serve } from './serve.mjs';

const [name, url] = process.argv.slice(2);
// Two servers may share a database, and are sent the same deliveries.
const namespace = `bench-${name}`;
// Others may keep the disk busy: that is waited for.
const storeTimeoutMs = 30_000;

const services = {
  redisStore() {
    return { deduplicate: { store: redis.redisStore({ client: new Redis(url), namespace }) } };
  },
  async postgresStore() {
    const store = postgres.postgresStore({ pool: new Pool({ connectionString: url, max: 10 }), namespace });
    await store.migrate();
    return { deduplicate: { store, storeTimeoutMs } };
  },
  async postgresJournal() {
    const pool = new Pool({ connectionString: url, max: 10 });
    const store = postgres.postgresStore({ pool, namespace });
    const journal = postgres.postgresJournal({ pool, namespace });
    await store.migrate();
    await journal.migrate();
    return { journal, deduplicate: { store, storeTimeoutMs } };
  },
  async pgBossQueue() {
    const boss = new PgBoss({ connectionString: url, max: 10 });
    boss.on('error', () => {});
    await boss.start();
    const queue = pgBoss.pgBossQueue({ boss, namespace });
    // No worker handles them here: one that is held counts.
    const enqueue = async (job) => {
      await queue.enqueue(job);
      handle();
    };
    return { queue: { ...queue, enqueue } };
  },
};

const webhooks = bigmind.bigmindWebhooks({ secret, logger: false, ...(await services[name]()) });
webhooks.on(event, handle);
serve(express().use('/webhooks', webhooks.router));
