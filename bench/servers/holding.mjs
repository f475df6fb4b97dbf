// Our router, with handlers that hold their deliveries until a hundred are held.
import express from 'express';
import bigmind from '../../dist/index.js';
import { event, secret } from '../load/deliveries.mjs';
import { handle, serve } from './serve.mjs';

const all = 100;
const held = [];
const webhooks = bigmind.bigmindWebhooks({ secret, logger: false, limit: '5mb', maxBytesInFlight: '1gb' });
webhooks.on(event, (payload) => {
  handle();
  return new Promise((resolve) => {
    held.push(() => resolve(payload));
    if (held.length === all) for (const letGo of held) letGo();
  });
});
serve(express().use('/webhooks', webhooks.router));
