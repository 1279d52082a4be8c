-- Every table is declared as one of three kinds (docs/reference/schema.md):
--   hot          rows of calls and what is counted from them; carry `bucket`; distributed where there is more than one node
--   reference    small and rarely written; on every node where there is more than one
--   coordinator  decisions and everything else
-- A write transaction touches hot rows of one bucket, or reference tables, or coordinator tables: never two of these.
CREATE SCHEMA platform;

CREATE TABLE platform.placement (
  relation            text     NOT NULL,
  kind                text     NOT NULL,
  colocate_with       text,
  ord                 integer  GENERATED ALWAYS AS IDENTITY,
  CONSTRAINT placement_pk PRIMARY KEY (relation),
  CONSTRAINT placement_kind CHECK (kind IN ('hot', 'reference', 'coordinator'))
);

-- Does nothing on plain PostgreSQL; on Citus it distributes what is declared and not yet distributed.
CREATE FUNCTION platform.apply_placement() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  p record;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus') THEN
    RETURN;
  END IF;
  FOR p IN EXECUTE 'SELECT * FROM platform.placement WHERE kind <> ''coordinator'' AND NOT EXISTS
      (SELECT FROM pg_dist_partition d WHERE d.logicalrelid = relation::regclass) ORDER BY ord'
  LOOP
    IF p.kind = 'reference' THEN
      EXECUTE format('SELECT create_reference_table(%L)', p.relation);
    ELSE
      EXECUTE format('SELECT create_distributed_table(%L, ''bucket'', colocate_with => %L)', p.relation, coalesce(p.colocate_with, 'none'));
    END IF;
    RETURN NEXT p.kind || ' ' || p.relation;
  END LOOP;
END $$;

-- First byte of SHA-256 of the account id; `bucketOf` in TypeScript is the same.
CREATE FUNCTION platform.bucket_of(account_id text) RETURNS smallint
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN get_byte(sha256(convert_to(account_id, 'UTF8')), 0)::smallint;

-- Append-only tables: nobody changes or removes a row, whatever role they have.
CREATE FUNCTION platform.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME, TG_OP
    USING ERRCODE = 'restrict_violation';
END $$;

-- The one business clock. No row, or a null instant: the system's time. The demo and tests step it.
CREATE TABLE platform.business_clock (
  id          smallint     NOT NULL DEFAULT 1,
  now_is      timestamptz,
  CONSTRAINT business_clock_pk PRIMARY KEY (id),
  CONSTRAINT business_clock_single CHECK (id = 1)
);
INSERT INTO platform.business_clock (now_is) VALUES (NULL);

INSERT INTO platform.placement (relation, kind) VALUES
  ('platform.placement', 'coordinator'),
  ('platform.business_clock', 'coordinator'),
  ('public.schema_migration', 'coordinator');
