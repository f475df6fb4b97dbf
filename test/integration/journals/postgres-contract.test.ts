import { randomUUID } from 'node:crypto';
import { PGlite } from '@electric-sql/pglite';
import { Pool } from 'pg';
import { postgresJournal } from '../../../src/journals/postgres/index';
import { journalContract } from '../../../src/testing/index';
import { connectPostgres, databaseUrl } from '../services';

const schema = `journal_${randomUUID().replaceAll('-', '')}`;
const inSchema = { connectionString: databaseUrl, options: `-c search_path=${schema}`, max: 10 };
const converting = {
  'pg that converts nothing': { types: { getTypeParser: () => (value: string) => value } },
  'pg with a bigint for each number': { types: { getTypeParser: (oid: number) => parserOf(oid) } },
  'pg with bytes for all': { types: { getTypeParser: () => (value: string) => Buffer.from(value) } },
};
const pools = new Map<string, Pool | PGlite>();

/** By the type's number in PostgreSQL: whole numbers are bigints, all else is text. */
function parserOf(oid: number): (value: string) => unknown {
  return [20, 21, 23].includes(oid) ? BigInt : String;
}

beforeAll(async () => {
  const admin = await connectPostgres();
  await admin.query(`CREATE SCHEMA ${schema}`);
  await admin.end();
  pools.set('pg', new Pool(inSchema));
  pools.set('PGlite', new PGlite());
  for (const [name, options] of Object.entries(converting))
    pools.set(name, new Pool({ ...inSchema, ...(options as object) }));
  for (const name of ['pg', 'PGlite', 'PGlite']) {
    const journal = postgresJournal({ pool: poolNamed(name), namespace: 'any' });
    await journal.migrate();
    await journal.prune();
  }
});

afterAll(async () => {
  await (poolNamed('pg') as Pool).query(`DROP SCHEMA ${schema} CASCADE`);
  for (const pool of pools.values()) await (pool instanceof PGlite ? pool.close() : pool.end());
});

function poolNamed(name: string): Pool | PGlite {
  const pool = pools.get(name);
  if (pool === undefined) throw new Error(`no pool ${name}`);
  return pool;
}

function casesOn(name: string) {
  return journalContract({ journal: (namespace) => postgresJournal({ pool: poolNamed(name), namespace }) });
}

describe.each(['pg', 'PGlite'])('on %s, it keeps the contract of a journal:', (name) => {
  for (const { name: promise, run } of casesOn(name)) test(promise, run);
});

const everyColumn = /as it came|earlier outcome|counts its|keeps any text|either order|how far|entries of a tenant/;

describe.each(Object.keys(converting))('through %s, every column is read by what it says:', (name) => {
  for (const { name: promise, run } of casesOn(name)) if (everyColumn.test(promise)) test(promise, run);
});
