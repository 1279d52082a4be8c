-- The call log: somebody else's past, so there is no command and no refusal. Append-only, one row a call; later ratings beside it.
CREATE SCHEMA cdr;
CREATE SCHEMA ingest;
CREATE SCHEMA usage;

-- Locked by every write to a bucket, so calls and ratings of a bucket get `seq` in commit order without gaps: a cursor of the log is
-- the last seq of the buckets it speaks of. `reference_position` is the state of the reference data by which the bucket was last
-- re-rated: a write that was rated under an older one is refused (FL001) and rated again.
CREATE TABLE cdr.bucket_head (
  bucket              smallint NOT NULL,
  last_seq            bigint   NOT NULL DEFAULT 0,
  reference_position  bigint   NOT NULL DEFAULT 0,
  CONSTRAINT bucket_head_pk PRIMARY KEY (bucket),
  CONSTRAINT bucket_head_bucket CHECK (bucket BETWEEN 0 AND 255)
) WITH (fillfactor = 50);

-- The key is (call_key, bucket, started_at), since a unique key must hold the partition and the distribution column. The same id with
-- another start or under another account is found by call_key, the first column: one index look-up per key and month partition
-- before each batch is written (docs/performance.md has its cost).
CREATE TABLE cdr.call_record (
  bucket            smallint    NOT NULL,
  direction         smallint    NOT NULL,   -- 0 outbound, 1 inbound, 2 internal
  disposition       smallint    NOT NULL,   -- 0 answered, 1 no-answer, 2 busy, 3 failed, 4 cancelled
  covered           boolean     NOT NULL,
  test              boolean     NOT NULL,
  talk_seconds      integer     NOT NULL,
  billed_seconds    integer     NOT NULL,
  tariff_version    date,
  seq               bigint      NOT NULL,
  regular_charge    bigint      NOT NULL,   -- micro-euros: what the call costs on the regular tariff
  charge            bigint      NOT NULL,   -- micro-euros: what it is charged; 0 where covered
  started_at        timestamptz NOT NULL,
  answered_at       timestamptz,
  ended_at          timestamptz NOT NULL,
  received_at       timestamptz NOT NULL DEFAULT now(),
  call_key          uuid        NOT NULL,
  content_hash      uuid        NOT NULL,   -- of the normalised fields as sent
  batch             uuid        NOT NULL,   -- ingest.batch: where the record came from
  account_id        text        NOT NULL,
  source            text        NOT NULL,
  call_id           text        NOT NULL,
  user_id           text,
  from_number       text,
  to_number         text        NOT NULL,
  forwarded_by      text,
  ip                text,
  trunk             text,
  subscription_id   text,
  plan              text,
  class             text,
  prefix            text,
  tariff            text,
  CONSTRAINT call_record_pk PRIMARY KEY (call_key, bucket, started_at)
) PARTITION BY RANGE (started_at);
CREATE TABLE cdr.call_record_stray PARTITION OF cdr.call_record DEFAULT;
CREATE INDEX call_record_by_account ON cdr.call_record (bucket, account_id, started_at);
CREATE INDEX call_record_by_seq ON cdr.call_record (bucket, seq);

-- Every rating after the first, which lives in the call's own row. Nothing is overwritten; the current one has the highest seq.
CREATE TABLE cdr.call_rating (
  bucket                 smallint    NOT NULL,
  covered                boolean     NOT NULL,
  covered_before         boolean     NOT NULL,
  billed_seconds         integer     NOT NULL,
  talk_seconds           integer     NOT NULL,
  direction              smallint    NOT NULL,
  tariff_version         date,
  seq                    bigint      NOT NULL,
  regular_charge         bigint      NOT NULL,
  charge                 bigint      NOT NULL,
  regular_charge_before  bigint      NOT NULL,
  charge_before          bigint      NOT NULL,
  reference_position     bigint      NOT NULL,   -- of the event that caused it
  started_at             timestamptz NOT NULL,
  answered_at            timestamptz,
  rated_at               timestamptz NOT NULL DEFAULT now(),
  call_key               uuid        NOT NULL,
  cause                  uuid        NOT NULL,   -- id of that event
  account_id             text        NOT NULL,
  subscription_id        text,
  plan                   text,
  class                  text,
  class_before           text,
  prefix                 text,
  tariff                 text,
  CONSTRAINT call_rating_pk PRIMARY KEY (bucket, call_key, seq)
);
CREATE INDEX call_rating_by_account ON cdr.call_rating (bucket, account_id, started_at);
CREATE INDEX call_rating_by_seq ON cdr.call_rating (bucket, seq);

-- Records of a known account that could not be taken: conflicts, no subscription, no rate.
CREATE TABLE cdr.rejected_record (
  bucket       smallint    NOT NULL,
  id           uuid        NOT NULL,   -- caused by origin, position and bytes: the same record is kept once
  code         text        NOT NULL,
  reason       text        NOT NULL,
  status       text        NOT NULL DEFAULT 'open',
  origin       text        NOT NULL,
  at_position  bigint      NOT NULL,
  received_at  timestamptz NOT NULL DEFAULT now(),
  account_id   text        NOT NULL,
  source       text,
  call_id      text,
  raw          bytea       NOT NULL,
  CONSTRAINT rejected_record_pk PRIMARY KEY (bucket, id),
  CONSTRAINT rejected_record_status CHECK (status IN ('open', 'redriven', 'discarded'))
);

