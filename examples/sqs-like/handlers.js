/**
 * Tells the CRM of something, once: what comes with a key that it knows is the same thing again. Without `CRM_URL` it is
 * only logged.
 */
async function tellCrm(what, { key, log, signal }) {
  const url = process.env.CRM_URL;
  if (url === undefined) {
    log.info(what, 'What the CRM would be told');
    return;
  }
  const headers = { 'content-type': 'application/json', 'idempotency-key': key };
  const reply = await fetch(url, { method: 'POST', headers, body: JSON.stringify(what), signal });
  // Thrown, so that it is tried again later.
  if (!reply.ok) throw new Error(`The CRM answered ${reply.status}`);
}

/** Names are what progress is remembered by: keep them when the code moves. */
export function registerHandlers(webhooks) {
  webhooks.on('notes_created', ({ data }, context) => tellCrm({ note: data.note_id }, context), { name: 'crm-notes' });
  webhooks.on(['todo_created', 'todo_updated'], ({ data }, context) => tellCrm({ todo: data.todo_id }, context), {
    name: 'crm-todos',
  });
}
