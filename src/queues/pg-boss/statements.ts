/**
 * Statements that pg-boss has no call for. They were checked against the tables of 10.4; 11.1 and 12.38 have the same
 * columns. `$1` is the name of a queue. Each is one statement, so that a crash leaves it done or not done. An array of
 * ids is read once, so that the index on them is used; locked rows are skipped, so that no two wait for each other.
 *
 * Results come as text under names of one word, and dead jobs come as JSON: a user's driver may convert anything else.
 */
export interface Statements {
  /** Which of the queues (`$1`) exist. */
  readonly findQueues: string;
  /** Inserts no job into the queue `$1`, where it could: a replica, and a role without the right, refuse it all the same. */
  readonly tryInsert: string;
  /** Whether the tables are those of pg-boss 10, by the queue `$1`. */
  readonly version: string;
  /** Answers with the ids of the jobs (`$2`) that are held, in any state. */
  readonly findJobs: string;
  /**
   * Makes running jobs wait again: those that have the ids `$2` and still are in the turns `$3` and `$4`. It clears the
   * start of the attempt, so that pg-boss does not count it.
   */
  readonly giveBack: string;
  /**
   * Makes a running job (`$2`) start anew, if it still is in the turn `$3` and `$4`. Answers with a row if so. Nobody
   * takes it for lost soon after.
   */
  readonly keepTurn: string;
  /**
   * The sign of life of a worker: the running jobs `$2` start anew, and its record `$4` in the queue `$3` is due after
   * `$5` milliseconds and says `$6`. Answers with all records there, from before, and whether they are due. One that is due later
   * than any new one would be is from before the clock was set back: it counts as due.
   */
  readonly beat: string;
  /**
   * Gives back running jobs that started more than `$2` milliseconds ago, or in the future, by a clock that was set back.
   * It counts in `output` how many workers each has lost. One that lost `$3` keeps running, on its last attempt.
   */
  readonly giveBackLost: string;
  /**
   * Makes waiting jobs due that would wait longer than any pause of pg-boss: they were written before the clock was set
   * back.
   */
  readonly wake: string;
  /** Removes those of the records `$2` that are still due. */
  readonly forgetWorkers: string;
  readonly forgetWorker: string;
  /** Makes failed jobs (`$2`) wait with `$3` more attempts after the first. Answers with their ids. */
  readonly revive: string;
  /** Removes jobs (`$2`) that ended without success, so that their ids are free. */
  readonly clear: string;
  /** Up to `$2` dead jobs, the newest first, after skipping `$3`. */
  readonly listDead: string;
  readonly getDead: string;
  /** Answers with the ids and keys of those that it deleted. */
  readonly deleteDead: string;
  readonly now: string;
  /** The ids and keys of the 500 oldest jobs that were dead at `$2`. */
  readonly oldestDead: string;
  /** Counts jobs by state; `$2` is the name of the dead-letter queue. Columns as in `QueueStats`, the age as `age`. */
  readonly stats: string;
}

