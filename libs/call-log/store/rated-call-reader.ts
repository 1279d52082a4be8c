import type { Instant } from '#calendar/instant.js';
import type { LocalDate } from '#calendar/local-date.js';
import type { Queryable } from '#platform/database/database.js';
import { bucketOf } from '#platform/identity/ids.js';

/** A call with its current rating, as the log has it. */
export interface RatedCallRow {
  readonly callKey: string;
  readonly seq: number;
  readonly source: string;
  readonly id: string;
  readonly account: string;
  readonly user: string | null;
  readonly direction: number;
  readonly from: string | null;
  readonly to: string;
  readonly startedAt: Instant;
  readonly answeredAt: Instant | null;
  readonly endedAt: Instant;
  readonly talkSeconds: number;
  readonly disposition: number;
  readonly test: boolean;
  readonly subscription: string | null;
  readonly plan: string | null;
  readonly class: string | null;
  readonly prefix: string | null;
  readonly tariff: string | null;
  readonly tariffVersion: LocalDate | null;
  readonly billedSeconds: number;
  readonly regularCharge: number;
  readonly charge: number;
  readonly covered: boolean;
}

/** The latest rating of a call, where it has had more than the first. */
const LATEST_RATING = `
  LEFT JOIN LATERAL (
    SELECT r.* FROM cdr.call_rating r WHERE r.bucket = c.bucket AND r.call_key = c.call_key ORDER BY r.seq DESC LIMIT 1
  ) r ON true`;

/** Columns of a call with its current rating. */
const COLUMNS = `
  c.call_key AS "callKey", c.seq, c.source, c.call_id AS id, c.account_id AS account, c.user_id AS "user", c.direction,
  c.from_number AS "from", c.to_number AS "to", c.started_at AS "startedAt", c.answered_at AS "answeredAt", c.ended_at AS "endedAt",
  c.talk_seconds AS "talkSeconds", c.disposition, c.test,
  CASE WHEN r.seq IS NULL THEN c.subscription_id ELSE r.subscription_id END AS subscription,
  CASE WHEN r.seq IS NULL THEN c.plan ELSE r.plan END AS plan,
  CASE WHEN r.seq IS NULL THEN c.class ELSE r.class END AS class,
  CASE WHEN r.seq IS NULL THEN c.prefix ELSE r.prefix END AS prefix,
  CASE WHEN r.seq IS NULL THEN c.tariff ELSE r.tariff END AS tariff,
  CASE WHEN r.seq IS NULL THEN c.tariff_version ELSE r.tariff_version END AS "tariffVersion",
  coalesce(r.billed_seconds, c.billed_seconds) AS "billedSeconds", coalesce(r.regular_charge, c.regular_charge) AS "regularCharge",
  coalesce(r.charge, c.charge) AS charge, coalesce(r.covered, c.covered) AS covered`;

const PAGE = 5_000;

/** Calls of an account that started in `[from, to)`, in order of start, with what they are charged now; page by page. */
export async function* ratedCallsOf(
  reader: Queryable,
  account: string,
  from: Instant,
  to: Instant,
): AsyncGenerator<RatedCallRow[]> {
  let after: { startedAt: Instant; callKey: string } = {
    startedAt: from,
    callKey: '00000000-0000-0000-0000-000000000000',
  };
  for (;;) {
    const page = await reader.query<RatedCallRow>(
      `SELECT ${COLUMNS} FROM cdr.call_record c ${LATEST_RATING}
       WHERE c.bucket = $1 AND c.account_id = $2 AND c.started_at >= to_timestamp($3::double precision / 1000)
         AND c.started_at < to_timestamp($4::double precision / 1000)
         AND (c.started_at, c.call_key) > (to_timestamp($3::double precision / 1000), $5::uuid)
       ORDER BY c.started_at, c.call_key LIMIT $6`,
      [bucketOf(account), account, after.startedAt, to, after.callKey, PAGE],
    );
    if (page.length > 0) yield page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = { startedAt: last.startedAt, callKey: last.callKey };
  }
}

/** One rating that a call has had. */
export interface RatingRow {
  readonly callKey: string;
  readonly seq: number;
  readonly cause: string | null;
  readonly ratedAt: Instant;
  readonly plan: string | null;
  readonly class: string | null;
  readonly tariff: string | null;
  readonly tariffVersion: LocalDate | null;
  readonly regularCharge: number;
  readonly charge: number;
  readonly covered: boolean;
}

/** Every rating that calls of one bucket have had, first to last. */
export async function ratingsOf(
  reader: Queryable,
  bucket: number,
  callKeys: readonly string[],
): Promise<Map<string, RatingRow[]>> {
  const rows = await reader.query<RatingRow>(
    `SELECT call_key AS "callKey", seq, NULL::uuid AS cause, received_at AS "ratedAt", plan, class, tariff, tariff_version AS "tariffVersion",
       regular_charge AS "regularCharge", charge, covered
     FROM cdr.call_record WHERE bucket = $1 AND call_key = ANY ($2::uuid[])
     UNION ALL
     SELECT call_key, seq, cause, rated_at, plan, class, tariff, tariff_version, regular_charge, charge, covered
     FROM cdr.call_rating WHERE bucket = $1 AND call_key = ANY ($2::uuid[])
     ORDER BY 1, 2`,
    [bucket, callKeys],
  );
  const byCall = new Map<string, RatingRow[]>();
  for (const row of rows) {
    const ratings = byCall.get(row.callKey);
    if (ratings === undefined) byCall.set(row.callKey, [row]);
    else ratings.push(row);
  }
  return byCall;
}
