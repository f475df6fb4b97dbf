-- The table of bigmind-webhooks/postgres, as store.migrate() makes it. Safe to run again.
DO $$
DECLARE
  lock_timeout_before text := current_setting('lock_timeout');
  -- The table that the search_path leads to.
  deliveries oid := to_regclass('bigmind_webhook_deliveries');
  -- False for another role's table: this role makes its own.
  is_usable boolean := coalesce(
    has_table_privilege(deliveries, 'SELECT') AND
    has_table_privilege(deliveries, 'INSERT') AND
    has_table_privilege(deliveries, 'UPDATE'), false);
  is_indexed boolean := EXISTS (
    SELECT FROM pg_catalog.pg_index JOIN pg_catalog.pg_attribute ON attrelid = indrelid AND attnum = indkey[0]
    WHERE indrelid = deliveries AND attname = 'keep_until');
  may_index boolean := (
    SELECT pg_has_role(relowner, 'USAGE') AND has_schema_privilege(relnamespace, 'CREATE')
    FROM pg_catalog.pg_class WHERE oid = deliveries);
BEGIN
  -- Looking takes no lock, and needs no right to create. CREATE INDEX IF NOT EXISTS waits for a lock even if the index
  -- exists, and all claims wait behind it.
  IF is_usable AND is_indexed THEN RETURN; END IF;
  IF is_usable AND NOT may_index THEN
    -- Deliveries do without the index.
    RAISE WARNING 'bigmind_webhook_deliveries has no index for prune(): let its owner call migrate().';
    RETURN;
  END IF;
  -- Many processes may start at once.
  PERFORM set_config('lock_timeout', '1s', true);
  PERFORM pg_advisory_xact_lock(hashtext('bigmind_webhook_deliveries'));
  IF NOT is_usable THEN
    CREATE TABLE IF NOT EXISTS bigmind_webhook_deliveries (
      -- In the order of bytes, which no upgrade of the operating system changes.
      namespace text COLLATE "C" NOT NULL,
      key text COLLATE "C" NOT NULL,
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
  END IF;
  CREATE INDEX IF NOT EXISTS bigmind_webhook_deliveries_keep_until ON bigmind_webhook_deliveries (keep_until);
  PERFORM set_config('lock_timeout', lock_timeout_before, true);
EXCEPTION WHEN lock_not_available THEN
  RAISE EXCEPTION 'Another transaction migrates bigmind_webhook_deliveries, or has it locked: call migrate() again.'
    USING ERRCODE = 'lock_not_available';
END
$$;
