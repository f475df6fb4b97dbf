import { isWarningsNote } from 'bigmind-webhooks';
import { once } from './database.js';

// Order is not promised. So a creation never overwrites what an update wrote, nor an older update what a newer one wrote; a
// creation that comes late adds only what it alone knows.

async function noteCreated({ event, data }, { key }) {
  await once({ key, event, objectId: data.note_id, happenedAt: data.created_at }, (query) =>
    query(
      `INSERT INTO crm_notes AS n (note_id, content, target_object_name, target_object_id, created_at)
       VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (note_id) DO UPDATE SET created_at = excluded.created_at, revision = n.revision + 1
       WHERE n.created_at IS NULL`,
      [data.note_id, textOf(data), data.target_object_name, data.target_object_id, data.created_at],
    ),
  );
}

async function noteUpdated({ event, data }, { key }) {
  await once({ key, event, objectId: data.note_id, happenedAt: data.updated_at }, (query) =>
    query(
      `INSERT INTO crm_notes AS n (note_id, content, target_object_name, target_object_id, updated_at)
       VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (note_id) DO UPDATE SET
         content = excluded.content,
         target_object_name = excluded.target_object_name,
         target_object_id = excluded.target_object_id,
         updated_at = excluded.updated_at,
         revision = n.revision + 1
       WHERE n.updated_at IS NULL OR n.updated_at <= excluded.updated_at`,
      [data.note_id, textOf(data), data.target_object_name, data.target_object_id, data.updated_at],
    ),
  );
}

async function todoCreated({ event, data, timestamp }, { key }) {
  await once({ key, event, objectId: data.todo_id, happenedAt: timestamp }, (query) =>
    query(
      `INSERT INTO crm_todos AS t (todo_id, description, status, due_at, meeting_id) VALUES ($1, $2, 'open', $3, $4)
       ON CONFLICT (todo_id) DO UPDATE SET meeting_id = excluded.meeting_id, revision = t.revision + 1
       WHERE t.meeting_id IS NULL AND excluded.meeting_id IS NOT NULL`,
      [data.todo_id, data.description, data.due_at, data.meeting_id],
    ),
  );
}

async function todoUpdated({ event, data }, { key }) {
  await once({ key, event, objectId: data.todo_id, happenedAt: data.updated_at }, (query) =>
    query(
      `INSERT INTO crm_todos AS t (todo_id, description, status, due_at, updated_at) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (todo_id) DO UPDATE SET
         description = excluded.description,
         status = excluded.status,
         due_at = excluded.due_at,
         updated_at = excluded.updated_at,
         revision = t.revision + 1
       WHERE t.updated_at IS NULL OR t.updated_at <= excluded.updated_at`,
      [data.todo_id, data.description, data.status, data.due_at, data.updated_at],
    ),
  );
}

function textOf(data) {
  if (!isWarningsNote(data)) return data.content;
  return data.content.map(({ severity, warning }) => `${severity}: ${warning}`).join('\n');
}

/** Names are what progress is remembered by: keep them when the code moves. */
export function registerHandlers(webhooks) {
  webhooks.on('notes_created', noteCreated, { name: 'crm-note-created' });
  webhooks.on('notes_updated', noteUpdated, { name: 'crm-note-updated' });
  webhooks.on('todo_created', todoCreated, { name: 'crm-todo-created' });
  webhooks.on('todo_updated', todoUpdated, { name: 'crm-todo-updated' });
}
