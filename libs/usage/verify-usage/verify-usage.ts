import type { LocalDate } from '#calendar/local-date.js';
import type { Queryable } from '#platform/database/database.js';
import { BUCKETS } from '#platform/identity/ids.js';
import type { Check } from '#platform/verification/check.js';
import { DifferenceList } from '#platform/verification/difference-list.js';

/**
 * Usage against a recount of the calls: by another path (SQL, where the figures were made by a TypeScript fold) and bucket by bucket, each
 * in one statement and so in one snapshot: it may run while calls come in. Says where the projection stands too.
 */
export async function verifyUsage(reader: Queryable): Promise<Check> {
  const found = new DifferenceList();
  for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
    const rows = await reader.query<ComparedRow>(RECOUNT_BUCKET, [bucket, found.room]);
    const [first] = rows;
    if (first === undefined) {
      found.add(`usage of bucket ${bucket}: there is no live projection or no head; the schema is damaged`);
      continue;
    }
    found.compared(first.compared);
    if (first.projection_seq !== first.last_seq) {
      found.add(
        `usage of bucket ${bucket}: has counted the log up to ${first.projection_seq}, the log is at ${first.last_seq}`,
      );
    }
    for (const row of rows) if (row.account_id !== null) found.add(sentenceOf(row));
  }
  return found.asCheck('usage');
}

const FIGURES = ['calls', 'covered_calls', 'seconds', 'covered_seconds', 'charge', 'regular_charge'] as const;

interface ComparedRow {
  readonly compared: number;
  readonly last_seq: number;
  readonly projection_seq: number;
  readonly account_id: string | null;
  readonly day: LocalDate;
  readonly class: string;
  /** In the order of FIGURES. */
  readonly stored: readonly (number | string)[];
  readonly counted: readonly (number | string)[];
}

function sentenceOf(row: ComparedRow): string {
  const differing = FIGURES.flatMap((figure, index) =>
    String(row.stored[index]) === String(row.counted[index])
      ? []
      : [`${figure.replaceAll('_', ' ')} ${row.stored[index]}, the calls give ${row.counted[index]}`],
  );
  return `usage of ${row.account_id} on ${row.day}, ${row.class}: ${differing.join('; ')}`;
}

/**
 * Every figure of one bucket as the calls give it, beside the stored one. A figure that is absent counts as 0: a class that lost all its
 * calls by a later rating leaves a row of zeros. Talk time is split at local midnights by the time zone data of PostgreSQL; a second
 * belongs to the day on which it begins. Nearly every call lies on one day; only the others are split.
 * @param ofCalls further condition on the calls `c`, @param ofDays a WHERE on the `day` of figures: a part of the log
 */
export const comparedFigures = (ofCalls = '', ofDays = '') => `
  WITH rated AS MATERIALIZED (
    SELECT c.account_id, c.answered_at, c.talk_seconds,
      (c.started_at AT TIME ZONE 'Europe/Amsterdam')::date AS start_day,
      (coalesce(c.answered_at + c.talk_seconds * interval '1 second', c.started_at) AT TIME ZONE 'Europe/Amsterdam')::date AS last_day,
      coalesce(CASE WHEN r.seq IS NULL THEN c.class ELSE r.class END,
        CASE c.direction WHEN 0 THEN 'unrated' WHEN 1 THEN 'inbound' ELSE 'internal' END) AS class,
      coalesce(r.covered, c.covered)::int AS covered, coalesce(r.charge, c.charge) AS charge,
      coalesce(r.regular_charge, c.regular_charge) AS regular_charge
    FROM cdr.call_record c
    LEFT JOIN (SELECT DISTINCT ON (call_key) call_key, seq, class, covered, charge, regular_charge
      FROM cdr.call_rating WHERE bucket = $1 ORDER BY call_key, seq DESC) r ON r.call_key = c.call_key
    WHERE c.bucket = $1 ${ofCalls}),
  split AS (
    SELECT r.account_id, r.class, r.covered, d.day,
      least(r.talk_seconds, ceil(extract(epoch FROM (d.day + 1)::timestamp AT TIME ZONE 'Europe/Amsterdam' - r.answered_at)))::int
      - least(r.talk_seconds, greatest(0, ceil(extract(epoch FROM d.day::timestamp AT TIME ZONE 'Europe/Amsterdam' - r.answered_at))))::int
        AS seconds
    FROM rated r
    CROSS JOIN LATERAL (SELECT first_day + n AS day FROM (SELECT (r.answered_at AT TIME ZONE 'Europe/Amsterdam')::date AS first_day) a,
      generate_series(0, r.last_day - a.first_day) n) d
    WHERE r.last_day <> r.start_day AND r.talk_seconds > 0 AND r.answered_at IS NOT NULL),
  counted AS (
    SELECT account_id, day, class, sum(calls)::bigint AS calls, sum(covered_calls)::bigint AS covered_calls,
      sum(seconds)::bigint AS seconds, sum(covered_seconds)::bigint AS covered_seconds,
      sum(charge)::bigint AS charge, sum(regular_charge)::bigint AS regular_charge
    FROM (
      SELECT account_id, start_day AS day, class, 1 AS calls, covered AS covered_calls,
        CASE WHEN last_day = start_day AND answered_at IS NOT NULL THEN talk_seconds ELSE 0 END AS seconds,
        CASE WHEN last_day = start_day AND answered_at IS NOT NULL THEN covered * talk_seconds ELSE 0 END AS covered_seconds,
        charge, regular_charge
      FROM rated
      UNION ALL
      SELECT account_id, day, class, 0, 0, seconds, covered * seconds, 0, 0 FROM split) parts
    ${ofDays}
    GROUP BY account_id, day, class),
  stored AS (
    SELECT d.* FROM usage.daily d JOIN usage.projection p ON p.bucket = d.bucket AND p.version = d.version AND p.state = 'live'
    WHERE d.bucket = $1),
  stored_days AS (SELECT * FROM stored ${ofDays}),
  compared AS MATERIALIZED (
    SELECT account_id, day, class,
      ARRAY[coalesce(s.calls, 0)::bigint, coalesce(s.covered_calls, 0), coalesce(s.seconds, 0), coalesce(s.covered_seconds, 0),
        coalesce(s.charge, 0), coalesce(s.regular_charge, 0)] AS stored,
      ARRAY[coalesce(c.calls, 0), coalesce(c.covered_calls, 0), coalesce(c.seconds, 0), coalesce(c.covered_seconds, 0),
        coalesce(c.charge, 0), coalesce(c.regular_charge, 0)] AS counted
    FROM stored_days s FULL JOIN counted c USING (account_id, day, class))`;

export const RECOUNT_BUCKET = `
  ${comparedFigures()}
  SELECT (SELECT count(*) FROM compared) AS compared, h.last_seq, p.seq AS projection_seq, d.*
  FROM cdr.bucket_head h
  JOIN usage.projection p ON p.bucket = h.bucket AND p.state = 'live'
  LEFT JOIN LATERAL (SELECT * FROM compared WHERE stored <> counted ORDER BY account_id, day, class LIMIT $2) d ON true
  WHERE h.bucket = $1`;
