/** The handler as it was on Monday. It writes half of each note, and succeeds. */
export function withFault(crm) {
  return (webhooks) =>
    webhooks.on('notes_created', ({ data }, { key }) => crm.write(key, data.note_id.slice(0, 6)), { name: 'crm' });
}

/** As it should be. The name stays, since it is the same handler. */
export function repaired(crm) {
  return (webhooks) =>
    webhooks.on('notes_created', ({ data }, { key }) => crm.write(key, data.note_id), { name: 'crm' });
}

/** A month later, the warehouse wants notes, too. Its name is new. */
export function withWarehouse(crm, warehouse) {
  return (webhooks) =>
    repaired(crm)(webhooks).on('notes_created', ({ data }, { key }) => warehouse.write(key, { note: data.note_id }), {
      name: 'warehouse',
    });
}
