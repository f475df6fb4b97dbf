-- Made at every start where it is missing; sent as one query, and so one transaction. Under a lock, since several processes
-- may start at once.
SELECT pg_advisory_xact_lock(hashtext('bigmind-webhooks crm-sync'));

-- What was handled: written in the transaction of its effects, so that both are there or neither.
CREATE TABLE IF NOT EXISTS crm_activities (
  idempotency_key text PRIMARY KEY,
  event text NOT NULL,
  object_id text NOT NULL,
  happened_at timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE IF NOT EXISTS crm_notes (
  note_id text PRIMARY KEY,
  content text NOT NULL,
  target_object_name text NOT NULL,
  target_object_id text NOT NULL,
  created_at timestamptz,
  -- Null until an update came.
  updated_at timestamptz,
  -- How many deliveries changed it.
  revision integer NOT NULL DEFAULT 1
);

CREATE TABLE IF NOT EXISTS crm_todos (
  todo_id text PRIMARY KEY,
  description text NOT NULL,
  status text NOT NULL,
  due_at timestamptz,
  -- Known from its creation alone.
  meeting_id text,
  updated_at timestamptz,
  revision integer NOT NULL DEFAULT 1
);
