import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { mounting, onPostgres, ownPlace, type Place, sharedPlace, smallDisk } from '../places';
import { type Fault, isQueue, postgresSetups, type Stage } from '../scenario';
import type { SetupName } from '../setup';
import { fillDisk } from './fill-disk';
import { openPgbouncer, pgbouncerProgram } from './pgbouncer';

const allS = (setup: Stage['setup']): number => (isQueue(setup) ? 60 : 30);

async function restart({ place, mark }: Stage): Promise<void> {
  await place.postgres?.kill();
  await pause(3000);
  await place.postgres?.start();
  mark();
}

/** Holds what `statements` lock, for so long. */
function locked(forMs: number, statements: (stage: Stage) => readonly string[]): Fault['apply'] {
  return async (stage) => {
    const client = new Client({ connectionString: stage.place.directUrl });
    await client.connect();
    await client.query('BEGIN');
    for (const statement of statements(stage)) await client.query(statement);
    await pause(forMs);
    await client.query('COMMIT');
    await client.end();
    stage.mark();
  };
}

/** Of the tables of a set-up. A journal's are locked alone: it is asked before the store. */
function locksOn(setup: SetupName, mode: string): readonly string[] {
  const tables = {
    'pg-boss': ['bigmind_webhook_deliveries', 'pgboss.job'],
    postgresJournal: ['bigmind_webhook_journal', 'bigmind_webhook_journal_bodies'],
  };
  const locked = setup in tables ? tables[setup as keyof typeof tables] : ['bigmind_webhook_deliveries'];
  return locked.map((table) => `LOCK TABLE ${table} IN ${mode} MODE`);
}

export const postgresFaults: readonly Fault[] = [
  {
    name: 'postgres-restart',
    words: 'PostgreSQL crashes and is back after 3 s',
    setups: postgresSetups,
    open: (setup) => ownPlace(setup),
    expected: (setup) => ({ allS: allS(setup), says: /unavailable|"trouble"/ }),
    apply: restart,
  },
  {
    name: 'too-many-clients',
    words: 'others take all connections of PostgreSQL for 8 s',
    setups: postgresSetups,
    open: (setup) => ownPlace(setup, { settings: ['max_connections=100'] }),
    expected: (setup) => ({ allS: allS(setup), says: /too many clients|53300|remaining connection slots/ }),
    apply: takeAllConnections,
  },
  {
    name: 'postgres-read-only',
    words: 'PostgreSQL is read-only for 8 s',
    setups: postgresSetups,
    open: (setup) => ownPlace(setup),
    expected: (setup) => ({ allS: allS(setup), answersS: 2, says: /25006|read-only/ }),
    async apply({ place, mark }) {
      const set = (value: string) =>
        onPostgres(
          place.directUrl,
          `ALTER SYSTEM SET default_transaction_read_only = ${value}`,
          'SELECT pg_reload_conf()',
        );
      await set('on');
      await pause(8000);
      await onPostgres(
        place.directUrl,
        'SET default_transaction_read_only = off',
        'ALTER SYSTEM RESET default_transaction_read_only',
        'SELECT pg_reload_conf()',
      );
      mark();
    },
  },
  {
    name: 'locks',
    words: 'another session locks the tables for 8 s',
    setups: postgresSetups,
    quick: ['postgresStore', 'postgresJournal'],
    expected: (setup) => ({ allS: allS(setup), answersS: 2, says: /"silent"/ }),
    apply: locked(8000, ({ setup }) => locksOn(setup, 'ACCESS EXCLUSIVE')),
  },
  {
    name: 'open-transaction-and-deploy',
    words: 'a VACUUM-like lock (SHARE UPDATE EXCLUSIVE) is held for 20 s while a deploy migrates',
    setups: postgresSetups,
    expected: () => ({ allS: 12, servesDuring: 0.7 }),
    async apply(stage) {
      const hold = locked(20_000, ({ setup }) => locksOn(setup, 'SHARE UPDATE EXCLUSIVE'));
      await Promise.all([hold(stage), stage.fleet.deploy()]);
    },
  },
  {
    name: 'pgbouncer',
    words: 'behind pgbouncer in transaction mode, which crashes and is back after 3 s',
    setups: postgresSetups,
    needs: pgbouncerProgram,
    open: async (setup, servers) => openPgbouncer(await sharedPlace(setup, servers)),
    expected: (setup) => ({ allS: allS(setup), says: /unavailable|"trouble"/ }),
    async apply({ place, mark }) {
      await place.restart?.();
      mark();
    },
  },
  {
    name: 'postgres-behind-pgbouncer',
    words: 'behind pgbouncer in transaction mode, PostgreSQL crashes and is back after 3 s',
    setups: postgresSetups,
    needs: pgbouncerProgram,
    open: async (setup) => openPgbouncer(await ownPlace(setup)),
    // pgbouncer waits 15 s before it logs in again (server_login_retry).
    expected: (setup) => ({ allS: allS(setup), answersS: 20, handlesS: 20, says: /unavailable|"trouble"/ }),
    apply: restart,
  },
  {
    name: 'postgres-disk-full',
    words: 'the disk of PostgreSQL is full for 8 s',
    setups: postgresSetups,
    needs: mounting,
    open: placeOnSmallDisk,
    expected: (setup) => ({ allS: allS(setup), says: /unavailable|"trouble"/ }),
    async apply({ place, mark }) {
      const empty = fillDisk(place.folder as string);
      await pause(8000);
      empty();
      // Where it ended for want of room, somebody starts it.
      await place.postgres?.kill();
      await place.postgres?.start();
      mark();
    },
  },
];

async function takeAllConnections({ place, mark }: Stage): Promise<void> {
  const clients: Client[] = [];
  // As superusers, so that none is left for anybody.
  const end = performance.now() + 8000;
  const admin = new Client({ connectionString: place.directUrl });
  await admin.connect();
  const others = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND application_name <> 'taker'`;
  await admin.query(others);
  while (performance.now() < end) {
    const client = new Client({ connectionString: place.directUrl, application_name: 'taker' });
    client.on('error', () => undefined);
    const taken = await client.connect().then(
      () => true,
      () => false,
    );
    if (taken) clients.push(client);
    else {
      await admin.query(others);
      await pause(20);
    }
  }
  await Promise.all(clients.map((client) => client.end()));
  await admin.end();
  mark();
}

async function placeOnSmallDisk(setup: Stage['setup']): Promise<Place> {
  const { folder, remove } = smallDisk(160);
  const place = await ownPlace(setup, { place: folder, settings: ['max_wal_size=32MB', 'min_wal_size=32MB'] });
  return {
    ...place,
    folder,
    async remove() {
      await place.remove();
      remove();
    },
  };
}
