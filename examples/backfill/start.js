// `npm start`: a handler with a fault, 1,000 deliveries, the fix, a dry run and the replay; then a second handler.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bigmindWebhooks } from 'bigmind-webhooks';
import { fileJournal } from 'bigmind-webhooks/file-journal';
import { repaired, withFault, withWarehouse } from './handlers.js';
import { send } from './send.js';
import { System } from './systems.js';

const deliveries = 1000;
/** For its owner alone, as a journal needs it. Nothing is added to its path: that of a journal is short. */
const directory = await mkdtemp(join(tmpdir(), 'backfill-'));
const crm = new System();
const warehouse = new System();

/** What a deploy is: another process would have the new handlers, and the same folder. */
async function deploy(register, use) {
  const journal = fileJournal({ directory, keepDays: 30 });
  const webhooks = bigmindWebhooks({ journal, logger: { level: 'warn' } });
  register(webhooks);
  await use(webhooks);
  await webhooks.close();
}

function tell(title, { found, ran, failed, skipped, handlers }) {
  console.log(`${title}: ${found} found, ${ran} ran, ${failed} failed, ${skipped} skipped`, JSON.stringify(handlers));
}

const isWhole = (note) => /^note_\d{4}$/.test(note);

try {
  console.log('Monday: the CRM gets half of each note, and every delivery is answered 200.');
  await deploy(withFault(crm), async (webhooks) => {
    const answers = await send(webhooks, deliveries);
    assert.deepEqual(answers, { 200: deliveries });
  });
  console.log(`${crm.rows.size} notes in the CRM, ${crm.count(isWhole)} of them whole\n`);
  assert.equal(crm.count(isWhole), 0);

  console.log('Thursday: the handler is repaired. It is recorded as done, so it has to be forced.');
  await deploy(repaired(crm), async ({ journal }) => {
    const mistaken = { event: 'notes_created', from: new Date(Date.now() - 3 * 86_400_000), handlers: ['crm'] };
    tell('Without force', await journal.replay({ ...mistaken, dryRun: true }));
    tell('Dry run      ', await journal.replay({ ...mistaken, force: true, dryRun: true }));
    assert.equal(crm.writes, deliveries);
    tell('Replay       ', await journal.replay({ ...mistaken, force: true, name: 'half-notes' }));
  });
  console.log(`${crm.rows.size} notes in the CRM, ${crm.count(isWhole)} of them whole\n`);
  assert.equal(crm.rows.size, deliveries);
  assert.equal(crm.count(isWhole), deliveries);

  console.log('A month later: a warehouse is added. Its handler has a new name, and runs alone.');
  await deploy(withWarehouse(crm, warehouse), async ({ journal }) => {
    tell('Replay       ', await journal.replay());
    tell('Once more    ', await journal.replay());
  });
  console.log(`${warehouse.rows.size} notes in the warehouse, each written once; nothing more was written to the CRM`);
  assert.equal(warehouse.rows.size, deliveries);
  assert.equal(warehouse.writes, deliveries);
  assert.equal(crm.writes, 2 * deliveries);
} finally {
  await rm(directory, { recursive: true });
}
