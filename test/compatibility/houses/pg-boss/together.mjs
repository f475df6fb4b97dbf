// The block of docs/journal.md about one transaction, on databases of its own: for each delivery, both rows or none, whatever
// fails. Started again with a place as arguments, it is the process that is killed.
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { makeWebhooks } from './block.js';
import { pairsIn, refusing, untilEnded } from './both-or-neither.mjs';
import kit from './kit.cjs';
import { makeDatabase, named, place } from './places.mjs';

const { bigmindWebhooks } = await import('bigmind-webhooks');
const { examplePayload, signDelivery } = await import('bigmind-webhooks/testing');
const { pgBossQueue } = await import('bigmind-webhooks/pg-boss');
const { postgresJournal, postgresStore } = await import('bigmind-webhooks/postgres');

/** As in the block. */
const namespace = 'crm-sync';
const kills = 5;

function delivery(note = randomUUID()) {
  return signDelivery({ payload: examplePayload('notes_created', { data: { note_id: note } }), secret: kit.secret });
}

async function receiveUntilKilled({ pool, boss }) {
  const webhooks = makeWebhooks(pool, boss);
  const lane = async () => {
    for (;;) {
      const note = randomUUID();
      if ((await webhooks.receive(delivery(note))).status === 200) process.send(note);
    }
  };
  await Promise.all([lane(), lane(), lane(), lane()]);
}

/** The notes that killed processes were answered 200 for. */
async function killSome(...args) {
  const acknowledged = [];
  for (let killed = 0; killed < kills; killed += 1) {
    const child = fork(process.argv[1], args);
    const due = acknowledged.length + 5 + killed;
    child.on('message', (note) => acknowledged.push(note));
    while (acknowledged.length < due) await kit.delay(5);
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  return acknowledged;
}

async function prove(name, { pool, boss, admin, url, end }) {
  await postgresJournal({ pool, namespace }).migrate();
  const webhooks = makeWebhooks(pool, boss);
  const receive = async (one) => (await webhooks.receive(one)).status;
  const pairs = pairsIn(admin, namespace);
  const first = Array.from({ length: 20 }, () => delivery());
  assert.deepEqual(new Set(await Promise.all(first.map(receive))), new Set([200]));
  await pairs.areWhole();

  for (const table of ['bigmind_webhook_journal', 'bigmind_webhook_journal_bodies', 'pgboss.job']) {
    const before = await pairs.count();
    const refused = delivery();
    await refusing(admin, table, async () => assert.equal(await receive(refused), 503, table));
    assert.equal(await pairs.count(), before, table);
    assert.equal(await receive(refused), 200, table);
    assert.equal(await pairs.count(), before + 1, table);
    await pairs.areWhole();
  }

  const acknowledged = url === undefined ? [] : await killSome(name, url);
  if (url !== undefined) await untilEnded(admin, kit.delay);
  await pairs.areWhole();
  const notes = new Set();
  for await (const { rawBody } of webhooks.journal.find()) notes.add(JSON.parse(rawBody).data.note_id);
  assert.equal(notes.size, await pairs.count());
  for (const note of acknowledged) assert.ok(notes.has(note), 'an acknowledged delivery is lost');

  // The worker's claims share statements.
  const store = postgresStore({ pool, namespace });
  await store.migrate();
  const worker = bigmindWebhooks({
    journal: postgresJournal({ pool, namespace }),
    queue: pgBossQueue({ boss, namespace, pool, pollMs: 50 }),
    deduplicate: { store },
    logger: { level: 'error' },
  });
  const ran = [];
  worker.on('notes_created', ({ data }) => void ran.push(data.note_id));
  await worker.work({ concurrency: 10 });
  while (ran.length < notes.size) await kit.delay(50);
  await worker.close();
  assert.deepEqual(ran.toSorted(), [...notes].toSorted());
  const outcomes = new Set();
  for await (const { outcome } of webhooks.journal.find()) outcomes.add(outcome);
  assert.deepEqual([...outcomes], ['processed']);

  await webhooks.close();
  await boss.stop({ graceful: false });
  await end();
  kit.proved(name);
}

const [, , name, url] = process.argv;
if (name !== undefined) await receiveUntilKilled(await place(name, url));
const databases = [];
try {
  for (const each of named) {
    databases.push(await makeDatabase());
    await prove(each, await place(each, databases.at(-1).url));
  }
  kit.proved('both or neither', `${kills} killed processes`, 'each handled once');
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
for (const database of databases) await database.remove();
process.exit();
