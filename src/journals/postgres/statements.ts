import { msOf, timeOf, today } from './expressions';

/**
 * Each step is one statement, so it is atomic without a transaction. Days are the server's, in UTC: an entry lies in the
 * partition of the day on which it was kept, whatever the clocks of the receivers say.
 *
 * Columns are returned as text, which clients leave as it is, under names of one word, which no client rewrites. Days,
 * numbers of 64 bits and lists go in as text, since clients convert other types each in its own way.
 */
const given = (columns: string): string => `given AS MATERIALIZED (
  SELECT * FROM json_to_recordset($2::text::json) AS entry (${columns})
)`;

/**
 * $1 namespace, $2 entries, in JSON, each with a key of its own; $3 their heads and bodies, one after the other. Returns
 * one row, whatever it kept, with the keys that are new: an answer of no rows comes from a client that asked nobody. The
 * order is that of every process, so that they wait for one another and never both ways.
 */
export const append = `
WITH ${given('key text, received float8, event text, tenant text, scheme text, start int4, head int4, body int4')}, entry AS (
  INSERT INTO bigmind_webhook_journal (namespace, key, received_at, event, tenant, scheme, bytes)
  SELECT $1, key, ${timeOf('received')}, event, tenant, scheme, coalesce(head, 0) + body FROM given ORDER BY key
  ON CONFLICT (namespace, key) DO NOTHING
  RETURNING namespace, key, day, id
), content AS (
  INSERT INTO bigmind_webhook_journal_bodies (namespace, day, id, head, body)
  SELECT namespace, day, id, substring($3::bytea FROM start FOR head), substring($3::bytea FROM start + coalesce(head, 0) FOR body)
  FROM entry JOIN given USING (key)
)
SELECT coalesce(json_agg(key), '[]')::text AS added FROM entry`;

/**
 * $1 namespace, $2 keys, in JSON, $3 keepDays. Returns one row, with those of the keys that are kept and not past their
 * time. The days are compared afterwards: PostgreSQL must look for the keys, and not through the days.
 */
export const kept = `
WITH entry AS MATERIALIZED (
  SELECT key, day FROM bigmind_webhook_journal
  WHERE namespace = $1 AND key = ANY (ARRAY(SELECT json_array_elements_text($2::text::json)))
)
SELECT coalesce(json_agg(key), '[]')::text AS kept FROM entry WHERE day >= ${today} - $3::int`;

/** In stored text, no name has a line end. An empty text is an empty list. */
const namesGiven = "string_to_array(given.names, E'\\n')";

/**
 * $1 namespace, $2 ends, in JSON, each with a key of its own. Two processes may tell in either order: the newest end
 * counts. Rows are locked in the order of every process.
 */
export const ended = `
WITH ${given('key text, outcome text, at float8, names text')}, locked AS (
  SELECT key FROM bigmind_webhook_journal WHERE namespace = $1 AND key = ANY (ARRAY(SELECT key FROM given))
  ORDER BY day, id FOR UPDATE
)
UPDATE bigmind_webhook_journal AS j SET
  outcome = CASE WHEN j.ended_at > ${timeOf('given.at')} THEN j.outcome ELSE given.outcome END,
  ended_at = greatest(j.ended_at, ${timeOf('given.at')}),
  succeeded = CASE WHEN j.succeeded = '{}' THEN ${namesGiven}
    ELSE ARRAY(SELECT unnest(j.succeeded) UNION SELECT unnest(${namesGiven})) END
FROM given JOIN locked USING (key) WHERE j.namespace = $1 AND j.key = given.key`;

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
