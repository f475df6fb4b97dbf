// `npm start`: one process takes deliveries, holds them in a folder, and handles them.
// `npm start -- redrive` first gives the dead letters their attempts anew.
import { once } from 'node:events';
import express from 'express';
import { onStop } from './on-stop.js';
import { disconnect, webhooks } from './webhooks.js';

const { deadLetters } = webhooks;
for (const { id, event, reason } of await deadLetters.list()) console.log(`Dead letter ${id}, ${event}: ${reason}`);
if (process.argv[2] === 'redrive') console.log(`${await deadLetters.redrive('all')} redriven`);

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
  // Waits for the handlers that run; what is not done by then is done after the next start.
  await webhooks.close({ timeoutMs: 20_000 });
  server.closeAllConnections();
  await closed;
  await disconnect();
});

await webhooks.work({ concurrency: 10 });
