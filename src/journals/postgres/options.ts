import { type Keeping, type KeepingOptions, parseKeeping } from '../../foundations/journal-keeping';
import { knownOptions, wrapIt } from '../../foundations/option-checks';
import { isPool, type PostgresPool, requirePool } from '../../foundations/postgres-pool';
import { requireNamespace } from '../../foundations/require-namespace';

export interface PostgresJournalOptions extends KeepingOptions {
  /** Your pool; the journal never ends it. It may be the pool of `postgresStore`. */
  readonly pool: PostgresPool;
  /** Separates services that share a database: two services with the same namespace have one journal. */
  readonly namespace: string;
}

/** The checked options. */
export interface ParsedOptions extends Keeping {
  readonly pool: PostgresPool;
  readonly namespace: string;
}

const known = {
  pool: true,
  namespace: true,
  keepDays: true,
  onFailure: true,
  seal: true,
} satisfies Record<keyof PostgresJournalOptions, true>;

export function parseOptions(options: PostgresJournalOptions): ParsedOptions {
  if (isPool(options)) throw wrapIt('postgresJournal', 'a pool', 'postgresJournal({ pool, namespace })');
  knownOptions(options, 'postgresJournal', known);
  const { pool, namespace } = options;
  requirePool('postgresJournal.pool', pool);
  return {
    pool,
    namespace: requireNamespace('postgresJournal.namespace', namespace),
    ...parseKeeping('postgresJournal', options),
  };
}