-- What became of a batch in a bucket; also the mark that the bucket has had this batch.
CREATE TABLE cdr.batch_result (
  bucket      smallint    NOT NULL,
  batch       uuid        NOT NULL,
  accepted    integer     NOT NULL,
  duplicates  integer     NOT NULL,
  rejected    integer     NOT NULL,
  first_seq   bigint      NOT NULL,
  last_seq    bigint      NOT NULL,
  stored_at   timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT batch_result_pk PRIMARY KEY (bucket, batch)
);

-- Coordinator: a batch is pinned before its buckets are written. A retry uses the same assignments, so it finds the same accounts.
CREATE TABLE ingest.batch (
  id                  uuid        NOT NULL,
  origin              text        NOT NULL,
  from_position       bigint      NOT NULL,
  to_position         bigint      NOT NULL,
  reference_position  bigint      NOT NULL,
  read                integer,
  accepted            integer,
  duplicates          integer,
  quarantined         integer,
  pinned_at           timestamptz NOT NULL DEFAULT now(),
  completed_at        timestamptz,
  CONSTRAINT batch_pk PRIMARY KEY (id)
);
CREATE INDEX batch_by_origin ON ingest.batch (origin, from_position);

-- Records of which no account is known: unreadable, invalid, implausible, unknown account.
CREATE TABLE ingest.quarantined_record (
  id           uuid        NOT NULL,
  code         text        NOT NULL,
  reason       text        NOT NULL,
  status       text        NOT NULL DEFAULT 'open',
  origin       text        NOT NULL,
  at_position  bigint      NOT NULL,
  received_at  timestamptz NOT NULL DEFAULT now(),
  source       text,
  call_id      text,
  raw          bytea       NOT NULL,
  CONSTRAINT quarantined_record_pk PRIMARY KEY (id),
  CONSTRAINT quarantined_record_status CHECK (status IN ('open', 'redriven', 'discarded'))
);

CREATE VIEW ingest.quarantine AS
  SELECT id, NULL::smallint AS bucket, code, reason, status, origin, at_position, received_at, NULL::text AS account_id, source, call_id, raw
  FROM ingest.quarantined_record
  UNION ALL
  SELECT id, bucket, code, reason, status, origin, at_position, received_at, account_id, source, call_id, raw
  FROM cdr.rejected_record;

-- Usage per account, day and class: a projection of the log, written with the calls. `version` allows another one to be filled beside
-- the live one; each bucket knows up to which seq each version has come.
CREATE TABLE usage.projection (
  bucket   smallint NOT NULL,
  version  smallint NOT NULL,
  state    text     NOT NULL,
  seq      bigint   NOT NULL,
  CONSTRAINT projection_pk PRIMARY KEY (bucket, version),
  CONSTRAINT projection_state CHECK (state IN ('live', 'building', 'retired'))
) WITH (fillfactor = 50);
CREATE TABLE usage.daily (
  bucket           smallint NOT NULL,
  version          smallint NOT NULL,
  day              date     NOT NULL,
  calls            integer  NOT NULL,    -- begun on this day
  covered_calls    integer  NOT NULL,
  seconds          bigint   NOT NULL,    -- talk time on this day; split at midnight
  covered_seconds  bigint   NOT NULL,
  charge           bigint   NOT NULL,    -- micro-euros, of the calls begun on this day
  regular_charge   bigint   NOT NULL,
  account_id       text     NOT NULL,
  class            text     NOT NULL,    -- destination class; 'inbound', 'internal' or 'unrated' where a call has none
  CONSTRAINT daily_pk PRIMARY KEY (bucket, account_id, day, class, version)
) WITH (fillfactor = 80);
CREATE INDEX daily_by_day ON usage.daily (day, bucket);

CREATE VIEW usage.current AS
  SELECT d.bucket, d.account_id, d.day, d.class, d.calls, d.covered_calls, d.seconds, d.covered_seconds, d.charge, d.regular_charge
  FROM usage.daily d
  JOIN usage.projection p ON p.bucket = d.bucket AND p.version = d.version AND p.state = 'live';

INSERT INTO cdr.bucket_head (bucket) SELECT generate_series(0, 255);
INSERT INTO usage.projection (bucket, version, state, seq) SELECT generate_series(0, 255), 1, 'live', 0;

-- Partitions are made ahead of the calls that fill them; a call of a month without one lies in the default partition.
CREATE FUNCTION cdr.ensure_month(month date) RETURNS void LANGUAGE plpgsql AS $$
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
END $$;

INSERT INTO platform.placement (relation, kind, colocate_with) VALUES
  ('cdr.bucket_head', 'hot', NULL),
  ('cdr.call_record', 'hot', 'cdr.bucket_head'),
  ('cdr.call_rating', 'hot', 'cdr.bucket_head'),
  ('cdr.rejected_record', 'hot', 'cdr.bucket_head'),
  ('cdr.batch_result', 'hot', 'cdr.bucket_head'),
  ('usage.projection', 'hot', 'cdr.bucket_head'),
  ('usage.daily', 'hot', 'cdr.bucket_head'),
  ('ingest.batch', 'coordinator', NULL),
  ('ingest.quarantined_record', 'coordinator', NULL);
SELECT platform.apply_placement();
