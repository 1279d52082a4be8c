/** $1 = bucket, $2 = how many sentences at most. */

export const COUNT_ENTRIES = `
  SELECT (SELECT count(*) FROM cdr.call_record WHERE bucket = $1) + (SELECT count(*) FROM cdr.call_rating WHERE bucket = $1) AS entries`;

/** Calls and ratings have the seqs 1, 2, 3, ... up to the head's: none missing, none twice, none past it. */
export const GAPS = `
  WITH entries AS (
    SELECT seq FROM cdr.call_record WHERE bucket = $1
    UNION ALL SELECT seq FROM cdr.call_rating WHERE bucket = $1
    UNION ALL SELECT last_seq + 1 FROM cdr.bucket_head WHERE bucket = $1),
  steps AS (SELECT seq, coalesce(lag(seq) OVER (ORDER BY seq), 0) AS before FROM entries)
  SELECT CASE WHEN seq = before THEN format('seq %s stands there twice, or past the head of the log', seq)
    ELSE format('the entries %s to %s are missing', before + 1, seq - 1) END AS sentence
  FROM steps WHERE seq <> before + 1 ORDER BY seq LIMIT $2`;

/** The first half of the content hash, the key and the bucket, computed here by the database (domain/content.ts made them). */
export const CONTENT = `
  SELECT format('call %s of %s (seq %s) of %s: its %s not what came in', call_id, source, seq, account_id,
    concat_ws(' and ', CASE WHEN content THEN 'fields are' END, CASE WHEN identity THEN 'source or id is' END,
      CASE WHEN place THEN 'account is' END)) AS sentence
  FROM (
    SELECT seq, source, call_id, account_id,
      substr(uuid_send(content_hash), 1, 8) <> substr(sha256(convert_to(array_to_string(ARRAY[
        coalesce(forwarded_by, ''), CASE direction WHEN 0 THEN 'outbound' WHEN 1 THEN 'inbound' ELSE 'internal' END, coalesce(from_number, ''),
        to_number, (extract(epoch FROM started_at) * 1000)::bigint::text, coalesce((extract(epoch FROM answered_at) * 1000)::bigint::text, ''),
        (extract(epoch FROM ended_at) * 1000)::bigint::text, talk_seconds::text,
        CASE disposition WHEN 0 THEN 'answered' WHEN 1 THEN 'no-answer' WHEN 2 THEN 'busy' WHEN 3 THEN 'failed' ELSE 'cancelled' END,
        coalesce(ip, ''), coalesce(trunk, '')], E'\\x1f'), 'UTF8')), 1, 8) AS content,
      uuid_send(call_key) <> substr(sha256(convert_to(source, 'UTF8') || '\\x00'::bytea || convert_to(call_id, 'UTF8')), 1, 16) AS identity,
      platform.bucket_of(account_id) <> bucket AS place
    FROM cdr.call_record WHERE bucket = $1) calls
  WHERE content OR identity OR place ORDER BY seq LIMIT $2`;

/** Each later rating replaces exactly what the one before it said, and speaks of the call as it is. */
export const RATINGS = `
  WITH history AS (
    SELECT r.call_key, r.seq, r.class, r.covered, r.charge, r.regular_charge, r.account_id, r.direction, r.started_at, r.answered_at,
      r.talk_seconds, true AS later, r.class_before, r.covered_before, r.charge_before, r.regular_charge_before
    FROM cdr.call_rating r WHERE r.bucket = $1
    UNION ALL
    SELECT c.call_key, c.seq, c.class, c.covered, c.charge, c.regular_charge, c.account_id, c.direction, c.started_at, c.answered_at,
      c.talk_seconds, false, NULL, NULL, NULL, NULL
    FROM cdr.call_record c
    WHERE c.bucket = $1 AND EXISTS (SELECT FROM cdr.call_rating r WHERE r.bucket = $1 AND r.call_key = c.call_key)),
  steps AS (
    SELECT h.*, lag(h.seq) OVER entry AS p_seq, lag(h.class) OVER entry AS p_class, lag(h.covered) OVER entry AS p_covered,
      lag(h.charge) OVER entry AS p_charge, lag(h.regular_charge) OVER entry AS p_regular_charge,
      first_value(h.later) OVER entry AS orphaned, first_value(h.account_id) OVER entry AS c_account,
      first_value(h.direction) OVER entry AS c_direction, first_value(h.started_at) OVER entry AS c_started,
      first_value(h.answered_at) OVER entry AS c_answered, first_value(h.talk_seconds) OVER entry AS c_talk
    FROM history h WINDOW entry AS (PARTITION BY h.call_key ORDER BY h.seq))
  SELECT format('rating %s of call %s of %s: %s', seq, call_key, account_id, CASE
    WHEN orphaned THEN 'there is no such call before it'
    WHEN (account_id, direction, started_at, answered_at, talk_seconds) IS DISTINCT FROM (c_account, c_direction, c_started, c_answered, c_talk)
      THEN 'it speaks of another account, time or talk time than the call has'
    ELSE format('it replaces charge %s, regular charge %s, class %s, covered %s; the rating before it (seq %s) has %s, %s, %s, %s',
      charge_before, regular_charge_before, class_before, covered_before, p_seq, p_charge, p_regular_charge, p_class, p_covered) END) AS sentence
  FROM steps
  WHERE later AND (orphaned
    OR (account_id, direction, started_at, answered_at, talk_seconds) IS DISTINCT FROM (c_account, c_direction, c_started, c_answered, c_talk)
    OR (class_before, covered_before, charge_before, regular_charge_before) IS DISTINCT FROM (p_class, p_covered, p_charge, p_regular_charge))
  ORDER BY seq LIMIT $2`;

/** What a batch is said to have brought is what it brought; calls come by a batch; there are no more rejected records than were counted.
 * Implausible ones of a known account are evidence of calls that never ended, which came into quarantine without a batch. */
export const BATCH_RESULTS = `
  WITH brought AS (
    SELECT batch, count(*) AS calls, min(seq) AS first_seq, max(seq) AS last_seq FROM cdr.call_record WHERE bucket = $1 GROUP BY batch),
  said AS (SELECT * FROM cdr.batch_result WHERE bucket = $1),
  sentences AS (
    SELECT format('batch %s: accepted %s (seq %s to %s), the log has %s (seq %s to %s)', batch, coalesce(s.accepted::text, 'nothing'),
      s.first_seq, s.last_seq, coalesce(b.calls, 0), b.first_seq, b.last_seq) AS sentence
    FROM said s FULL JOIN brought b USING (batch)
    WHERE s.accepted IS NULL OR s.accepted <> coalesce(b.calls, 0) OR s.last_seq - s.first_seq + 1 <> s.accepted
      OR (b.calls > 0 AND (s.first_seq, s.last_seq) IS DISTINCT FROM (b.first_seq, b.last_seq))
    UNION ALL
    SELECT format('holds %s rejected records, its batches rejected %s', r.held, r.said)
    FROM (SELECT (SELECT count(*) FROM cdr.rejected_record WHERE bucket = $1 AND code <> 'implausible') AS held,
      (SELECT coalesce(sum(rejected), 0) FROM said) AS said) r
    WHERE r.held > r.said)
  SELECT sentence FROM sentences LIMIT $2`;
