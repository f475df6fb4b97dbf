import assert from 'node:assert/strict';

/** What a journal and a queue in one database hold of each delivery. */
export function pairsIn(admin, namespace) {
  /** For each key: the transactions that wrote the body and the job. */
  async function pairs() {
    const { rows } = await admin.query(`SELECT body.xmin::text AS body, job.xmin::text AS job
      FROM bigmind_webhook_journal j JOIN bigmind_webhook_journal_bodies body USING (namespace, day, id)
      FULL JOIN (SELECT xmin, data FROM pgboss.job WHERE name = 'bigmind-webhooks/${namespace}') job
      ON job.data->>'key' = j.key`);
    return rows;
  }
  return {
    count: async () => (await pairs()).length,
    async areWhole() {
      for (const { body, job } of await pairs()) assert.ok(body !== null && body === job, `${body} and ${job}`);
    },
  };
}

/** Inserts into the table fail while `use` runs. */
export async function refusing(admin, table, use) {
  await admin.query(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not now'; END $$`);
  await admin.query(`CREATE TRIGGER refuse BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION refuse()`);
  await use();
  await admin.query('DROP FUNCTION refuse() CASCADE');
}

/** Waits until the server has ended the transactions of processes that are gone. */
export async function untilEnded(admin, delay) {
  const { rows } = await admin.query('SELECT clock_timestamp()::text AS now');
  const text = `SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start < $1::text::timestamptz`;
  while ((await admin.query(text, [rows[0].now])).rows.length > 0) await delay(50);
}
