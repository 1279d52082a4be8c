-- The writes to hot tables: functions with the bucket first, each called as one statement in autocommit, so that a distributed database
-- sends it whole to the node that owns the bucket. Each locks the bucket's head first.

-- Folds usage deltas into one version of the projection and moves its checkpoint; refused when the checkpoint is not where the caller saw it.
CREATE FUNCTION usage.apply(
  p_bucket smallint, p_version smallint, p_from_seq bigint, p_to_seq bigint,
  d_account text[], d_day date[], d_class text[], d_calls int[], d_covered_calls int[],
  d_seconds bigint[], d_covered_seconds bigint[], d_charge bigint[], d_regular_charge bigint[]
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE usage.projection SET seq = p_to_seq WHERE bucket = p_bucket AND version = p_version AND seq = p_from_seq;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'usage version % of bucket % is not at %', p_version, p_bucket, p_from_seq USING ERRCODE = 'FL002';
  END IF;
  INSERT INTO usage.daily AS u (bucket, version, account_id, day, class, calls, covered_calls, seconds, covered_seconds, charge, regular_charge)
  SELECT p_bucket, p_version, d.account, d.day, d.class, d.calls, d.covered_calls, d.seconds, d.covered_seconds, d.charge, d.regular_charge
  FROM unnest(d_account, d_day, d_class, d_calls, d_covered_calls, d_seconds, d_covered_seconds, d_charge, d_regular_charge)
    AS d(account, day, class, calls, covered_calls, seconds, covered_seconds, charge, regular_charge)
  ON CONFLICT (bucket, account_id, day, class, version) DO UPDATE SET
    calls = u.calls + excluded.calls, covered_calls = u.covered_calls + excluded.covered_calls,
    seconds = u.seconds + excluded.seconds, covered_seconds = u.covered_seconds + excluded.covered_seconds,
    charge = u.charge + excluded.charge, regular_charge = u.regular_charge + excluded.regular_charge;
END $$;

-- Stores what a batch has for one bucket: calls, rejected records, their usage and their count, and moves the head. Returns true when
-- done, false when this bucket has had this batch before. Raises FL001 when the bucket has been re-rated past the caller's reference
-- data, and unique_violation when another writer stored one of the calls in between: the caller looks again and retries.
CREATE FUNCTION cdr.store_batch(
  p_bucket smallint, p_batch uuid, p_reference_position bigint, p_duplicates int,
  c_call_key uuid[], c_content_hash uuid[], c_account text[], c_source text[], c_call_id text[], c_user text[],
  c_direction smallint[], c_from text[], c_to text[], c_forwarded_by text[],
  c_started_at timestamptz[], c_answered_at timestamptz[], c_ended_at timestamptz[], c_talk_seconds int[], c_disposition smallint[],
  c_ip text[], c_trunk text[], c_test boolean[], c_subscription text[], c_plan text[], c_class text[], c_prefix text[], c_tariff text[],
  c_tariff_version date[], c_billed_seconds int[], c_regular_charge bigint[], c_charge bigint[], c_covered boolean[],
  r_id uuid[], r_code text[], r_reason text[], r_origin text[], r_position bigint[], r_account text[], r_source text[], r_call_id text[], r_raw bytea[],
  d_account text[], d_day date[], d_class text[], d_calls int[], d_covered_calls int[],
  d_seconds bigint[], d_covered_seconds bigint[], d_charge bigint[], d_regular_charge bigint[]
) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  head cdr.bucket_head;
  live smallint;
  n bigint := coalesce(array_length(c_call_key, 1), 0);
BEGIN
  SELECT * INTO STRICT head FROM cdr.bucket_head WHERE bucket = p_bucket FOR UPDATE;
  IF head.reference_position > p_reference_position THEN
    RAISE EXCEPTION 'bucket % is rated by reference data %, the batch by %', p_bucket, head.reference_position, p_reference_position
      USING ERRCODE = 'FL001';
  END IF;
  INSERT INTO cdr.batch_result (bucket, batch, accepted, duplicates, rejected, first_seq, last_seq)
  VALUES (p_bucket, p_batch, n, p_duplicates, coalesce(array_length(r_id, 1), 0), head.last_seq + 1, head.last_seq + n)
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
  END IF;
  INSERT INTO cdr.rejected_record (bucket, id, code, reason, origin, at_position, account_id, source, call_id, raw)
  SELECT p_bucket, r.id, r.code, r.reason, r.origin, r.at_position, r.account, r.source, r.call_id, r.raw
  FROM unnest(r_id, r_code, r_reason, r_origin, r_position, r_account, r_source, r_call_id, r_raw)
    AS r(id, code, reason, origin, at_position, account, source, call_id, raw)
  ON CONFLICT (bucket, id) DO NOTHING;
  RETURN true;
END $$;

-- Adds ratings to calls of a bucket because of one change of reference data. The caller has rated what the bucket held at p_seen_seq; calls
-- that came in between make it refuse (FL003), and the caller rates those too. Moving reference_position under the same lock closes the
-- door: a batch that was rated before the change can't come in after it.
CREATE FUNCTION cdr.rerate(
  p_bucket smallint, p_seen_seq bigint, p_reference_position bigint, p_cause uuid,
  c_call_key uuid[], c_account text[], c_direction smallint[], c_started_at timestamptz[], c_answered_at timestamptz[], c_talk_seconds int[],
  c_subscription text[], c_plan text[], c_class text[], c_prefix text[], c_tariff text[], c_tariff_version date[], c_billed_seconds int[],
  c_regular_charge bigint[], c_charge bigint[], c_covered boolean[],
  c_regular_charge_before bigint[], c_charge_before bigint[], c_covered_before boolean[], c_class_before text[],
  d_account text[], d_day date[], d_class text[], d_calls int[], d_covered_calls int[],
  d_seconds bigint[], d_covered_seconds bigint[], d_charge bigint[], d_regular_charge bigint[]
) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  head cdr.bucket_head;
  live smallint;
  n bigint := coalesce(array_length(c_call_key, 1), 0);
BEGIN
  SELECT * INTO STRICT head FROM cdr.bucket_head WHERE bucket = p_bucket FOR UPDATE;
  IF head.reference_position >= p_reference_position THEN
    RETURN false;
  END IF;
  IF head.last_seq <> p_seen_seq THEN
    RAISE EXCEPTION 'bucket % is at %, rated up to %', p_bucket, head.last_seq, p_seen_seq USING ERRCODE = 'FL003';
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
  UPDATE cdr.bucket_head SET last_seq = head.last_seq + n, reference_position = p_reference_position WHERE bucket = p_bucket;
  RETURN true;
END $$;

-- Makes a filled version of the usage projection the live one, if it has seen all of the bucket; what was live goes.
CREATE FUNCTION usage.switch(p_bucket smallint, p_version smallint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  head cdr.bucket_head;
BEGIN
  SELECT * INTO STRICT head FROM cdr.bucket_head WHERE bucket = p_bucket FOR UPDATE;
  PERFORM FROM usage.projection WHERE bucket = p_bucket AND version = p_version AND state = 'building' AND seq = head.last_seq;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  DELETE FROM usage.daily WHERE bucket = p_bucket AND version <> p_version;
  DELETE FROM usage.projection WHERE bucket = p_bucket AND version <> p_version;
  UPDATE usage.projection SET state = 'live' WHERE bucket = p_bucket AND version = p_version;
  RETURN true;
END $$;

-- Begins to fill a version beside the live one; what an abandoned attempt left goes first.
CREATE FUNCTION usage.begin_building(p_bucket smallint) RETURNS smallint LANGUAGE plpgsql AS $$
DECLARE
  live smallint;
  built smallint;
BEGIN
  PERFORM FROM cdr.bucket_head WHERE bucket = p_bucket FOR UPDATE;
  SELECT version INTO STRICT live FROM usage.projection WHERE bucket = p_bucket AND state = 'live';
  built := CASE WHEN live = 1 THEN 2 ELSE 1 END;
  DELETE FROM usage.daily WHERE bucket = p_bucket AND version = built;
  DELETE FROM usage.projection WHERE bucket = p_bucket AND version = built;
  INSERT INTO usage.projection (bucket, version, state, seq) VALUES (p_bucket, built, 'building', 0);
  RETURN built;
END $$;
