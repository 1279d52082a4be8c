-- Changes of subscriptions backwards: what was shown before a person confirmed it, and the writing of new ratings in parts.
CREATE SCHEMA retro_rating;

-- A preview as it was shown. `parts` is what its hash was made of, so that a confirmation that comes too late can say what changed.
-- What has been executed is decided by events; this table is the memory of what was shown.
CREATE TABLE retro_rating.preview (
  hash                text        NOT NULL,
  account             text        NOT NULL,
  command             jsonb       NOT NULL,   -- subscription, plan, seats, from, as asked
  through_period      text        NOT NULL,   -- the last month with a document
  bucket              smallint    NOT NULL,
  cursor_seq          bigint      NOT NULL,   -- of the log of that bucket
  reference_position  bigint      NOT NULL,
  parts               jsonb       NOT NULL,
  result              jsonb       NOT NULL,
  previewed_by        text        NOT NULL,
  previewed_at        timestamptz NOT NULL,   -- business clock
  CONSTRAINT preview_pk PRIMARY KEY (hash),
  CONSTRAINT preview_hash CHECK (hash ~ '^[0-9a-f]{64}$')
);
CREATE INDEX preview_by_account ON retro_rating.preview (account, previewed_at);

INSERT INTO platform.placement (relation, kind) VALUES ('retro_rating.preview', 'coordinator');

-- Adds ratings to calls of a bucket because of one change of reference data, and, as its last part, moves the position of the
-- reference data by which the bucket is rated. An account with very many calls comes in several parts: each is whole (ratings and usage),
-- and a repeat after a crash finds what is left to do, since it compares with the current ratings.
--   p_seen_seq   the caller has rated every call up to it. Only the last part insists: calls that came in between make it refuse (FL003),
--                and the caller rates those too. Moving the position under the same lock closes the door: a batch that was rated before the
--                change can't come in after it.
--   p_rated_seq  the latest rating in this bucket that the caller knows of. A later one means that somebody else is re-rating: FL004.
-- Returns the bucket's last seq; null when the bucket was rated by this or later reference data before.
DROP FUNCTION cdr.rerate;
CREATE FUNCTION cdr.rerate(
  p_bucket smallint, p_seen_seq bigint, p_rated_seq bigint, p_is_last boolean, p_reference_position bigint, p_cause uuid,
  c_call_key uuid[], c_account text[], c_direction smallint[], c_started_at timestamptz[], c_answered_at timestamptz[], c_talk_seconds int[],
  c_subscription text[], c_plan text[], c_class text[], c_prefix text[], c_tariff text[], c_tariff_version date[], c_billed_seconds int[],
  c_regular_charge bigint[], c_charge bigint[], c_covered boolean[],
  c_regular_charge_before bigint[], c_charge_before bigint[], c_covered_before boolean[], c_class_before text[],
  d_account text[], d_day date[], d_class text[], d_calls int[], d_covered_calls int[],
  d_seconds bigint[], d_covered_seconds bigint[], d_charge bigint[], d_regular_charge bigint[]
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  head cdr.bucket_head;
  live smallint;
  n bigint := coalesce(array_length(c_call_key, 1), 0);
BEGIN
  SELECT * INTO STRICT head FROM cdr.bucket_head WHERE bucket = p_bucket FOR UPDATE;
  IF head.reference_position >= p_reference_position THEN
    RETURN NULL;
  END IF;
  IF p_is_last AND head.last_seq <> p_seen_seq THEN
    RAISE EXCEPTION 'bucket % is at %, rated up to %', p_bucket, head.last_seq, p_seen_seq USING ERRCODE = 'FL003';
  END IF;
  IF EXISTS (SELECT FROM cdr.call_rating r WHERE r.bucket = p_bucket AND r.seq > p_rated_seq) THEN
    RAISE EXCEPTION 'bucket % was re-rated past %', p_bucket, p_rated_seq USING ERRCODE = 'FL004';
  END IF;
  IF n > 0 THEN
    INSERT INTO cdr.call_rating (bucket, seq, call_key, cause, reference_position, account_id, direction, started_at, answered_at, talk_seconds,
      subscription_id, plan, class, prefix, tariff, tariff_version, billed_seconds, regular_charge, charge, covered,
      regular_charge_before, charge_before, covered_before, class_before)
    SELECT p_bucket, head.last_seq + c.ord, c.call_key, p_cause, p_reference_position, c.account, c.direction, c.started_at, c.answered_at,
      c.talk_seconds, c.subscription, c.plan, c.class, c.prefix, c.tariff, c.tariff_version, c.billed_seconds, c.regular_charge, c.charge,
      c.covered, c.regular_charge_before, c.charge_before, c.covered_before, c.class_before
    FROM unnest(c_call_key, c_account, c_direction, c_started_at, c_answered_at, c_talk_seconds, c_subscription, c_plan, c_class, c_prefix,
        c_tariff, c_tariff_version, c_billed_seconds, c_regular_charge, c_charge, c_covered, c_regular_charge_before, c_charge_before,
        c_covered_before, c_class_before) WITH ORDINALITY
      AS c(call_key, account, direction, started_at, answered_at, talk_seconds, subscription, plan, class, prefix, tariff, tariff_version,
        billed_seconds, regular_charge, charge, covered, regular_charge_before, charge_before, covered_before, class_before, ord);
    SELECT version INTO STRICT live FROM usage.projection WHERE bucket = p_bucket AND state = 'live';
    PERFORM usage.apply(p_bucket, live, head.last_seq, head.last_seq + n,
      d_account, d_day, d_class, d_calls, d_covered_calls, d_seconds, d_covered_seconds, d_charge, d_regular_charge);
  END IF;
  UPDATE cdr.bucket_head SET last_seq = head.last_seq + n,
    reference_position = CASE WHEN p_is_last THEN p_reference_position ELSE head.reference_position END
  WHERE bucket = p_bucket;
  RETURN head.last_seq + n;
END $$;
