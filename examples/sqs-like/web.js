import { once } from 'node:events';
import { isWebhookError } from 'bigmind-webhooks';
import express from 'express';
import { onStop } from './on-stop.js';
import { openQueue, queueName } from './queue.js';
import { webhooks } from './webhooks.js';

const queue = await openQueue();

/** The status to answer with: 200 for what the queue holds, and for what nobody wants. */
async function accept(headers, body) {
  try {
    const verified = await webhooks.verify({ headers, body });
    // What handlers should find in their context goes along; the bytes in base64, as JSON has none.
    const job = { ...verified, receivedAt: Date.now(), rawBody: body.toString('base64') };
    await queue.publish(queueName, Buffer.from(JSON.stringify(job)));
    return 200;
  } catch (error) {
    if (isWebhookError(error)) return error.status ?? 500;
    console.error('Not queued:', error.message);
    return 503;
  }
}

const port = Number(process.env.PORT ?? 3000);
const app = express();
// The bytes as they were sent: the signature is over them.
app.use(express.raw({ type: () => true, limit: '5mb', inflate: false }));
app.post('/webhooks/bigmind', async ({ headers, body }, response) => {
  const status = await accept(headers, body ?? Buffer.alloc(0));
  if (status === 503) response.set('retry-after', '10');
  response.sendStatus(status);
});
const server = app.listen(port, (error) => {
  if (error) {
    console.error(`${error.message}. Stop what listens on port ${port}, or set PORT to another one.`);
    process.exit(1);
  }
  console.log(`Deliveries are taken at http://127.0.0.1:${port}/webhooks/bigmind`);
});

onStop(async () => {
  const closed = once(server, 'close');
  server.close();
  await closed;
  await queue.close();
});
