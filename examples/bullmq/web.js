import { once } from 'node:events';
import express from 'express';
import { onStop } from './on-stop.js';
import { disconnect, webhooks } from './webhooks.js';

const port = Number(process.env.PORT ?? 3000);
const app = express();
app.use('/webhooks/bigmind', webhooks.router); // before express.json()
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
  await webhooks.close({ timeoutMs: 10_000 });
  server.closeAllConnections();
  await closed;
  await disconnect();
});
