import { msOf, namesIn, placeOf, timeOf, today } from './expressions';

/** How many entries a statement finds, at most. */
export const foundAtMost = 200;
/** No further entry is found by a statement that found as many bytes. */
const bytesAtMost = 4 * 1024 * 1024;

/**
 * The entries to search: all; that of the key $10; those that are more than $10 days old; that of the key $11 among
 * these.
 */
export type Among = 'all' | 'key' | 'old' | 'old key';

// Not all that there are: a column that somebody adds could have one of the names below.
const columns = 'day, id, key, event, tenant, scheme, received_at, outcome, ended_at, succeeded, bytes';

// The time is read once, or the index would not be used.
const old = `AND day < (SELECT ${today} - $10::int)`;

const among: Readonly<Record<Among, string>> = {
  all: '',
  key: 'AND key = $10',
  old,
  'old key': `${old} AND key = $11`,
};

/**
 * Finds entries behind a place, as `found`, and says how far the statement looked, as `looked`. $1 namespace, $2 and $3
 * the place: day and id, $9 how many rows it looks at, at most. The others may be null: $4 from, $5 to, $6 events, $7
 * tenant, $8 outcomes. Days long before `from` are passed over: what was received later was not kept then.
 */
function searching(which: Among, isNewestFirst: boolean): string {
  const [behind, direction] = isNewestFirst ? ['<', ' DESC'] : ['>', ''];
  const order = `day${direction}, id${direction}`;
  return `
WITH seen AS MATERIALIZED (
  SELECT ${columns}, row_number() OVER (ORDER BY ${order}) AS place FROM bigmind_webhook_journal
  WHERE namespace = $1 AND (day, id) ${behind} ($2::text::date, $3::text::bigint)
    AND day >= coalesce((${timeOf('$4')} AT TIME ZONE 'UTC')::date - 1, '-infinity') ${among[which]}
  ORDER BY ${order} LIMIT $9::int
), counted AS (
  SELECT count(*) AS seen FROM seen
), looked AS (
  SELECT counted.seen::text AS seen, ${placeOf('seen.')} AS reached
  FROM counted LEFT JOIN seen ON seen.place = counted.seen
), matching AS (
  SELECT *, sum(bytes) OVER (ORDER BY ${order}) - bytes AS before FROM seen
  WHERE ($4::float8 IS NULL OR received_at >= ${timeOf('$4')})
    AND ($5::float8 IS NULL OR received_at < ${timeOf('$5')})
    AND ($6::text IS NULL OR event IN (${namesIn('$6')}))
    AND ($7::text IS NULL OR tenant = $7)
    AND ($8::text IS NULL OR outcome IN (${namesIn('$8')}))
  ORDER BY ${order} LIMIT ${foundAtMost}
), found AS (
  SELECT * FROM matching WHERE before < ${bytesAtMost}
), filled AS (
  SELECT (coalesce(count(*) >= ${foundAtMost} OR sum(bytes) >= ${bytesAtMost}, false)::int)::text AS isfull,
    (array_agg(${placeOf('found.')} ORDER BY found.place DESC))[1] AS last
  FROM found
)`;
}

/**
 * Reads the entries that it finds. At least one row comes, which says how far the statement looked and may hold no
 * entry.
 */
export function find(which: Among, isNewestFirst: boolean): string {
  const direction = isNewestFirst ? ' DESC' : '';
  return `${searching(which, isNewestFirst)}
SELECT looked.seen, looked.reached, filled.isfull, filled.last, ${placeOf('found.')} AS position,
  key, event, tenant, scheme, ${msOf('received_at')} AS received,
  outcome, ${msOf('ended_at')} AS ended, array_to_json(succeeded)::text AS succeeded,
  encode(content.head, 'base64') AS head, encode(content.body, 'base64') AS body
FROM looked CROSS JOIN filled LEFT JOIN found ON true LEFT JOIN LATERAL (
  SELECT head, body FROM bigmind_webhook_journal_bodies AS b
  WHERE b.namespace = $1 AND b.day = found.day AND b.id = found.id LIMIT 1
) AS content ON true
ORDER BY found.day${direction}, found.id${direction}`;
}

/** Removes what it finds. The order is that of every process, so that they wait for one another and never both ways. */
export function remove(which: Among): string {
  return `${searching(which, false)}, locked AS (
  SELECT j.key, j.day, j.id FROM bigmind_webhook_journal AS j JOIN found ON j.namespace = $1 AND j.key = found.key
  ORDER BY j.day, j.id FOR UPDATE OF j ${which === 'old' ? 'SKIP LOCKED' : ''}
), gone AS (
  DELETE FROM bigmind_webhook_journal AS j USING locked WHERE j.namespace = $1 AND j.key = locked.key
  RETURNING j.day, j.id
), content AS (
  DELETE FROM bigmind_webhook_journal_bodies AS b USING gone
  WHERE b.namespace = $1 AND b.day = gone.day AND b.id = gone.id
)
SELECT looked.seen, looked.reached, filled.isfull, filled.last, (SELECT count(*) FROM gone)::text AS removed
FROM looked CROSS JOIN filled`;
}

/**
 * Fails soon if a table of bodies is locked for long. To remove, PostgreSQL locks all of them before the statement begins,
 * so that it could not set its own bound. Other processes lock them for less when they make and drop partitions.
 */
export const requireUnlocked = `DO $$
DECLARE
  lock_timeout_before text := current_setting('lock_timeout');
BEGIN
  PERFORM set_config('lock_timeout', '2s', true);
  PERFORM FROM bigmind_webhook_journal_bodies LIMIT 0;
  PERFORM set_config('lock_timeout', lock_timeout_before, true);
END
$$`;
