import { type BigmindWebhooksOptions, bigmindWebhooks } from 'bigmind-webhooks';
import express from 'express';

/** What this app keeps of a note. */
export interface Note {
  readonly id: string;
  readonly about: string;
  /** The same for every repeat of a delivery. */
  readonly key: string;
}

/**
 * The app. `save` keeps a note, in your CRM or database. Without a `secret` among the options, deliveries are checked with
 * BIGMIND_WEBHOOK_SECRET.
 */
export function createApp(save: (note: Note) => Promise<void>, options: BigmindWebhooksOptions = {}) {
  const webhooks = bigmindWebhooks(options);
  webhooks.on('notes_created', async ({ data }, { key }) => {
    // Hand the key on as an idempotency key.
    await save({ id: data.note_id, about: data.target_object_id, key });
  });

  const app = express();
  app.use('/webhooks/bigmind', webhooks.router); // before express.json()
  return { app, webhooks };
}
