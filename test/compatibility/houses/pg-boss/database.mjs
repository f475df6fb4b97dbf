import { randomUUID } from 'node:crypto';
import pg from 'pg';

/** A database of the house's own, with pg-boss as a user starts it. The name of the class is exported by pg-boss 12 alone. */
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

export async function startBoss(url) {
  const module = await import('pg-boss');
  const boss = new (module.PgBoss ?? module.default)({ connectionString: url, max: 3, schedule: false });
  boss.on('error', console.error);
  await boss.start();
  return boss;
}
