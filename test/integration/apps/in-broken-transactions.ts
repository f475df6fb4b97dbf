// Keeps deliveries in transactions whose connections break, and says what became of each, unless that ends the process.
import { randomBytes } from 'node:crypto';
import { postgresJournal } from 'bigmind-webhooks/postgres';
import { Pool } from 'pg';
import type { OpenTransaction } from '../../../src/foundations/contracts/open-transaction';

const { url, directUrl, schema } = JSON.parse(process.env['APP'] ?? '{}') as Readonly<{
  /** Leads to a wire that may break. */
  url: string;
  directUrl: string;
  schema: string;
}>;
const options = `-c search_path=${schema},pg_catalog`;
const pool = new Pool({ connectionString: url, options, max: 2 });
// Of connections that nobody uses: the documentation says to listen to these.
pool.on('error', () => undefined);
const admin = new Pool({ connectionString: directUrl, max: 1 });
const journal = postgresJournal({ pool, namespace: 'crm' });

async function keep(during: (transaction: OpenTransaction) => Promise<void>): Promise<string> {
  const entry = { event: 'notes_created', tenant: undefined, scheme: 'hmac', headers: {}, params: {} };
  const own = { key: randomBytes(32).toString('hex'), receivedAt: Date.now(), rawBody: Buffer.from('{}') };
  const kept = journal.withQueue?.append({ ...entry, ...own }, async (transaction) => {
    await transaction.query('SELECT 1');
    await during(transaction);
  });
  return await (kept?.then(
    () => 'kept',
    () => 'refused',
  ) ?? 'no transactions');
}

/** As an administrator does, or the server when it restarts. Returns when the process has had the time to hear of it. */
async function terminate(transaction: OpenTransaction): Promise<void> {
  const { rows } = (await transaction.query('SELECT pg_backend_pid() AS pid')) as { rows: { pid: number }[] };
  await admin.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]);
  for (let tries = 0; tries < 500; tries += 1) {
    const { rowCount } = await admin.query('SELECT 1 FROM pg_stat_activity WHERE pid = $1', [rows[0]?.pid]);
    await new Promise((resolve) => setTimeout(resolve, 10));
    if (rowCount === 0) return;
  }
}

async function main(): Promise<void> {
  const nothing = async (): Promise<void> => undefined;
  const first = await keep(nothing);
  const second = await keep(terminate);
  const third = await keep(nothing);
  process.stdout.write(JSON.stringify([first, second, third]));
  await Promise.all([pool.end(), admin.end()]);
}
void main();
