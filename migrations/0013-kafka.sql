-- Calls from Kafka: offsets live here and move in the transaction that stores the calls (docs/decisions/0005-kafka-offsets.md); and calls
-- that are still open.

-- How far a partition has come. `epoch` counts the lives of a partition: a topic that was made anew, or a replay, begins another one, and what
-- was in work in an earlier one is refused. Everything below `low_water` is stored. The pin is the batch in work: a retry, by whomever, takes
-- exactly the records from `pin_from` to before `pin_to`, assigned by `pin_reference_position`. The fingerprint is of the last record below
-- low_water: where it does not match, the topic is another one under the same name.
CREATE TABLE ingest.kafka_partition (
  topic                   text        NOT NULL,
  kafka_partition         integer     NOT NULL,
  epoch                   integer     NOT NULL DEFAULT 1,
  low_water               bigint      NOT NULL DEFAULT 0,
  counted_from            bigint      NOT NULL DEFAULT 0,   -- below it a replay: read again, but not counted as read
  pin_batch               uuid,
  pin_from                bigint,
  pin_to                  bigint,
  pin_reference_position  bigint,
  fingerprint_offset      bigint,
  fingerprint             bytea,
  prepared                boolean     NOT NULL DEFAULT false,   -- every bucket has its row of cdr.kafka_offset
  stopped_code            text,
  stopped_reason          text,
  stopped_at              timestamptz,
  log_start               bigint,
  high_water              bigint,
  event_time              timestamptz,   -- latest end of a call among those below low_water
  moved_at                timestamptz,
  CONSTRAINT kafka_partition_pk PRIMARY KEY (topic, kafka_partition),
  CONSTRAINT kafka_partition_low_water CHECK (low_water >= 0),
  CONSTRAINT kafka_partition_pin CHECK (num_nulls(pin_batch, pin_from, pin_to, pin_reference_position) IN (0, 4)),
  CONSTRAINT kafka_partition_pin_order CHECK (pin_from = low_water AND pin_to > pin_from)
) WITH (fillfactor = 50);

-- What was read, once for each record, by the billing day of its start where that is known, else of its receipt. `unassigned` of them have no
-- account: they are in ingest.quarantined_record. The others are counted in cdr.kafka_count.
CREATE TABLE ingest.read_count (
  topic            text    NOT NULL,
  kafka_partition  integer NOT NULL,
  day              date    NOT NULL,
  source           text    NOT NULL,   -- '' where a record tells none
  read             bigint  NOT NULL,
  unassigned       bigint  NOT NULL,
  CONSTRAINT read_count_pk PRIMARY KEY (topic, kafka_partition, day, source)
) WITH (fillfactor = 50);

-- Per bucket: all of this bucket's records below `next_offset` are stored. Made in advance; a missing row is an error, never "nothing to do".
CREATE TABLE cdr.kafka_offset (
  bucket           smallint NOT NULL,
  kafka_partition  integer  NOT NULL,
  epoch            integer  NOT NULL,
  next_offset      bigint   NOT NULL,
  topic            text     NOT NULL,
  CONSTRAINT kafka_offset_pk PRIMARY KEY (bucket, topic, kafka_partition)
) WITH (fillfactor = 50);

-- What became of the records of a bucket, counted in the transaction that stored them:
-- over all buckets, accepted + opened + duplicates + rejected + ingest.read_count.unassigned = ingest.read_count.read.
CREATE TABLE cdr.kafka_count (
  bucket           smallint NOT NULL,
  kafka_partition  integer  NOT NULL,
  day              date     NOT NULL,
  accepted         bigint   NOT NULL,
  opened           bigint   NOT NULL,
  duplicates       bigint   NOT NULL,
  rejected         bigint   NOT NULL,
  topic            text     NOT NULL,
  source           text     NOT NULL,
  CONSTRAINT kafka_count_pk PRIMARY KEY (bucket, topic, kafka_partition, day, source)
) WITH (fillfactor = 50);

