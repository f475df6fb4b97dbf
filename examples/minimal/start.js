import { bigmindWebhooks } from 'bigmind-webhooks';
import express from 'express';

const webhooks = bigmindWebhooks(); // reads BIGMIND_WEBHOOK_SECRET
webhooks.on('notes_created', ({ data }) => console.log(`Note ${data.note_id} on ${data.target_object_id}`));

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

process.once('SIGTERM', async () => {
  server.close();
  await webhooks.close(); // waits for handlers that run
  // The last answers have left by then; a client that sent nothing would keep the server open.
  setTimeout(() => server.closeAllConnections(), 1000).unref();
});
