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

/** The latest rating of a call up to a cursor, where it has had more than the first. */
const latestRating = (upToSeq: string) => `
  LEFT JOIN LATERAL (
    SELECT r.* FROM cdr.call_rating r WHERE r.bucket = c.bucket AND r.call_key = c.call_key AND r.seq <= ${upToSeq} ORDER BY r.seq DESC LIMIT 1
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
const NO_KEY = '00000000-0000-0000-0000-000000000000';

export interface CallsOfAccount {
  readonly account: string;
  readonly from: Instant;
  /** Exclusive. */
  readonly to: Instant;
  /** The log of the account's bucket as it was at this cursor; default: as it is. */
  readonly throughSeq?: number;
  /** Only what came after this cursor; default: everything. */
  readonly afterSeq?: number;
  /** Begins after this call of an earlier page; default: with the first. */
  readonly after?: { readonly startedAt: Instant; readonly callKey: string };
  /** Calls per page; default 5,000. */
  readonly pageSize?: number;
}

/** Calls of an account that started in `[from, to)`, in order of start, with what they are charged at the cursor; page by page. */
export async function* ratedCallsOf(
  reader: Queryable,
  wanted: CallsOfAccount,
): AsyncGenerator<RatedCallRow[]> {
  const pageSize = wanted.pageSize ?? PAGE;
  let after = wanted.after ?? { startedAt: wanted.from, callKey: NO_KEY };
  for (;;) {
    const page: RatedCallRow[] = await reader.query<RatedCallRow>(READ_PAGE, [
      bucketOf(wanted.account),
      wanted.account,
      after.startedAt,
      wanted.to,
      after.callKey,
      wanted.throughSeq ?? Number.MAX_SAFE_INTEGER,
      wanted.afterSeq ?? 0,
      pageSize,
    ]);
    if (page.length > 0) yield page;
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) return;
    after = { startedAt: last.startedAt, callKey: last.callKey };
  }
}

export const READ_PAGE = `
  SELECT ${COLUMNS} FROM cdr.call_record c ${latestRating('$6')}
  WHERE c.bucket = $1 AND c.account_id = $2 AND c.started_at >= to_timestamp($3::double precision / 1000)
    AND c.started_at < to_timestamp($4::double precision / 1000)
    AND (c.started_at, c.call_key) > (to_timestamp($3::double precision / 1000), $5::uuid)
    AND c.seq <= $6 AND c.seq > $7
  ORDER BY c.started_at, c.call_key LIMIT $8`;

/** Every call of one bucket's log in order of `seq`, with its current rating, page by page; in a snapshot if `reader` is one. */
export async function* ratedCallsOfBucket(reader: Queryable, bucket: number): AsyncGenerator<RatedCallRow[]> {
  let after = 0;
  for (;;) {
    const page: RatedCallRow[] = await reader.query<RatedCallRow>(READ_BUCKET_PAGE, [
      bucket,
      after,
      Number.MAX_SAFE_INTEGER,
      PAGE,
    ]);
    if (page.length > 0) yield page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = last.seq;
  }
}

export const READ_BUCKET_PAGE = `
  SELECT ${COLUMNS} FROM cdr.call_record c ${latestRating('$3')}
  WHERE c.bucket = $1 AND c.seq > $2
  ORDER BY c.seq LIMIT $4`;

/** The cursor of a bucket's log, and by which reference data it was last re-rated. */
export interface BucketHead {
  readonly lastSeq: number;
  readonly referencePosition: number;
}

export async function readBucketHead(reader: Queryable, bucket: number): Promise<BucketHead> {
  const [head] = await reader.query<BucketHead>(
    'SELECT last_seq AS "lastSeq", reference_position AS "referencePosition" FROM cdr.bucket_head WHERE bucket = $1',
    [bucket],
  );
  if (head === undefined) throw new Error(`cdr.bucket_head has no bucket ${bucket}; the schema is damaged`);
  return head;
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
