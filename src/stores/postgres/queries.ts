import { clockSlackMs } from '../../foundations/contracts/store';

/**
 * Each step is one statement, so it is atomic without a transaction. `clock_timestamp()` is the server's clock; in a
 * transaction of the user, `now()` would stand still. An expired row counts as absent. Tokens are compared as text, so
 * that one that is not a uuid matches no row and is not an error.
 *
 * Columns are returned as text, which clients leave as it is, under names of one word, which no client rewrites. Where two
 * tables are joined, names that could be columns of both say of which: a later version may add any, and so may a DBA.
 */
const now = 'clock_timestamp()';
const ms = "* interval '1 millisecond'";

/**
 * $2 is a JSON array of the steps asked for, each with a `key` of its own, so that one statement, and one commit, does
 * for all. From an array, the keys are looked up in the index, however many rows PostgreSQL expects. A statement for
 * several waits for a lock only briefly: one delivery's row must not hold up the leases of the others.
 */
const asked = `asked AS MATERIALIZED (
SELECT a.* FROM json_to_recordset($2::text::json) AS a (key text, token text, lease float8, ttl float8), (
  SELECT CASE WHEN json_array_length($2::text::json) > 1 THEN set_config('lock_timeout', '500', true) END
) AS bounded)`;

/** Why claims were refused. */
const refusedBy = (keys: string): string => `
SELECT d.key, NULL::text AS attempt, NULL::text AS succeeded, done::text AS done,
  least(ceil(extract(epoch FROM lease_until - ${now}) * 1000), asked.lease)::int8::text AS remaining
FROM bigmind_webhook_deliveries AS d JOIN asked USING (key)
WHERE namespace = $1 AND d.key = ANY (ARRAY(${keys})) AND keep_until > ${now}`;

/**
 * $1 namespace, $2 key, token, lease and ttl. Refused if the delivery is done or another claim's lease runs; then
 * the row says why, without an attempt. No row comes if another claim began while this statement ran. One row without a
 * key always comes: an answer of no rows comes from a client that asked nobody. A lease that ends later than any new one
 * would is from before the clock was set back: it counts as passed. It is compared with the time after the row's lock was
 * waited for, since its holder may have extended it meanwhile. The keys come in their order, so that no two statements wait
 * for each other's rows.
 */
export const claim = `
WITH ${asked}, claimed AS (
INSERT INTO bigmind_webhook_deliveries AS d (namespace, key, token, lease_until, attempt, keep_until)
SELECT $1, key, token::uuid, ${now} + lease ${ms}, 1, ${now} + greatest(lease, ttl) ${ms}
FROM asked ORDER BY key COLLATE "C"
ON CONFLICT (namespace, key) DO UPDATE SET
  token = excluded.token,
  lease_until = excluded.lease_until,
  keep_until = excluded.keep_until,
  done = false,
  attempt = CASE WHEN d.keep_until > ${now} THEN d.attempt + 1 ELSE 1 END,
  succeeded = CASE WHEN d.keep_until > ${now} THEN d.succeeded ELSE '{}' END
WHERE d.keep_until <= ${now} OR (NOT d.done AND (
  d.lease_until IS NULL OR d.lease_until <= ${now}
  OR d.lease_until > ${now} + ((SELECT lease FROM asked WHERE asked.key = d.key) + ${clockSlackMs}) ${ms}
))
RETURNING key, attempt::text AS attempt, array_to_json(succeeded)::text AS succeeded
)
SELECT key, attempt, succeeded, NULL::text AS done, NULL::text AS remaining FROM claimed
UNION ALL (${refusedBy('SELECT key FROM asked EXCEPT SELECT key FROM claimed')})
UNION ALL SELECT NULL, NULL, NULL, NULL, NULL`;

/** $1 namespace, $2 key and lease. Why claims were refused. */
export const refusal = `WITH ${asked} ${refusedBy('SELECT key FROM asked')}`;

/** The rows of claims that are held, locked in the order of their keys. */
const locked = `locked AS (
SELECT key FROM bigmind_webhook_deliveries WHERE namespace = $1 AND key = ANY (ARRAY(SELECT key FROM asked))
ORDER BY key COLLATE "C" FOR UPDATE
)`;
const isHeld = `namespace = $1 AND d.key = ANY (ARRAY(SELECT key FROM locked)) AND d.key = asked.key
  AND d.token::text = asked.token AND NOT done AND keep_until > ${now}`;

/** $1 namespace, $2 key, token and lease. */
export const extend = `
WITH ${asked}, ${locked}
UPDATE bigmind_webhook_deliveries AS d SET
  lease_until = ${now} + asked.lease ${ms},
  keep_until = greatest(keep_until, ${now} + asked.lease ${ms})
FROM asked WHERE ${isHeld}
RETURNING d.key, true::text AS held`;

/** $1 namespace, $2 key, token and ttl. */
export const complete = `
WITH ${asked}, ${locked}
UPDATE bigmind_webhook_deliveries AS d SET
  done = true, token = NULL, lease_until = NULL, succeeded = '{}', keep_until = ${now} + asked.ttl ${ms}
FROM asked WHERE ${isHeld}
RETURNING d.key, true::text AS held`;

/** $1 namespace, $2 key, $3 token, $4 handler, $5 ttl. */
export const succeeded = `
INSERT INTO bigmind_webhook_deliveries AS d (namespace, key, succeeded, keep_until)
VALUES ($1, $2, ARRAY[$4::text], ${now} + $5 ${ms})
ON CONFLICT (namespace, key) DO UPDATE SET
  succeeded = CASE
    WHEN d.keep_until <= ${now} THEN excluded.succeeded
    WHEN $4 = ANY (d.succeeded) THEN d.succeeded
    ELSE array_append(d.succeeded, $4)
  END,
  attempt = CASE WHEN d.keep_until <= ${now} THEN 0 ELSE d.attempt END,
  token = CASE WHEN d.keep_until <= ${now} THEN NULL ELSE d.token END,
  lease_until = CASE WHEN d.keep_until <= ${now} THEN NULL ELSE d.lease_until END,
  done = false,
  keep_until = CASE WHEN d.keep_until <= ${now} THEN excluded.keep_until ELSE d.keep_until END
WHERE NOT d.done OR d.keep_until <= ${now}
RETURNING (token IS NOT NULL AND token::text = $3)::text AS held`;

/** $1 namespace, $2 key, $3 token, $4 by how much the attempts change. */
export const release = `
UPDATE bigmind_webhook_deliveries SET token = NULL, lease_until = NULL, attempt = attempt + $4
WHERE namespace = $1 AND key = $2 AND token::text = $3 AND NOT done AND keep_until > ${now}
RETURNING true::text AS held`;

/**
 * $1 how many rows at most. Locked rows are skipped. The ids are an array, since a subquery in a join could run again
 * for each row and remove more. The time is read once, or the index would not be used. A `ctid` is a place in one
 * table: in a partitioned one, another partition may have a row at the same place, so the row's own time is checked,
 * too.
 */
export const prune = `
DELETE FROM bigmind_webhook_deliveries WHERE keep_until <= (SELECT ${now}) AND ctid = ANY (ARRAY(
  SELECT ctid FROM bigmind_webhook_deliveries WHERE keep_until <= (SELECT ${now}) LIMIT $1 FOR UPDATE SKIP LOCKED
)) RETURNING true AS removed`;