-- Duplicates make no row of their own, so they are counted: per batch, and by the billing day of their start and source. Only where there are any.
CREATE TABLE cdr.batch_tally (
  bucket      smallint NOT NULL,
  batch       uuid     NOT NULL,
  day         date     NOT NULL,
  duplicates  integer  NOT NULL,
  source      text     NOT NULL,
  CONSTRAINT batch_tally_pk PRIMARY KEY (bucket, batch, day, source)
);

-- Calls that were answered and have not ended. `call.ended` with the same identity removes the row in the transaction that stores the call;
-- what never ends becomes evidence in quarantine after seven days. The bytes are kept for that.
CREATE TABLE cdr.open_call (
  bucket           smallint    NOT NULL,
  direction        smallint    NOT NULL,
  covered          boolean     NOT NULL,
  test             boolean     NOT NULL,
  at_position      bigint      NOT NULL,
  started_at       timestamptz NOT NULL,
  answered_at      timestamptz NOT NULL,
  received_at      timestamptz NOT NULL DEFAULT now(),
  call_key         uuid        NOT NULL,
  batch            uuid        NOT NULL,
  quarantine_id    uuid        NOT NULL,   -- under which it is kept if it never ends
  account_id       text        NOT NULL,
  source           text        NOT NULL,
  call_id          text        NOT NULL,
  user_id          text,
  from_number      text,
  to_number        text        NOT NULL,
  forwarded_by     text,
  ip               text,
  trunk            text,
  subscription_id  text,
  plan             text,
  class            text,
  prefix           text,
  tariff           text,
  origin           text        NOT NULL,
  headers          jsonb,
  raw              bytea       NOT NULL,
  CONSTRAINT open_call_pk PRIMARY KEY (call_key, bucket)
);
CREATE INDEX open_call_by_account ON cdr.open_call (bucket, account_id);
CREATE INDEX open_call_by_start ON cdr.open_call (bucket, started_at);

-- Records that told of an answer; the calls themselves come with their end, so they are no entries of the log.
ALTER TABLE cdr.batch_result ADD COLUMN opened integer NOT NULL DEFAULT 0;
ALTER TABLE ingest.batch ADD COLUMN opened integer NOT NULL DEFAULT 0;
-- How many of its records for quarantine were there already, of an earlier batch: read = accepted + opened + duplicates + rows + kept_before.
ALTER TABLE cdr.batch_result ADD COLUMN kept_before integer NOT NULL DEFAULT 0;
ALTER TABLE ingest.batch ADD COLUMN kept_before integer NOT NULL DEFAULT 0;
-- The envelope of a CloudEvent in binary form is in its headers; without it the bytes can't be read again.
ALTER TABLE ingest.quarantined_record ADD COLUMN headers jsonb;
ALTER TABLE cdr.rejected_record ADD COLUMN headers jsonb;
CREATE OR REPLACE VIEW ingest.quarantine AS
  SELECT id, NULL::smallint AS bucket, code, reason, status, origin, at_position, received_at, NULL::text AS account_id, source, call_id, raw, headers
  FROM ingest.quarantined_record
  UNION ALL
  SELECT id, bucket, code, reason, status, origin, at_position, received_at, account_id, source, call_id, raw, headers
  FROM cdr.rejected_record;
-- The business clock when the batch was pinned: a retry calls the same starts implausible. Null in batches of earlier versions.
ALTER TABLE ingest.batch ADD COLUMN judged_at timestamptz;

INSERT INTO platform.placement (relation, kind, colocate_with) VALUES
  ('ingest.kafka_partition', 'coordinator', NULL),
  ('ingest.read_count', 'coordinator', NULL),
  ('cdr.kafka_offset', 'hot', 'cdr.bucket_head'),
  ('cdr.kafka_count', 'hot', 'cdr.bucket_head'),
  ('cdr.batch_tally', 'hot', 'cdr.bucket_head'),
  ('cdr.open_call', 'hot', 'cdr.bucket_head');
SELECT platform.apply_placement();