export function statementsIn(schema: string): Statements {
  const jobs = `${schema}.job`;
  // Lists of states: pg-boss 12 has an index on those of jobs that have not ended, which serves no comparison with `<`.
  const waiting = "state IN ('created', 'retry')";
  const unfinished = "state IN ('created', 'retry', 'active')";
  // No worker of ours takes dead jobs. If somebody else has taken one, it is left alone.
  const dead = `FROM ${jobs} AS job WHERE name = $1 AND ${waiting}`;
  const job = 'to_json(job)::text AS job';
  const ms = "::float8 * interval '1 millisecond'";
  const isDue = `start_after <= now() OR start_after > now() + ((data->>'lostAfterMs')::float8 + 1000)${ms}`;
  const lostSoFar = "coalesce((output->>'lost')::int, 0)";
  const lost = `${lostSoFar} + 1`;
  const free = (condition: string): string =>
    `SELECT id FROM ${jobs} WHERE name = $1 AND id = ANY ($2::uuid[]) AND ${condition} FOR UPDATE SKIP LOCKED`;
  return {
    findQueues: `SELECT 1 FROM ${schema}.queue WHERE name = ANY ($1::text[])`,
    tryInsert: `INSERT INTO ${jobs} (name, data) SELECT $1::text, '{}'::jsonb WHERE false`,
    version: `SELECT (to_jsonb(queue)->'retention_minutes' IS NOT NULL)::text AS ten FROM ${schema}.queue AS queue
      WHERE name = $1`,
    findJobs: `SELECT id::text AS id FROM ${jobs} WHERE name = $1 AND id = ANY ($2::uuid[])`,
    giveBack: `UPDATE ${jobs} AS job SET state = 'created', started_on = NULL, start_after = now()
      FROM unnest($2::uuid[], $3::int[], $4::int[]) AS turn (id, failed, lost)
      WHERE name = $1 AND job.id = ANY ($2::uuid[]) AND job.id = turn.id AND state = 'active'
        AND retry_count = turn.failed AND ${lostSoFar} = turn.lost`,
    keepTurn: `UPDATE ${jobs} SET started_on = now() WHERE name = $1 AND id = $2::uuid AND state = 'active'
        AND retry_count = $3::int AND ${lostSoFar} = $4::int
      RETURNING 1 AS kept`,
    beat: `WITH extended AS (
        UPDATE ${jobs} SET started_on = now() WHERE name = $1 AND id = ANY (ARRAY(${free("state = 'active'")}))
      ), touched AS (
        UPDATE ${jobs} SET start_after = now() + $5${ms}, data = $6::jsonb
        WHERE name = $3 AND id = $4::uuid AND ${waiting}
      )
      SELECT id::text AS id, start_after::text AS until, (${isDue})::text AS due, (data->'handlers')::text AS handlers
      FROM ${jobs} WHERE name = $3 AND ${waiting}`,
    giveBackLost: `UPDATE ${jobs} SET
        state = CASE WHEN ${lost} < $3::int THEN 'created' ELSE state END,
        started_on = CASE WHEN ${lost} < $3::int THEN NULL ELSE now() END,
        start_after = now(),
        retry_count = CASE WHEN ${lost} < $3::int THEN retry_count ELSE retry_limit END,
        output = jsonb_build_object('lost', ${lost})
      WHERE name = $1 AND id = ANY (ARRAY(
        SELECT id FROM ${jobs} WHERE name = $1 AND state = 'active'
          AND (started_on < now() - $2${ms} OR started_on > now() + interval '1 second')
        FOR UPDATE SKIP LOCKED
      ))
      RETURNING id::text AS id, data->>'key' AS key, (state = 'active')::text AS ends`,
    wake: `UPDATE ${jobs} SET start_after = now() WHERE name = $1 AND id = ANY (ARRAY(
        SELECT id FROM ${jobs} WHERE name = $1 AND ${waiting} AND start_after > now() + interval '1 second' * (
          1 + CASE state WHEN 'retry' THEN retry_delay * 2 ^ least(16, retry_count + 1) ELSE 0 END
        )
        FOR UPDATE SKIP LOCKED
      ))`,
    forgetWorkers: `DELETE FROM ${jobs} WHERE name = $1 AND id = ANY ($2::uuid[]) AND ${waiting} AND (${isDue})`,
    forgetWorker: `DELETE FROM ${jobs} WHERE name = $1 AND id = $2::uuid`,
    revive: `UPDATE ${jobs} SET state = 'created', created_on = now(), start_after = now(), started_on = NULL,
        completed_on = NULL, output = NULL, retry_count = 0, retry_limit = $3::int
      WHERE name = $1 AND id = ANY (ARRAY(${free("state = 'failed'")}))
      RETURNING id::text AS id`,
    clear: `DELETE FROM ${jobs} WHERE name = $1 AND id = ANY ($2::uuid[]) AND state IN ('failed', 'cancelled')`,
    listDead: `SELECT ${job} ${dead} ORDER BY created_on DESC, id DESC LIMIT $2::int OFFSET $3::int`,
    getDead: `SELECT ${job} ${dead} AND id = $2::uuid`,
    deleteDead: `DELETE ${dead} AND id = ANY ($2::uuid[]) RETURNING id::text AS id, data->>'key' AS key`,
    now: 'SELECT now()::text AS now',
    stats: `SELECT
        count(*) FILTER (WHERE name = $1 AND ${waiting})::text AS waiting,
        count(*) FILTER (WHERE name = $1 AND state = 'active')::text AS running,
        count(*) FILTER (WHERE name = $2 AND ${waiting})::text AS dead,
        (extract(epoch FROM now() - min(created_on) FILTER (
          WHERE name = $1 AND ${waiting} AND start_after <= now()
        )) * 1000)::int8::text AS age
      FROM ${jobs} WHERE name IN ($1, $2) AND ${unfinished}`,
    oldestDead: `SELECT id::text AS id, data->>'key' AS key ${dead} AND created_on <= $2::timestamptz
      ORDER BY created_on, job.id LIMIT 500`,
  };
}
