-- The tables of postgresJournal() of bigmind-webhooks/postgres, as journal.migrate() makes them. Safe to run again.
DO $$
DECLARE
  lock_timeout_before text := current_setting('lock_timeout');
  -- The tables that the search_path leads to.
  journal oid := to_regclass('bigmind_webhook_journal');
  bodies oid := to_regclass('bigmind_webhook_journal_bodies');
  others oid := to_regclass('bigmind_webhook_journal_bodies_other');
  marks oid := to_regclass('bigmind_webhook_journal_marks');
  -- False for another role's tables: this role makes its own.
  is_usable boolean := coalesce(
    has_table_privilege(journal, 'SELECT') AND
    has_table_privilege(journal, 'INSERT') AND
    has_table_privilege(journal, 'UPDATE') AND
    has_table_privilege(bodies, 'SELECT') AND
    has_table_privilege(bodies, 'INSERT') AND
    has_table_privilege(marks, 'SELECT') AND
    has_table_privilege(marks, 'INSERT') AND
    has_table_privilege(marks, 'UPDATE'), false);
  today date := (clock_timestamp() AT TIME ZONE 'UTC')::date;
  home text;
  part text;
BEGIN
  IF NOT is_usable THEN
    -- Many processes may start at once.
    PERFORM set_config('lock_timeout', '1s', true);
    PERFORM pg_advisory_xact_lock(hashtext('bigmind_webhook_journal'));
    -- One small row for each delivery that is kept. In an undivided table, a key is unique whatever the day.
    CREATE TABLE IF NOT EXISTS bigmind_webhook_journal (
      -- In the order of bytes, which no upgrade of the operating system changes.
      namespace text COLLATE "C" NOT NULL,
      key text COLLATE "C" NOT NULL,
      -- The day in UTC on which it was kept, by the server's clock. With the id, the order in which entries were kept.
      day date NOT NULL DEFAULT (clock_timestamp() AT TIME ZONE 'UTC')::date,
      id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
      received_at timestamptz NOT NULL,
      -- Texts of other than printable ASCII are kept as JSON.
      event text,
      tenant text,
      scheme text NOT NULL,
      -- Of the body and the headers together.
      bytes integer NOT NULL,
      -- How it ended; null while that is unknown.
      outcome text,
      ended_at timestamptz,
      -- Names of the handlers that succeeded.
      succeeded text[] NOT NULL DEFAULT '{}',
      PRIMARY KEY (namespace, key),
      UNIQUE (namespace, day, id)
      -- Room beside each row for the row with its end: on one page, no index is written again.
    ) WITH (fillfactor = 50);
    -- What is large, a partition for each day: to remove a day is to drop its table.
    CREATE TABLE IF NOT EXISTS bigmind_webhook_journal_bodies (
      namespace text COLLATE "C" NOT NULL,
      day date NOT NULL,
      id bigint NOT NULL,
      -- JSON of headers and params; null if they are sealed into the body.
      head bytea,
      body bytea NOT NULL,
      PRIMARY KEY (namespace, day, id)
    ) PARTITION BY RANGE (day);
    -- For days that have no partition: nothing is lost at midnight, or where nobody may make one.
    CREATE TABLE IF NOT EXISTS bigmind_webhook_journal_bodies_other
      PARTITION OF bigmind_webhook_journal_bodies DEFAULT;
    -- How far replays are.
    CREATE TABLE IF NOT EXISTS bigmind_webhook_journal_marks (
      namespace text COLLATE "C" NOT NULL,
      name text COLLATE "C" NOT NULL,
      position text NOT NULL,
      PRIMARY KEY (namespace, name)
    );
    -- Another role's tables, which are not made anew: it fails here, not with the first delivery.
    PERFORM FROM bigmind_webhook_journal, bigmind_webhook_journal_marks WHERE false FOR UPDATE;
    PERFORM FROM bigmind_webhook_journal_bodies WHERE false;
    bodies := to_regclass('bigmind_webhook_journal_bodies');
    others := to_regclass('bigmind_webhook_journal_bodies_other');
  END IF;
  -- Null for a role that may make no partition.
  SELECT quote_ident(nspname) INTO home
    FROM pg_catalog.pg_class JOIN pg_catalog.pg_namespace AS space ON space.oid = relnamespace
    WHERE pg_class.oid = bodies AND pg_has_role(relowner, 'USAGE') AND has_schema_privilege(space.oid, 'CREATE');
  FOR ahead IN 0..1 LOOP
    part := home || '.bigmind_webhook_journal_bodies_' || to_char(today + ahead, 'YYYYMMDD');
    -- Looking takes no lock.
    CONTINUE WHEN part IS NULL OR to_regclass(part) IS NOT NULL;
    BEGIN
      PERFORM set_config('lock_timeout', '300ms', true);
      PERFORM pg_advisory_xact_lock(hashtext('bigmind_webhook_journal'));
      -- PostgreSQL will read all of the default partition, under a lock.
      EXIT WHEN pg_relation_size(others) > 64 * 1024 * 1024;
      EXECUTE format('CREATE TABLE IF NOT EXISTS %s PARTITION OF %s FOR VALUES FROM (%L) TO (%L)',
        part, bodies::regclass, today + ahead, today + ahead + 1);
    EXCEPTION WHEN lock_not_available OR check_violation THEN
      -- Others use the table, or the day has begun without its partition. The day's bodies go to the default one.
    END;
  END LOOP;
  PERFORM set_config('lock_timeout', lock_timeout_before, true);
EXCEPTION WHEN lock_not_available THEN
  RAISE EXCEPTION 'Another transaction migrates bigmind_webhook_journal, or has it locked: call migrate() again.'
    USING ERRCODE = 'lock_not_available';
END
$$;
