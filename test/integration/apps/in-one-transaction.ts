// Receives deliveries one after another in several lanes, and says on its output which were answered 200, until it is killed.

import { writeSync } from 'node:fs';
import { bigmindWebhooks } from 'bigmind-webhooks';
import { pgBossQueue } from 'bigmind-webhooks/pg-boss';
import { postgresJournal } from 'bigmind-webhooks/postgres';
import { Pool } from 'pg';
import PgBoss from 'pg-boss';
import { examplePayload, signDelivery } from '../../../src/testing/index';

const { databaseUrl, journalSchema, bossSchema, namespace, lanes } = JSON.parse(
  process.env['APP'] ?? '{}',
) as Readonly<{
  databaseUrl: string;
  journalSchema: string;
  bossSchema: string;
  namespace: string;
  lanes: number;
}>;
const secret = 'a secret of the test';
const options = `-c search_path=${journalSchema},pg_catalog`;
const pool = new Pool({ connectionString: databaseUrl, options, max: lanes });
const boss = new PgBoss({ connectionString: databaseUrl, schema: bossSchema, schedule: false, max: 2 });
const webhooks = bigmindWebhooks({
  secret,
  logger: false,
  deduplicate: { storeTimeoutMs: 60_000 },
  timeoutMs: 60_000,
  journal: postgresJournal({ pool, namespace }),
  queue: pgBossQueue({ boss, schema: bossSchema, namespace, pool }),
});

async function receive(lane: number): Promise<void> {
  for (let count = 0; ; count += 1) {
    const note = `${process.pid}/${lane}/${count}`;
    const payload = examplePayload('notes_created', { data: { note_id: note } });
    const { status } = await webhooks.receive(signDelivery({ payload, secret }));
    if (status === 200) writeSync(1, `${note}\n`);
  }
}
void boss.start().then(() => Promise.all(Array.from({ length: lanes }, (_, lane) => receive(lane))));
