// A journal on the connection of the package that is named as argument: the whole contract of a journal, then deliveries, which are
// found and run again.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { connections } from './connections.mjs';
import kit from './kit.cjs';
import { keepPromises } from './promises.mjs';

const [{ journalContract }, { postgresJournal }] = await Promise.all([
  import('bigmind-webhooks/testing'),
  import('bigmind-webhooks/postgres'),
]);
const { pool, end } = await connections[process.argv[2]]();
const tables = ['bigmind_webhook_journal', 'bigmind_webhook_journal_bodies', 'bigmind_webhook_journal_marks'];

async function remove(namespace) {
  for (const table of tables) await pool.query(`DELETE FROM ${table} WHERE namespace = $1`, [namespace]);
}

async function found() {
  const lines = [];
  for await (const { event, outcome } of webhooks.journal.find({ order: 'oldest first' })) {
    lines.push(`${event} ${outcome}`);
  }
  return lines;
}

const namespace = `compatibility-${randomUUID()}`;
const journal = postgresJournal({ pool, namespace });
// It only looks, the second time.
for (let times = 0; times < 2; times += 1) await journal.migrate();
await keepPromises(
  'journal',
  journalContract({ journal: (each) => postgresJournal({ pool, namespace: each }), close: remove }),
);

const webhooks = kit.receiver({ journal });
await kit.prove(async (delivery) => (await webhooks.receive(delivery)).status);
const wanted = ['notes_created processed', 'todo_created processed'];
// How a delivery ended is added after the answer.
for (let waited = 0; (await found()).join() !== wanted.join() && waited < 10_000; waited += 50) await kit.delay(50);
assert.deepEqual(await found(), wanted);
const { ran } = await webhooks.journal.replay({ force: true });
assert.deepEqual({ ran, handled: kit.seen.length }, { ran: 2, handled: 4 });
kit.proved('found', 'replayed');
await journal.prune();
await webhooks.close();
await remove(namespace);
await end();
process.exit(0);
