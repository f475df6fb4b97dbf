import { bigmindWebhooks } from 'bigmind-webhooks';
import { addNote } from './handlers/add-note.js';
import { bookDeal } from './handlers/book-deal.js';
import { syncTodo } from './handlers/sync-todo.js';
import { schemas } from './schemas.js';

/** Names are what progress is remembered by: keep them when the code moves. */
export const webhooks = bigmindWebhooks({ schemas })
  .on('notes_created', addNote, { name: 'add-note' })
  .on(['todo_created', 'todo_updated'], syncTodo, { name: 'sync-todo' })
  .on('deal_closed', bookDeal, { name: 'book-deal' })
  // Acknowledged: an event that is new is none of this app's. Throw here to have it sent again after the next deploy.
  .onUnknown((event, { log }) => log.warn({ unknown: event.event }, 'An event without a schema'))
  // Where an error tracker would be told. The outcome stays what it is.
  .onError((error, { outcome, event, handler }) => console.error({ outcome, event, handler }, error));
