import { bigmindWebhooks } from 'bigmind-webhooks';
import express from 'express';

/**
 * The app. `save` keeps a note, in your CRM or database. Without a `secret` among the options, deliveries are checked with
 * BIGMIND_WEBHOOK_SECRET.
 */
export function createApp(save, options) {
  const webhooks = bigmindWebhooks(options);
  webhooks.on('notes_created', async ({ data }, { key }) => {
    // The key is the same for every repeat of a delivery: hand it on as an idempotency key.
    await save({ id: data.note_id, about: data.target_object_id, key });
  });

  const app = express();
  app.use('/webhooks/bigmind', webhooks.router); // before express.json()
  return { app, webhooks };
}
