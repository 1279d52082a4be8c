-- What people did with quarantined records. A record is closed once: its first closing step holds, whoever else tries at the same moment.
-- The steps are the truth; the status of a record follows from them (in the same transaction here on the coordinator, by a function of the
-- bucket for records of a known account). The events of the same transaction hold ids only; what names fields and values stands here.
CREATE TABLE ingest.quarantine_step (
  step           bigint      GENERATED ALWAYS AS IDENTITY,
  record         uuid        NOT NULL,   -- in ingest.quarantined_record, or in cdr.rejected_record of the bucket
  bucket         smallint,
  operation      uuid        NOT NULL,
  decided_at     timestamptz NOT NULL,   -- business clock
  decided_by     text        NOT NULL,
  result         text        NOT NULL,
  closes         boolean     NOT NULL,
  code_before    text        NOT NULL,
  reason_before  text        NOT NULL,
  code           text,                   -- of a record that was refused again
  reason         text,
  because        text,                   -- what the person said
  kept_as        uuid,                   -- the record in quarantine that took its place
  correction     bytea,                  -- the record that a person gave instead
  CONSTRAINT quarantine_step_pk PRIMARY KEY (record, operation),
  CONSTRAINT quarantine_step_result CHECK (result IN ('accepted', 'duplicate', 'kept-again', 'refused-again', 'discarded')),
  CONSTRAINT quarantine_step_closes CHECK (closes = (result <> 'refused-again')),
  CONSTRAINT quarantine_step_refusal CHECK ((result IN ('kept-again', 'refused-again')) = (code IS NOT NULL AND reason IS NOT NULL)),
  CONSTRAINT quarantine_step_because CHECK (result <> 'discarded' OR because IS NOT NULL)
);
CREATE UNIQUE INDEX quarantine_step_closing ON ingest.quarantine_step (record) WHERE closes;
CREATE INDEX quarantine_step_kept_as ON ingest.quarantine_step (kept_as) WHERE kept_as IS NOT NULL;

-- Who looked at records, which hold numbers of people: a row per day, person and filter, so that a page that asks every minute stays small.
CREATE TABLE ingest.quarantine_access (
  day       date        NOT NULL,
  by        text        NOT NULL,
  kind      text        NOT NULL,
  filter    text        NOT NULL,
  times     bigint      NOT NULL,
  records   bigint      NOT NULL,
  last_at   timestamptz NOT NULL,   -- business clock
  CONSTRAINT quarantine_access_pk PRIMARY KEY (day, by, kind, filter),
  CONSTRAINT quarantine_access_kind CHECK (kind IN ('list', 'show', 'export'))
);

-- Pages in order of arrival, and a record by its id alone.
CREATE INDEX quarantined_record_by_arrival ON ingest.quarantined_record (received_at, id);
CREATE INDEX quarantined_record_open ON ingest.quarantined_record (code, received_at, id) WHERE status = 'open';
CREATE INDEX rejected_record_by_arrival ON cdr.rejected_record (received_at, id);
CREATE INDEX rejected_record_open ON cdr.rejected_record (code, received_at, id) WHERE status = 'open';
CREATE INDEX rejected_record_by_id ON cdr.rejected_record (id);
CREATE INDEX batch_by_pin ON ingest.batch (pinned_at);

INSERT INTO platform.placement (relation, kind) VALUES
  ('ingest.quarantine_step', 'coordinator'),
  ('ingest.quarantine_access', 'coordinator');

-- Brings records of a bucket to what was decided. Only an open one changes, so a repeat does nothing.
CREATE FUNCTION cdr.settle_rejected(p_bucket smallint, p_id uuid[], p_status text[], p_code text[], p_reason text[]) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
  settled integer;
BEGIN
  UPDATE cdr.rejected_record r SET status = s.status, code = coalesce(s.code, r.code), reason = coalesce(s.reason, r.reason)
  FROM unnest(p_id, p_status, p_code, p_reason) AS s(id, status, code, reason)
  WHERE r.bucket = p_bucket AND r.id = s.id AND r.status = 'open'
    AND (r.status, r.code, r.reason) IS DISTINCT FROM (s.status, coalesce(s.code, r.code), coalesce(s.reason, r.reason));
  GET DIAGNOSTICS settled = ROW_COUNT;
  RETURN settled;
END $$;

-- Reconciliation: what a batch brought, and what an origin has in quarantine.
CREATE INDEX batch_result_by_batch ON cdr.batch_result (batch);
CREATE INDEX quarantined_record_by_origin ON ingest.quarantined_record (origin, at_position);
CREATE INDEX rejected_record_by_origin ON cdr.rejected_record (origin, at_position);
