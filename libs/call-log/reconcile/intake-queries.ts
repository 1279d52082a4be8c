/** $1, $2 = window of pins; $3, $4 = place to go on after; $5 = how many. Batches in work have no counts yet. */
export const READ_BATCHES = `
  SELECT id, origin, from_position AS "fromPosition", to_position AS "toPosition", pinned_at AS "pinnedAt", completed_at IS NOT NULL AS completed,
    extract(epoch FROM now() - pinned_at)::bigint AS "ageSeconds", coalesce(read, 0) AS read, coalesce(accepted, 0) AS accepted,
    coalesce(duplicates, 0) AS duplicates, coalesce(quarantined, 0) AS quarantined, opened
  FROM ingest.batch
  WHERE pinned_at >= to_timestamp($1::double precision / 1000) AND pinned_at < to_timestamp($2::double precision / 1000)
    AND (origin, id) > ($3, $4::uuid)
  ORDER BY origin, id LIMIT $5`;

/**
 * $1 = batches. What their buckets say they brought, and how many calls of each source lie there: the calls of a batch in a bucket have
 * the seqs from first to last, one after another.
 */
export const READ_SHARES = `
  SELECT r.bucket, r.batch, r.accepted, r.duplicates, r.rejected, r.opened, r.first_seq AS "firstSeq", r.last_seq AS "lastSeq",
    coalesce(c.sources, '{}'::jsonb) AS sources
  FROM cdr.batch_result r
  LEFT JOIN LATERAL (
    SELECT jsonb_object_agg(s.source, s.calls) AS sources FROM (
      SELECT c.source, count(*) AS calls FROM cdr.call_record c
      WHERE c.bucket = r.bucket AND c.seq BETWEEN r.first_seq AND r.last_seq AND c.batch = r.batch GROUP BY c.source) s) c ON true
  WHERE r.batch = ANY ($1::uuid[])
  ORDER BY r.batch, r.bucket`;

/** $1 = bucket, $2, $3 = first and last seq, $4 = how many at most: places in the log where no call is. */
export const MISSING_SEQS = `
  SELECT s AS seq FROM generate_series($2::bigint, $3::bigint) s
  WHERE NOT EXISTS (SELECT FROM cdr.call_record c WHERE c.bucket = $1 AND c.seq = s) ORDER BY s LIMIT $4`;

/**
 * $1 = origins. What all their completed batches quarantined, and how many of that were in quarantine already (a file that was changed and
 * loaded again): the second time a record is counted, and kept once.
 */
export const QUARANTINED_BY_BATCHES = `
  SELECT b.origin, sum(b.quarantined)::bigint AS quarantined,
    sum(b.kept_before + coalesce((SELECT sum(r.kept_before) FROM cdr.batch_result r WHERE r.batch = b.id), 0))::bigint AS "keptBefore"
  FROM ingest.batch b WHERE b.origin = ANY ($1::text[]) AND b.completed_at IS NOT NULL
  GROUP BY b.origin ORDER BY b.origin`;

/**
 * $1 = origins. Batches in work may have kept some of theirs already, which are left out. So is evidence of calls that never ended, which
 * came into quarantine without a batch: no other implausible record has an account.
 */
export const HELD_IN_QUARANTINE = `
  SELECT q.origin, q.source, q.status, count(*) AS records FROM ingest.quarantine q
  WHERE q.origin = ANY ($1::text[]) AND NOT (q.bucket IS NOT NULL AND q.code = 'implausible') AND NOT EXISTS (
    SELECT FROM ingest.batch b WHERE b.origin = q.origin AND b.completed_at IS NULL AND q.at_position BETWEEN b.from_position AND b.to_position)
  GROUP BY q.origin, q.source, q.status ORDER BY q.origin, q.source, q.status`;

/** $1 = origin, $2 = how many at most: batches of which another number is in quarantine than they say, where they do not overlap. */
export const SHORT_BATCHES = `
  SELECT b.id, b.from_position AS "fromPosition", b.to_position AS "toPosition", b.quarantined, h.held
  FROM ingest.batch b
  CROSS JOIN LATERAL (SELECT count(*) AS held FROM ingest.quarantine q
    WHERE q.origin = b.origin AND q.at_position BETWEEN b.from_position AND b.to_position
      AND NOT (q.bucket IS NOT NULL AND q.code = 'implausible')) h
  WHERE b.origin = $1 AND b.completed_at IS NOT NULL AND h.held <> b.quarantined
  ORDER BY b.from_position LIMIT $2`;

/**
 * $1, $2 = first and last day on which calls started (of records that tell none: on which they were read). Kafka's own count of what was read,
 * per partition, day and source, against what became of it; partitions with a stretch in work are left out.
 */
export const KAFKA_DAYS = `
  SELECT coalesce(r.topic, k.topic) AS topic, coalesce(r.kafka_partition, k.kafka_partition) AS partition, coalesce(r.day, k.day) AS day,
    coalesce(r.source, k.source) AS source, coalesce(r.read, 0) AS read, coalesce(k.accepted, 0) AS stored, coalesce(k.opened, 0) AS opened,
    coalesce(k.duplicates, 0) AS duplicates, coalesce(k.rejected, 0) + coalesce(r.unassigned, 0) AS quarantined
  FROM ingest.read_count r
  FULL JOIN (SELECT topic, kafka_partition, day, source, sum(accepted)::bigint AS accepted, sum(opened)::bigint AS opened,
      sum(duplicates)::bigint AS duplicates, sum(rejected)::bigint AS rejected
    FROM cdr.kafka_count GROUP BY topic, kafka_partition, day, source) k
    ON k.topic = r.topic AND k.kafka_partition = r.kafka_partition AND k.day = r.day AND k.source = r.source
  WHERE coalesce(r.day, k.day) BETWEEN $1 AND $2 AND NOT EXISTS (
    SELECT FROM ingest.kafka_partition p
    WHERE p.topic = coalesce(r.topic, k.topic) AND p.kafka_partition = coalesce(r.kafka_partition, k.kafka_partition) AND p.pin_batch IS NOT NULL)
  ORDER BY 1, 2, 3, 4`;

/**
 * $1, $2 = window of starts, $3 = how many at most. The same identity stands in the log more than once: one conflicted with a call older
 * than the door looks back, or two came in at the same moment under different accounts.
 */
export const SAME_IDENTITY = `
  WITH twice AS MATERIALIZED (SELECT call_key FROM cdr.call_record GROUP BY call_key HAVING count(*) > 1)
  SELECT min(c.source) AS source, min(c.call_id) AS "callId",
    array_agg(format('%s (bucket %s, seq %s, started %s)', c.account_id, c.bucket, c.seq, c.started_at) ORDER BY c.received_at, c.bucket, c.seq) AS places
  FROM twice t JOIN cdr.call_record c ON c.call_key = t.call_key GROUP BY c.call_key
  HAVING bool_or(c.started_at >= to_timestamp($1::double precision / 1000) AND c.started_at < to_timestamp($2::double precision / 1000))
  ORDER BY 1, 2 LIMIT $3`;
