-- A month whose calls lie in the default partition already keeps them there: PostgreSQL makes no partition over rows of another one, and a
-- load must not fail because somebody once sent one call of that month among newer ones.
CREATE OR REPLACE FUNCTION cdr.ensure_month(month date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  name text := format('call_record_%s', to_char(month, 'YYYY_MM'));
BEGIN
  IF to_regclass('cdr.' || name) IS NOT NULL THEN
    RETURN;
  END IF;
  PERFORM pg_advisory_xact_lock(7310046);
  IF to_regclass('cdr.' || name) IS NULL THEN
    EXECUTE format('CREATE TABLE cdr.%I PARTITION OF cdr.call_record FOR VALUES FROM (%L) TO (%L)',
      name, to_char(month, 'YYYY-MM-01') || ' 00:00:00+00', to_char(month + interval '1 month', 'YYYY-MM-01') || ' 00:00:00+00');
  END IF;
EXCEPTION WHEN check_violation THEN
  NULL;
END $$;
