// Keeps deliveries one after another in several lanes, and says on its output which are acknowledged, until it is killed.
import { createHash, randomBytes } from 'node:crypto';
import { writeSync } from 'node:fs';
import { postgresJournal } from 'bigmind-webhooks/postgres';
import { Pool } from 'pg';

const { databaseUrl, schema, lanes, seed } = JSON.parse(process.env['WRITER'] ?? '{}') as Readonly<{
  databaseUrl: string;
  schema: string;
  lanes: number;
  /** Every third key is made from it, and kept by the other processes, too. */
  seed: string;
}>;
const pool = new Pool({ connectionString: databaseUrl, options: `-c search_path=${schema},pg_catalog`, max: lanes });
const journal = postgresJournal({ pool, namespace: 'crm' });

async function write(lane: number): Promise<void> {
  for (let count = 0; ; count += 1) {
    const shared = createHash('sha256').update(`${seed}/${lane}/${count}`).digest('hex');
    const key = count % 3 === 0 ? shared : randomBytes(32).toString('hex');
    const entry = { key, event: 'notes_created', tenant: undefined, scheme: 'hmac', receivedAt: Date.now() };
    await journal.append({ ...entry, headers: {}, params: {}, rawBody: Buffer.from(`the body of ${key}`) });
    writeSync(1, `${key}\n`);
    await journal.ended(key, { outcome: 'processed', succeeded: [`in ${process.pid}`], endedAt: Date.now() });
  }
}
void Promise.all(Array.from({ length: lanes }, (_, lane) => write(lane)));
