import { msOf, namesIn, timeOf, today } from './expressions';

/**
 * Each step is one statement, so it is atomic without a transaction. Days are the server's, in UTC: an entry lies in the
 * partition of the day on which it was kept, whatever the clocks of the receivers say.
 *
 * Columns are returned as text, which clients leave as it is, under names of one word, which no client rewrites. Days,
 * numbers of 64 bits and lists go in as text, since clients convert other types each in its own way.
 */
/**
 * $1 namespace, $2 key, $3 receivedAt, $4 event, $5 tenant, $6 scheme, $7 head, $8 body, $9 bytes, $10
 * keepDays. Returns a row if the
 * key was kept before, which says whether that is past its time.
 */
export const append = `
WITH entry AS (
  INSERT INTO bigmind_webhook_journal (namespace, key, received_at, event, tenant, scheme, bytes)
  VALUES ($1, $2, ${timeOf('$3')}, $4, $5, $6, $9::int)
  ON CONFLICT (namespace, key) DO NOTHING
  RETURNING namespace, day, id
), content AS (
  INSERT INTO bigmind_webhook_journal_bodies (namespace, day, id, head, body)
  SELECT namespace, day, id, $7::bytea, $8::bytea FROM entry
)
SELECT (day < ${today} - $10::int)::text AS expired FROM bigmind_webhook_journal WHERE namespace = $1 AND key = $2`;

/**
 * $1 namespace, $2 key, $3 outcome, $4 endedAt, $5 names of handlers. Two processes may tell in either order: the newest
 * end counts.
 */
export const ended = `
UPDATE bigmind_webhook_journal AS j SET
  outcome = CASE WHEN j.ended_at > ${timeOf('$4')} THEN j.outcome ELSE $3 END,
  ended_at = greatest(j.ended_at, ${timeOf('$4')}),
  succeeded = ARRAY(SELECT unnest(j.succeeded) UNION ${namesIn('$5')})
WHERE namespace = $1 AND key = $2`;

/** $1 namespace. The tables' bytes are those of all namespaces. */
export const stats = `
SELECT count(*)::text AS entries, ${msOf('min(received_at)')} AS oldest, ${msOf('max(received_at)')} AS newest,
  (pg_total_relation_size(to_regclass('bigmind_webhook_journal')) + (
    SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree(to_regclass('bigmind_webhook_journal_bodies'))
  ))::int8::text AS bytes
FROM bigmind_webhook_journal WHERE namespace = $1`;

/** $1 namespace, $2 name, $3 position. */
export const mark = `
INSERT INTO bigmind_webhook_journal_marks (namespace, name, position) VALUES ($1, $2, $3)
ON CONFLICT (namespace, name) DO UPDATE SET position = excluded.position`;

/** $1 namespace, $2 name. */
export const unmark = 'DELETE FROM bigmind_webhook_journal_marks WHERE namespace = $1 AND name = $2';

/** $1 namespace, $2 name. */
export const marked = 'SELECT position FROM bigmind_webhook_journal_marks WHERE namespace = $1 AND name = $2';

/** Fails as a write would: without the table, without the right to change it, and on a replica. */
export const ping = 'SELECT true AS alive FROM bigmind_webhook_journal WHERE false FOR UPDATE';
