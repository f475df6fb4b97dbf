import { PGlite } from '@electric-sql/pglite';
import type { Pool } from 'pg';
import { type PostgresJournal, postgresJournal } from '../../../src/journals/postgres/index';
import { compareWithModel, entriesOfRun } from '../../journals/compare-with-model';
import { silent } from '../../journals/file/silent';
import { keepDays } from '../../journals/journal-model';
import { connectPostgres, forgetNamespaces, freshNamespace } from '../services';

const pools = new Map<string, Pool | PGlite>();

function journalOn(name: string, namespace: string): PostgresJournal {
  return postgresJournal({ pool: pools.get(name) as Pool | PGlite, namespace, keepDays });
}

beforeAll(async () => {
  pools.set('pg', await connectPostgres());
  pools.set('PGlite', new PGlite());
  for (const name of pools.keys()) await journalOn(name, 'any').migrate();
});

afterAll(async () => {
  for (const pool of pools.values()) await (pool instanceof PGlite ? pool.close() : pool.end());
  await forgetNamespaces();
});

test.each(['pg', 'PGlite'])(
  'on %s, a postgresJournal never differs from the model, whatever is kept, ends, is forgotten and is opened again',
  async (name) => {
    await compareWithModel(100, async () => {
      const namespace = freshNamespace();
      function open(): PostgresJournal {
        const journal = journalOn(name, namespace);
        journal.open({ logger: silent, clock: Date });
        return journal;
      }
      return {
        entries: entriesOfRun(),
        journal: open(),
        open,
        // It keeps days by the server's clock.
        passDays: undefined,
        prune: () => open().prune(),
      };
    });
  },
);