-- The offset rows of one bucket, made before the first record of a partition is stored.
CREATE FUNCTION cdr.make_kafka_offsets(p_bucket smallint, p_topic text, p_partitions integer[]) RETURNS void LANGUAGE sql AS $$
  INSERT INTO cdr.kafka_offset (bucket, topic, kafka_partition, epoch, next_offset)
  SELECT p_bucket, p_topic, p, 1, 0 FROM unnest(p_partitions) AS p
  ON CONFLICT (bucket, topic, kafka_partition) DO NOTHING
$$;

-- As in 0005, and: the offset of a Kafka partition moves with the calls (p_topic null for other origins), counts per day and source are added,
-- calls are opened and completed. Also returns false when the offset says that the bucket has had this range. Raises FL021 when the offset row
-- is missing, FL022 when the partition has begun another epoch or stands inside the range, and unique_violation when an open call, or the call
-- that an answer belongs to, is not as the caller saw it.
DROP FUNCTION cdr.store_batch;
CREATE FUNCTION cdr.store_batch(
  p_bucket smallint, p_batch uuid, p_reference_position bigint, p_duplicates int,
  c_call_key uuid[], c_content_hash uuid[], c_account text[], c_source text[], c_call_id text[], c_user text[],
  c_direction smallint[], c_from text[], c_to text[], c_forwarded_by text[],
  c_started_at timestamptz[], c_answered_at timestamptz[], c_ended_at timestamptz[], c_talk_seconds int[], c_disposition smallint[],
  c_ip text[], c_trunk text[], c_test boolean[], c_subscription text[], c_plan text[], c_class text[], c_prefix text[], c_tariff text[],
  c_tariff_version date[], c_billed_seconds int[], c_regular_charge bigint[], c_charge bigint[], c_covered boolean[],
  r_id uuid[], r_code text[], r_reason text[], r_origin text[], r_position bigint[], r_account text[], r_source text[], r_call_id text[], r_raw bytea[],
  r_headers text[],
  d_account text[], d_day date[], d_class text[], d_calls int[], d_covered_calls int[],
  d_seconds bigint[], d_covered_seconds bigint[], d_charge bigint[], d_regular_charge bigint[],
  p_topic text, p_partition int, p_epoch int, p_from bigint, p_to bigint, p_counts jsonb, p_tally jsonb,
  p_opened int, p_open jsonb, p_completed uuid[]
) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  head cdr.bucket_head;
  mark cdr.kafka_offset;
  live smallint;
  n bigint := coalesce(array_length(c_call_key, 1), 0);
  changed bigint;
