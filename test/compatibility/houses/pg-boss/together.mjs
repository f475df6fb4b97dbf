// The block of docs/journal.md about one transaction, on a database of its own: for each delivery, both rows or none, whatever
// fails. Started again with a database as argument, it is the process that is killed.
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import pg from 'pg';
import { makeDatabase, startBoss } from './database.mjs';
import kit from './kit.cjs';
import { makeWebhooks } from './with-journal.js';

const { bigmindWebhooks } = await import('bigmind-webhooks');
const { examplePayload, signDelivery } = await import('bigmind-webhooks/testing');
const { pgBossQueue } = await import('bigmind-webhooks/pg-boss');
const { postgresJournal, postgresStore } = await import('bigmind-webhooks/postgres');

/** As in the block. */
const namespace = 'crm-sync';
const kills = 5;
const parsers = {
  'its own parsers': undefined,
  'no parsers': { getTypeParser: () => (value) => value },
};
const poolFor = (url, named) => new pg.Pool({ connectionString: url, types: parsers[named], max: 8 });

function delivery(note = randomUUID()) {
  return signDelivery({ payload: examplePayload('notes_created', { data: { note_id: note } }), secret: kit.secret });
}

async function receiveUntilKilled(url, named) {
  const webhooks = makeWebhooks(poolFor(url, named), await startBoss(url));
  const lane = async () => {
    for (;;) {
      const note = randomUUID();
      if ((await webhooks.receive(delivery(note))).status === 200) process.send(note);
    }
  };
  await Promise.all([lane(), lane(), lane(), lane()]);
}

async function prove(named, { url }) {
  const pool = poolFor(url, named);
  const boss = await startBoss(url);
  const admin = new pg.Pool({ connectionString: url, max: 2 });
  await postgresJournal({ pool, namespace }).migrate();
  const webhooks = makeWebhooks(pool, boss);
  const receive = async (one) => (await webhooks.receive(one)).status;
  /** For each key: the transactions that wrote the entry's body and the job. */
  const written = async () => {
    const text = `SELECT body.xmin::text AS body, job.xmin::text AS job
      FROM bigmind_webhook_journal j JOIN bigmind_webhook_journal_bodies body USING (namespace, day, id)
      FULL JOIN (SELECT xmin, data FROM pgboss.job WHERE name = 'bigmind-webhooks/${namespace}') job
      ON job.data->>'key' = j.key`;
    return (await admin.query(text)).rows;
  };
  const isTogether = async (count) => {
    const rows = await written();
    assert.deepEqual(
      rows.filter(({ body, job }) => body === null || body !== job),
      [],
    );
    assert.equal(rows.length, count);
  };

  const first = Array.from({ length: 20 }, () => delivery());
  assert.deepEqual(new Set(await Promise.all(first.map(receive))), new Set([200]));
  await isTogether(20);

  for (const table of ['bigmind_webhook_journal', 'bigmind_webhook_journal_bodies', 'pgboss.job']) {
    await admin.query(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not now'; END $$;
      CREATE TRIGGER refuse BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION refuse()`);
    const refused = delivery();
    const before = (await written()).length;
    assert.equal(await receive(refused), 503, table);
    await isTogether(before);
    await admin.query('DROP FUNCTION refuse() CASCADE');
    assert.equal(await receive(refused), 200, table);
    await isTogether(before + 1);
  }

  const acknowledged = [];
  for (let killed = 0; killed < kills; killed += 1) {
    const child = fork(process.argv[1], [url, named]);
    const heard = acknowledged.length;
    child.on('message', (note) => acknowledged.push(note));
    while (acknowledged.length < heard + 5 + killed) await kit.delay(5);
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  // The server ends the transactions of processes that are gone.
  const open =
    'SELECT FROM pg_stat_activity WHERE datname = current_database() AND xact_start < $1 AND pid <> pg_backend_pid()';
  const now = new Date();
  while ((await admin.query(open, [now])).rows.length > 0) await kit.delay(50);
  const rows = await written();
  await isTogether(rows.length);
  const notes = new Set();
  for await (const { rawBody } of webhooks.journal.find()) notes.add(JSON.parse(rawBody).data.note_id);
  assert.equal(notes.size, rows.length);
  assert.deepEqual(
    acknowledged.filter((note) => !notes.has(note)),
    [],
  );

  // The worker's claims share statements.
  const store = postgresStore({ pool, namespace });
  await store.migrate();
  const queue = pgBossQueue({ boss, namespace, pool, pollMs: 50 });
  const worker = bigmindWebhooks({
    journal: postgresJournal({ pool, namespace }),
    queue,
    deduplicate: { store },
    logger: { level: 'error' },
  });
  const ran = [];
  worker.on('notes_created', ({ data }) => void ran.push(data.note_id));
  await worker.work({ concurrency: 10 });
  while (ran.length < rows.length) await kit.delay(50);
  await worker.close();
  assert.deepEqual(ran.toSorted(), [...notes].toSorted());
  const outcomes = new Set();
  for await (const { outcome } of webhooks.journal.find()) outcomes.add(outcome);
  assert.deepEqual([...outcomes], ['processed']);

  await webhooks.close();
  await boss.stop({ graceful: false });
  await Promise.all([pool.end(), admin.end()]);
  kit.proved(`on a pool with ${named}`);
}

const [, , url, named] = process.argv;
if (url !== undefined) await receiveUntilKilled(url, named);
const databases = [];
try {
  for (const each of Object.keys(parsers)) {
    databases.push(await makeDatabase());
    await prove(each, databases.at(-1));
  }
  kit.proved('both or neither', `${kills} killed processes`, 'each handled once');
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
for (const database of databases) await database.remove();
process.exit();
