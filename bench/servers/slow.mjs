// Silent, with a handler that goes on while the benchmark runs, and a deadline that soon passes.
import express from 'express';
import bigmind from '../../dist/index.js';
import { event, secret } from '../load/deliveries.mjs';
import { handle, serve } from './serve.mjs';

const running = [];
const webhooks = bigmind.bigmindWebhooks({ secret, logger: false, timeoutMs: 20 });
webhooks.on(event, (payload) => {
  handle();
  return new Promise((resolve) => {
    running.push({ payload, resolve });
  });
});
serve(express().use('/webhooks', webhooks.router));
