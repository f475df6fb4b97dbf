import type { WebhookHandler } from 'bigmind-webhooks';

/** For two events: what only one of them has is seen once `event` tells them apart. */
export const syncTodo: WebhookHandler<readonly ['todo_created', 'todo_updated']> = (event, { log }) => {
  const status = event.event === 'todo_updated' ? event.data.status : 'open';
  log.info({ todo: event.data.todo_id, due: event.data.due_at, status }, 'A to-do to synchronise');
};
