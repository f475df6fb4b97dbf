import { bigmindWebhooks } from 'bigmind-webhooks';

/** Made once for each process that Lambda starts, so that a mistake in the set-up shows in the first log lines. */
export const webhooks = bigmindWebhooks();

webhooks.on('notes_created', (event, { log }) => {
  log.info({ note: event.data.note_id, on: event.data.target_object_name }, 'A note to copy into the CRM');
});
webhooks.on(['todo_created', 'todo_updated'], (event, { log }) => {
  log.info({ todo: event.data.todo_id, due: event.data.due_at }, 'A to-do to synchronise');
});
webhooks.onError((error, { outcome, event, handler }) => {
  console.error({ outcome, event, handler }, error);
});
