// As people write it: no schema, no memory of what was delivered before.
import { createHmac, timingSafeEqual } from 'node:crypto';
import express from 'express';
import { event, secret } from '../load/deliveries.mjs';
import { handle, serve } from './serve.mjs';

const app = express();
app.post('/webhooks', express.raw({ type: '*/*', limit: '5mb' }), (req, res) => {
  const expected = createHmac('sha256', secret).update(req.body).digest();
  const given = Buffer.from(req.get('x-bigmind-signature') ?? '', 'hex');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    res.status(401).json({ error: 'invalid signature' });
    return;
  }
  const payload = JSON.parse(req.body.toString('utf8'));
  if (payload.event === event) handle(payload);
  res.json({ received: true });
});
serve(app);
