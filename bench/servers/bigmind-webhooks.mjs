// Silent: without a log line, and with a handler that does not read its context.
import express from 'express';
import bigmind from '../../dist/index.js';
import { event, secret } from '../load/deliveries.mjs';
import { handle, serve } from './serve.mjs';

const webhooks = bigmind.bigmindWebhooks({ secret, logger: false });
webhooks.on(event, handle);
serve(express().use('/webhooks', webhooks.router));
