import { randomUUID } from 'node:crypto';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';

const { pgliteDb } = await import('bigmind-webhooks/pg-boss');

/** A database of the house's own. */
export async function makeDatabase() {
  const admin = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 1 });
  const name = `compatibility_${randomUUID().replaceAll('-', '')}`;
  await admin.query(`CREATE DATABASE ${name}`);
  const url = new URL(process.env.DATABASE_URL);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    async remove() {
      // Connections that nobody closed, or not yet, end with it, and say so.
      process.on('uncaughtException', () => undefined);
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await admin.end();
    },
  };
}

/** pg-boss as a user starts it. The class has a name among the exports of pg-boss 12 alone. */
async function startBoss(options) {
  const module = await import('pg-boss');
  const boss = new (module.PgBoss ?? module.default)({ ...options, schedule: false });
  boss.on('error', console.error);
  await boss.start();
  return boss;
}

const parsers = {
  'on a pool of pg': undefined,
  'on a pool without type parsers': { getTypeParser: () => (value) => value },
};

export const named = [...Object.keys(parsers), 'on PGlite'];

/** A user's pool and pg-boss on one database, and another pool that looks at it. `url` is of no use to PGlite. */
export async function place(name, url) {
  if (name === 'on PGlite') {
    const pool = new PGlite();
    return { pool, admin: pool, boss: await startBoss({ db: pgliteDb(pool) }), end: () => pool.close() };
  }
  const pool = new pg.Pool({ connectionString: url, types: parsers[name], max: 8 });
  const admin = new pg.Pool({ connectionString: url, max: 2 });
  const end = () => Promise.all([pool.end(), admin.end()]);
  return { pool, admin, boss: await startBoss({ connectionString: url, max: 3 }), url, end };
}
