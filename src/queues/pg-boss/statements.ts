/**
 * What pg-boss has no call for, checked against the tables of 10.4; the columns are the same in 11.1 and 12.38. `$1` is
 * the name of a queue. Each is one statement, so that a crash leaves it done or not done.
 */
export interface Statements {
  /** Whether there is such a queue. */
  readonly findQueue: string;
  /** Whether a job (`$2`) is held, in any state. */
  readonly findJob: string;
  /** Running jobs (`$2`) wait again. Without the start of the attempt, pg-boss does not count it. */
  readonly giveBack: string;
  /** Removes a job (`$2`) that ended without success, so that its id is free. */
  readonly clear: string;
  /** `$2` dead jobs, the newest first, after skipping `$3`. */
  readonly listDead: string;
  readonly getDead: string;
  readonly deleteDead: string;
  readonly now: string;
  /** The ids of the 100 oldest that were dead at `$2`. */
  readonly oldestDead: string;
}

export function statementsIn(schema: string): Statements {
  const jobs = `${schema}.job`;
  // Of dead jobs nobody takes any; those that somebody does take, by other means, are theirs.
  const dead = `FROM ${jobs} WHERE name = $1 AND state < 'active'`;
  return {
    findQueue: `SELECT 1 FROM ${schema}.queue WHERE name = $1`,
    findJob: `SELECT 1 FROM ${jobs} WHERE name = $1 AND id = $2::uuid`,
    giveBack: `UPDATE ${jobs} SET state = 'created', started_on = NULL, start_after = now()
      WHERE name = $1 AND id = ANY ($2::uuid[]) AND state = 'active'`,
    clear: `DELETE FROM ${jobs} WHERE name = $1 AND id = $2::uuid AND state IN ('failed', 'cancelled')`,
    listDead: `SELECT * ${dead} ORDER BY created_on DESC, id DESC LIMIT $2::int OFFSET $3::int`,
    getDead: `SELECT * ${dead} AND id = $2::uuid`,
    deleteDead: `DELETE ${dead} AND id = $2::uuid RETURNING data`,
    now: 'SELECT now()::text AS now',
    oldestDead: `SELECT id ${dead} AND created_on <= $2::timestamptz ORDER BY created_on, id LIMIT 100`,
  };
}
