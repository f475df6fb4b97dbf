// As people write it: no schema, no memory of what was delivered before.
import { createHmac, timingSafeEqual } from 'node:crypto';
import express from 'express';
import { event, secret } from '../load/deliveries.mjs';
import { handle } from './serve.mjs';

/** @param log a pino logger that gets a line for each delivery, or nothing */
export function handWrittenApp(log) {
  const app = express();
  app.post('/webhooks', express.raw({ type: '*/*', limit: '5mb' }), (req, res) => {
    const startedAt = Date.now();
    const expected = createHmac('sha256', secret).update(req.body).digest();
    const given = Buffer.from(req.get('x-bigmind-signature') ?? '', 'hex');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      log?.warn('invalid signature');
      res.status(401).json({ error: 'invalid signature' });
      return;
    }
    const payload = JSON.parse(req.body.toString('utf8'));
    if (payload.event === event) handle(payload);
    res.json({ received: true });
    log?.info({ event: payload.event, bytes: req.body.length, ms: Date.now() - startedAt }, 'webhook handled');
  });
  return app;
}
