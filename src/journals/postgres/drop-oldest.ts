import { today } from './expressions';

/**
 * Drops the oldest partition that is past its time and holds nothing of other namespaces: they may keep theirs longer. It
 * waits a moment only for those who use the table, since all writes wait behind it. A statement of this kind takes no
 * parameters.
 */
export function dropOldest(namespace: string, keepDays: number): string {
  return `DO $$
DECLARE
  lock_timeout_before text := current_setting('lock_timeout');
  own text := convert_from(decode('${Buffer.from(namespace, 'utf8').toString('hex')}', 'hex'), 'UTF8');
  bodies regclass := to_regclass('bigmind_webhook_journal_bodies');
  -- By name: what another process drops meanwhile is then an unknown table.
  part text;
  is_own boolean;
BEGIN
  PERFORM set_config('lock_timeout', '300ms', true);
  FOR part IN
    SELECT format('%I.%I', nspname, relname) FROM pg_catalog.pg_inherits
    JOIN pg_catalog.pg_class ON pg_class.oid = inhrelid JOIN pg_catalog.pg_namespace AS space ON space.oid = relnamespace
    WHERE inhparent = bodies AND pg_has_role(relowner, 'USAGE') AND relname ~ '_[0-9]{8}$'
      AND right(relname, 8) < to_char((${today} - ${keepDays})::timestamp, 'YYYYMMDD')
    ORDER BY relname
  LOOP
    BEGIN
      -- The first and the last in its index; null if it is empty.
      EXECUTE format('SELECT min(namespace) = $1 AND max(namespace) = $1 FROM %s', part) INTO is_own USING own;
      CONTINUE WHEN NOT is_own;
      EXECUTE format('LOCK TABLE ONLY %s IN ACCESS EXCLUSIVE MODE', bodies);
      EXECUTE format('SELECT min(namespace) = $1 AND max(namespace) = $1 FROM %s', part) INTO is_own USING own;
      -- Unless somebody has detached it meanwhile.
      IF is_own IS NOT false AND EXISTS (
        SELECT FROM pg_catalog.pg_inherits WHERE inhparent = bodies AND inhrelid = to_regclass(part)
      ) THEN EXECUTE format('DROP TABLE %s', part); END IF;
    EXCEPTION WHEN lock_not_available OR undefined_table THEN
      -- Others use it, or have dropped it.
    END;
    EXIT;
  END LOOP;
  PERFORM set_config('lock_timeout', lock_timeout_before, true);
END
$$`;
}
