-- The event store: decisions in streams, in one order. Append-only, enforced here and not by the program's good will.
CREATE SCHEMA es;

CREATE TABLE es.stream (
  stream_id  text    NOT NULL,
  category   text    NOT NULL,
  version    integer NOT NULL,
  closed_at  timestamptz,
  CONSTRAINT stream_pk PRIMARY KEY (stream_id),
  CONSTRAINT stream_version CHECK (version > 0)
) WITH (fillfactor = 80);

-- `position` is drawn at INSERT and seen at COMMIT, so a lower one can become visible after a higher one. Readers go by es.safe_horizon().
CREATE TABLE es.event (
  position        bigint      NOT NULL GENERATED ALWAYS AS IDENTITY (CACHE 1),
  stream_id       text        NOT NULL,
  stream_version  integer     NOT NULL,
  event_id        uuid        NOT NULL,
  event_type      text        NOT NULL,
  schema_version  smallint    NOT NULL,
  data            jsonb       NOT NULL,
  metadata        jsonb       NOT NULL,
  occurred_at     timestamptz NOT NULL,      -- business clock
  recorded_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT event_pk PRIMARY KEY (stream_id, stream_version),
  CONSTRAINT event_position UNIQUE (position),
  CONSTRAINT event_id UNIQUE (event_id)
);

CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON es.event FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON es.event FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
REVOKE UPDATE, DELETE, TRUNCATE ON es.event FROM PUBLIC;

CREATE TABLE es.checkpoint (
  subscription  text   NOT NULL,
  position      bigint NOT NULL,
  CONSTRAINT checkpoint_pk PRIMARY KEY (subscription)
) WITH (fillfactor = 50);

-- Appends events to one stream. Raises FL011 when the stream is at another version than expected, FL012 when it is closed. Events whose
-- ids are there already make the append a repeat: nothing is written and `repeated` is true.
CREATE FUNCTION es.append(
  p_stream_id text, p_category text, p_expected_version integer, p_occurred_at timestamptz,
  p_event_ids uuid[], p_types text[], p_schema_versions smallint[], p_data jsonb[], p_metadata jsonb[]
) RETURNS TABLE (repeated boolean, "position" bigint, stream_version integer, event_id uuid, recorded_at timestamptz) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  n integer := array_length(p_event_ids, 1);
  actual integer;
  closed timestamptz;
BEGIN
  RETURN QUERY SELECT true, e.position, e.stream_version, e.event_id, e.recorded_at FROM es.event e
    WHERE e.event_id = ANY (p_event_ids) ORDER BY e.position;
  IF FOUND THEN
    RETURN;
  END IF;
  IF p_expected_version = 0 THEN
    INSERT INTO es.stream (stream_id, category, version) VALUES (p_stream_id, p_category, n) ON CONFLICT (stream_id) DO NOTHING;
  ELSE
    UPDATE es.stream SET version = version + n WHERE stream_id = p_stream_id AND version = p_expected_version AND closed_at IS NULL;
  END IF;
  IF NOT FOUND THEN
    SELECT s.version, s.closed_at INTO actual, closed FROM es.stream s WHERE s.stream_id = p_stream_id;
    IF closed IS NOT NULL THEN
      RAISE EXCEPTION 'stream % is closed', p_stream_id USING ERRCODE = 'FL012';
    END IF;
    RAISE EXCEPTION '%', coalesce(actual, 0) USING ERRCODE = 'FL011';
  END IF;
  RETURN QUERY
    WITH inserted AS (
      INSERT INTO es.event (stream_id, stream_version, event_id, event_type, schema_version, data, metadata, occurred_at)
      SELECT p_stream_id, p_expected_version + u.ord::integer, u.event_id, u.event_type, u.schema_version, u.data, u.metadata, p_occurred_at
      FROM unnest(p_event_ids, p_types, p_schema_versions, p_data, p_metadata) WITH ORDINALITY
        AS u(event_id, event_type, schema_version, data, metadata, ord)
      ORDER BY u.ord
      RETURNING position, stream_version, event_id, recorded_at)
    SELECT false, i.position, i.stream_version, i.event_id, i.recorded_at FROM inserted i ORDER BY i.position;
END $$;

-- The highest position below which nothing can appear any more. Appenders hold the barrier shared to their commit; held exclusively for an
-- instant it means that none is in flight. A stuck appender makes this wait 50 ms at most and fail; readers then keep their last horizon.
CREATE FUNCTION es.safe_horizon(barrier bigint) RETURNS bigint LANGUAGE plpgsql SET lock_timeout = '50ms' AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(barrier);
  RETURN (SELECT coalesce(max(e.position), 0) FROM es.event e);
END $$;

INSERT INTO platform.placement (relation, kind) VALUES
  ('es.stream', 'coordinator'),
  ('es.event', 'coordinator'),
  ('es.checkpoint', 'coordinator');
