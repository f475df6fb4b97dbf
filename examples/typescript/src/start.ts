import express from 'express';
import { webhooks } from './webhooks.js';

const port = Number(process.env['PORT'] ?? 3000);
const app = express();
app.use('/webhooks/bigmind', webhooks.router); // before express.json()
const server = app.listen(port, (error) => {
  if (error) {
    console.error(`${error.message}. Stop what listens on port ${port}, or set PORT to another one.`);
    process.exit(1);
  }
  console.log(`Deliveries are taken at http://127.0.0.1:${port}/webhooks/bigmind`);
});

let stopping = false;

/** The process then ends by itself, as nothing is left to do. */
async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  // Whatever hangs: leave before the platform's patience ends.
  setTimeout(() => process.exit(1), 30_000).unref();
  server.close();
  await webhooks.close({ timeoutMs: 20_000 });
  // The last answers have left by then; a client that sent nothing would keep the server open.
  setTimeout(() => server.closeAllConnections(), 1000).unref();
}
process.on('SIGTERM', () => void stop());
process.on('SIGINT', () => void stop());
