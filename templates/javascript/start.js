import { createApp } from './webhooks.js';

const { app, webhooks } = createApp(async (note) => console.log(`A note to keep: ${note.id} about ${note.about}`));

const port = Number(process.env.PORT ?? 3000);
const server = app.listen(port, (error) => {
  if (error) {
    console.error(`${error.message}. Stop what listens on port ${port}, or set PORT to another one.`);
    process.exit(1);
  }
  console.log(`Deliveries are taken at http://127.0.0.1:${server.address().port}/webhooks/bigmind`);
});

async function stop() {
  server.close();
  await webhooks.close(); // waits for handlers that run
  // The last answers have left by then; a client that sent nothing would keep the server open.
  setTimeout(() => server.closeAllConnections(), 1000).unref();
}
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
