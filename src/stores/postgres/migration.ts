/**
 * Makes the table, for `store.migrate()`. It is also published as migrations/postgres.sql, for other migration tools.
 * One statement, since some clients take only one; under a lock, since many processes may start at once.
 */
export const migration = `DO $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('bigmind_webhook_deliveries'));
  CREATE TABLE IF NOT EXISTS bigmind_webhook_deliveries (
    namespace text NOT NULL,
    key text NOT NULL,
    -- The newest claim; both are null while nobody holds one.
    token uuid,
    lease_until timestamptz,
    attempt integer NOT NULL DEFAULT 0,
    -- Names of the handlers that succeeded.
    succeeded text[] NOT NULL DEFAULT '{}',
    done boolean NOT NULL DEFAULT false,
    -- When the row may be removed.
    keep_until timestamptz NOT NULL,
    PRIMARY KEY (namespace, key)
  );
  CREATE INDEX IF NOT EXISTS bigmind_webhook_deliveries_keep_until ON bigmind_webhook_deliveries (keep_until);
END
$$`;
