import { bigmindWebhooks } from 'bigmind-webhooks';
import express from 'express';
import { scorecardAlert, signalAlert, warningsAlert } from './alerts.js';
import { onStop } from './on-stop.js';
import { postToSlack } from './slack.js';

const webhooks = bigmindWebhooks(); // reads BIGMIND_WEBHOOK_SECRET

/** One message for each delivery, so that a repeat never finds half of it posted. */
function alert(selector, describe) {
  async function post(event, { signal }) {
    const lines = describe(event);
    if (lines !== undefined) await postToSlack(lines, signal);
  }
  webhooks.on(selector, post);
}
alert(['notes_created', 'notes_updated'], warningsAlert);
alert('scorecard_answers_created', scorecardAlert);
alert('signal_action', signalAlert);

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
  server.close();
  await webhooks.close({ timeoutMs: 20_000 });
  // The last answers have left by then; a client that sent nothing would keep the server open.
  setTimeout(() => server.closeAllConnections(), 1000).unref();
});
