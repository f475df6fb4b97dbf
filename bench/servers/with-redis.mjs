// As default.mjs, with the store in the Redis at the first argument: several processes share it.
import express from 'express';
import { Redis } from 'ioredis';
import bigmind from '../../dist/index.js';
import redis from '../../dist/stores/redis/index.js';
import { event, secret } from '../load/deliveries.mjs';
import { handleWithKey, serve } from './serve.mjs';

const store = redis.redisStore({ client: new Redis(process.argv[2]), namespace: 'bench' });
const webhooks = bigmind.bigmindWebhooks({ secret, deduplicate: { store } });
webhooks.on(event, async (_payload, { key }) => handleWithKey(key));
serve(express().use('/webhooks', webhooks.router));