BEGIN
  SELECT * INTO STRICT head FROM cdr.bucket_head WHERE bucket = p_bucket FOR UPDATE;
  IF p_topic IS NOT NULL THEN
    SELECT * INTO mark FROM cdr.kafka_offset WHERE bucket = p_bucket AND topic = p_topic AND kafka_partition = p_partition FOR UPDATE;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'bucket % has no offset of %/%', p_bucket, p_topic, p_partition USING ERRCODE = 'FL021';
    END IF;
    IF mark.epoch = p_epoch AND mark.next_offset >= p_to THEN
      RETURN false;
    END IF;
    IF mark.epoch > p_epoch OR (mark.epoch = p_epoch AND mark.next_offset > p_from) THEN
      RAISE EXCEPTION 'bucket % is at % of epoch % of %/%, the batch is % to % of epoch %', p_bucket, mark.next_offset, mark.epoch, p_topic,
        p_partition, p_from, p_to, p_epoch USING ERRCODE = 'FL022';
    END IF;
  END IF;
  IF head.reference_position > p_reference_position THEN
    RAISE EXCEPTION 'bucket % is rated by reference data %, the batch by %', p_bucket, head.reference_position, p_reference_position
      USING ERRCODE = 'FL001';
  END IF;
  INSERT INTO cdr.batch_result (bucket, batch, accepted, duplicates, rejected, opened, first_seq, last_seq)
  VALUES (p_bucket, p_batch, n, p_duplicates, coalesce(array_length(r_id, 1), 0), p_opened, head.last_seq + 1, head.last_seq + n)
  ON CONFLICT (bucket, batch) DO NOTHING;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  IF n > 0 THEN
    INSERT INTO cdr.call_record (bucket, seq, call_key, content_hash, batch, account_id, source, call_id, user_id, direction, from_number,
      to_number, forwarded_by, started_at, answered_at, ended_at, talk_seconds, disposition, ip, trunk, test, subscription_id, plan, class,
      prefix, tariff, tariff_version, billed_seconds, regular_charge, charge, covered)
    SELECT p_bucket, head.last_seq + c.ord, c.call_key, c.content_hash, p_batch, c.account, c.source, c.call_id, c.usr, c.direction, c.frm,
      c.tonumber, c.forwarded_by, c.started_at, c.answered_at, c.ended_at, c.talk_seconds, c.disposition, c.ip, c.trunk, c.test,
      c.subscription, c.plan, c.class, c.prefix, c.tariff, c.tariff_version, c.billed_seconds, c.regular_charge, c.charge, c.covered
    FROM unnest(c_call_key, c_content_hash, c_account, c_source, c_call_id, c_user, c_direction, c_from, c_to, c_forwarded_by,
        c_started_at, c_answered_at, c_ended_at, c_talk_seconds, c_disposition, c_ip, c_trunk, c_test, c_subscription, c_plan, c_class,
        c_prefix, c_tariff, c_tariff_version, c_billed_seconds, c_regular_charge, c_charge, c_covered) WITH ORDINALITY
      AS c(call_key, content_hash, account, source, call_id, usr, direction, frm, tonumber, forwarded_by,
        started_at, answered_at, ended_at, talk_seconds, disposition, ip, trunk, test, subscription, plan, class,
        prefix, tariff, tariff_version, billed_seconds, regular_charge, charge, covered, ord);
    SELECT version INTO STRICT live FROM usage.projection WHERE bucket = p_bucket AND state = 'live';
    PERFORM usage.apply(p_bucket, live, head.last_seq, head.last_seq + n,
      d_account, d_day, d_class, d_calls, d_covered_calls, d_seconds, d_covered_seconds, d_charge, d_regular_charge);
    UPDATE cdr.bucket_head SET last_seq = head.last_seq + n WHERE bucket = p_bucket;
    -- Almost always there are none.
    IF EXISTS (SELECT FROM cdr.open_call WHERE bucket = p_bucket) THEN
      DELETE FROM cdr.open_call WHERE bucket = p_bucket AND call_key = ANY (c_call_key);
      GET DIAGNOSTICS changed = ROW_COUNT;
    ELSE
      changed := 0;
    END IF;
    IF changed <> cardinality(p_completed) THEN
      RAISE EXCEPTION 'bucket % had % of the open calls, % were seen', p_bucket, changed, cardinality(p_completed) USING ERRCODE = 'unique_violation';
    END IF;
  END IF;
  IF jsonb_array_length(p_open) > 0 THEN
    IF EXISTS (SELECT FROM cdr.call_record c JOIN jsonb_array_elements(p_open) o ON (o ->> 'call_key')::uuid = c.call_key
        WHERE c.bucket = p_bucket AND c.call_key <> ALL (c_call_key)) THEN
      RAISE EXCEPTION 'bucket % has the end of a call that is opened', p_bucket USING ERRCODE = 'unique_violation';
    END IF;
    INSERT INTO cdr.open_call (bucket, batch, call_key, quarantine_id, account_id, source, call_id, user_id, direction, from_number, to_number,
      forwarded_by, ip, trunk, started_at, answered_at, subscription_id, plan, class, prefix, tariff, covered, test, origin, at_position, headers, raw)
    SELECT p_bucket, p_batch, o.call_key, o.quarantine_id, o.account_id, o.source, o.call_id, o.user_id, o.direction, o.from_number, o.to_number,
      o.forwarded_by, o.ip, o.trunk, o.started_at, o.answered_at, o.subscription_id, o.plan, o.class, o.prefix, o.tariff, o.covered, o.test,
      o.origin, o.at_position, o.headers::jsonb, decode(o.raw, 'base64')
    FROM jsonb_to_recordset(p_open) AS o(call_key uuid, quarantine_id uuid, account_id text, source text, call_id text, user_id text,
      direction smallint, from_number text, to_number text, forwarded_by text, ip text, trunk text, started_at timestamptz,
      answered_at timestamptz, subscription_id text, plan text, class text, prefix text, tariff text, covered boolean, test boolean,
      origin text, at_position bigint, headers text, raw text);
  END IF;
  -- Nearly every call has none, and even nothing costs a statement.
  IF cardinality(r_id) > 0 THEN
    INSERT INTO cdr.rejected_record (bucket, id, code, reason, origin, at_position, account_id, source, call_id, raw, headers)
    SELECT p_bucket, r.id, r.code, r.reason, r.origin, r.at_position, r.account, r.source, r.call_id, r.raw, r.headers::jsonb
    FROM unnest(r_id, r_code, r_reason, r_origin, r_position, r_account, r_source, r_call_id, r_raw, r_headers)
      AS r(id, code, reason, origin, at_position, account, source, call_id, raw, headers)
    ON CONFLICT (bucket, id) DO NOTHING;
    GET DIAGNOSTICS changed = ROW_COUNT;
    IF changed < coalesce(array_length(r_id, 1), 0) THEN
      UPDATE cdr.batch_result SET kept_before = array_length(r_id, 1) - changed WHERE bucket = p_bucket AND batch = p_batch;
    END IF;
  END IF;
  IF p_duplicates > 0 THEN
    INSERT INTO cdr.batch_tally (bucket, batch, day, source, duplicates)
    SELECT p_bucket, p_batch, t.day, t.source, t.duplicates FROM jsonb_to_recordset(p_tally) AS t(day date, source text, duplicates int);
  END IF;
  IF p_topic IS NOT NULL THEN
    INSERT INTO cdr.kafka_count AS k (bucket, topic, kafka_partition, day, source, accepted, opened, duplicates, rejected)
    SELECT p_bucket, p_topic, p_partition, c.day, c.source, c.accepted, c.opened, c.duplicates, c.rejected
    FROM jsonb_to_recordset(p_counts) AS c(day date, source text, accepted int, opened int, duplicates int, rejected int)
    ON CONFLICT (bucket, topic, kafka_partition, day, source) DO UPDATE SET
      accepted = k.accepted + excluded.accepted, opened = k.opened + excluded.opened,
      duplicates = k.duplicates + excluded.duplicates, rejected = k.rejected + excluded.rejected;
    UPDATE cdr.kafka_offset SET epoch = p_epoch, next_offset = p_to
    WHERE bucket = p_bucket AND topic = p_topic AND kafka_partition = p_partition;
  END IF;
  RETURN true;
END $$;

-- Calls of one bucket that were answered before p_before and never ended become evidence. The count is of those closed now.
CREATE FUNCTION cdr.close_out_open_calls(p_bucket smallint, p_before timestamptz, p_limit int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  closed int;
BEGIN
  PERFORM FROM cdr.bucket_head WHERE bucket = p_bucket FOR UPDATE;
  WITH late AS (
    SELECT call_key FROM cdr.open_call WHERE bucket = p_bucket AND started_at < p_before ORDER BY started_at LIMIT p_limit
  ), gone AS (
    DELETE FROM cdr.open_call o USING late WHERE o.bucket = p_bucket AND o.call_key = late.call_key RETURNING o.*
  )
  INSERT INTO cdr.rejected_record (bucket, id, code, reason, origin, at_position, account_id, source, call_id, raw, headers)
  SELECT p_bucket, g.quarantine_id, 'implausible',
    format('The call was answered at %s and no end of it came within 7 days.', to_char(g.answered_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')),
    g.origin, g.at_position, g.account_id, g.source, g.call_id, g.raw, g.headers
  FROM gone g
  ON CONFLICT (bucket, id) DO NOTHING;
  GET DIAGNOSTICS closed = ROW_COUNT;
  RETURN closed;
END $$;
