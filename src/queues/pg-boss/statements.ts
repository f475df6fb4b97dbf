/**
 * Statements for what pg-boss has no call for. They were checked against the tables of 10.4; 11.1 and 12.38 have the
 * same columns. `$1` is the name of a queue. Each is one statement, so that a crash leaves it done or not done.
 *
 * What is read comes as text under names of one word, and dead jobs come as JSON: a user's driver may convert anything
 * else.
 */
export interface Statements {
  /** Whether the queue exists. */
  readonly findQueue: string;
  /** Whether a job (`$2`) is held, in any state. */
  readonly findJob: string;
  /** Makes running jobs (`$2`) wait again. It clears the start of the attempt, so that pg-boss does not count it. */
  readonly giveBack: string;
  /** Removes a job (`$2`) that ended without success, so that its id is free. */
  readonly clear: string;
  /** Up to `$2` dead jobs, the newest first, after skipping `$3`. */
  readonly listDead: string;
  readonly getDead: string;
  readonly deleteDead: string;
  readonly now: string;
  /** The ids of the 100 oldest jobs that were dead at `$2`. */
  readonly oldestDead: string;
  /** Counts jobs by state; `$2` is the name of the dead-letter queue. Columns as in `QueueStats`, the age as `age`. */
  readonly stats: string;
}

export function statementsIn(schema: string): Statements {
  const jobs = `${schema}.job`;
  // No worker of ours takes dead jobs. If somebody else has taken one, it is left alone.
  const dead = `FROM ${jobs} AS job WHERE name = $1 AND state < 'active'`;
  const job = 'to_json(job)::text AS job';
  return {
    findQueue: `SELECT 1 FROM ${schema}.queue WHERE name = $1`,
    findJob: `SELECT 1 FROM ${jobs} WHERE name = $1 AND id = $2::uuid`,
    giveBack: `UPDATE ${jobs} SET state = 'created', started_on = NULL, start_after = now()
      WHERE name = $1 AND id = ANY ($2::uuid[]) AND state = 'active'`,
    clear: `DELETE FROM ${jobs} WHERE name = $1 AND id = $2::uuid AND state IN ('failed', 'cancelled')`,
    listDead: `SELECT ${job} ${dead} ORDER BY created_on DESC, id DESC LIMIT $2::int OFFSET $3::int`,
    getDead: `SELECT ${job} ${dead} AND id = $2::uuid`,
    deleteDead: `DELETE ${dead} AND id = $2::uuid RETURNING true::text AS removed`,
    now: 'SELECT now()::text AS now',
    stats: `SELECT
        count(*) FILTER (WHERE name = $1 AND state < 'active')::text AS waiting,
        count(*) FILTER (WHERE name = $1 AND state = 'active')::text AS running,
        count(*) FILTER (WHERE name = $2 AND state < 'active')::text AS dead,
        (extract(epoch FROM now() - min(created_on) FILTER (
          WHERE name = $1 AND state < 'active' AND start_after <= now()
        )) * 1000)::int8::text AS age
      FROM ${jobs} WHERE name IN ($1, $2) AND state <= 'active'`,
    oldestDead: `SELECT id::text AS id ${dead} AND created_on <= $2::timestamptz ORDER BY created_on, job.id LIMIT 100`,
  };
}
