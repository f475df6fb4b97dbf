import type { JournalSeal } from '../../foundations/contracts/journal';
import { type Keeping, parseKeeping } from '../../foundations/journal-keeping';
import { knownOptions, wrapIt } from '../../foundations/option-checks';
import { isPool, type PostgresPool, requirePool } from '../../foundations/postgres-pool';
import { requireNamespace } from '../../foundations/require-namespace';

export interface PostgresJournalOptions {
  /** Your pool; the journal never ends it. It may be the pool of `postgresStore`. */
  readonly pool: PostgresPool;
  /** Separates services that share a database: two services with the same namespace have one journal. */
  readonly namespace: string;
  /**
   * How many days entries are kept, from 1 to 36,500, from the end of the day (UTC) on which they were kept.
   *
   * @default 30
   */
  readonly keepDays?: number | undefined;
  /**
   * What becomes of a delivery that cannot be kept: `refuse` answers 503, so that it is repeated; `continue` handles it
   * and logs a warning. @default 'refuse'
   */
  readonly onFailure?: 'refuse' | 'continue' | undefined;
  /** Encrypts bodies, headers and path parameters with a key of yours. @default they are stored as they are */
  readonly seal?: JournalSeal | undefined;
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
