import { once } from 'node:events';
import { bigmindWebhooks } from 'bigmind-webhooks';
import { postgresStore } from 'bigmind-webhooks/postgres';
import express from 'express';
import { createTables, pool } from './database.js';
import { registerHandlers } from './handlers.js';
import { onStop } from './on-stop.js';

// Saves most repeats the work, and keeps two processes from the same delivery; that an effect happens once, the
// transaction promises (database.js).
const store = postgresStore({ pool, namespace: 'crm-sync' });
await store.migrate();
await createTables();

const webhooks = bigmindWebhooks({ deduplicate: { store } });
registerHandlers(webhooks);

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
  await webhooks.close({ timeoutMs: 20_000 });
  // The last answers have left by then; a client that sent nothing would keep the server open.
  setTimeout(() => server.closeAllConnections(), 1000).unref();
  await closed;
  await pool.end();
});
