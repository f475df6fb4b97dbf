// As the README begins: no option but the secret, so that pino logs at `info`, and an async handler that reads `key`.
import express from 'express';
import bigmind from '../../dist/index.js';
import { event, secret } from '../load/deliveries.mjs';
import { handleWithKey, serve } from './serve.mjs';

const webhooks = bigmind.bigmindWebhooks({ secret });
webhooks.on(event, async (_payload, { key }) => handleWithKey(key));
serve(express().use('/webhooks', webhooks.router));
