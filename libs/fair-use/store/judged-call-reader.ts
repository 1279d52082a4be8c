import type { Instant } from '#calendar/instant.js';
import type { Queryable, Transaction } from '#platform/database/database.js';
import { BUCKETS } from '#platform/identity/ids.js';
import { judgedCallKey } from '../domain/finding.js';
import type { JudgedCall } from '../domain/judged-call.js';

/** How far the log was read: the last seq of each bucket. */
export type LogCursor = readonly number[];

export async function readLogCursor(reader: Queryable): Promise<LogCursor> {
  const rows = await reader.query<{ bucket: number; last_seq: number }>(
    'SELECT bucket, last_seq FROM cdr.bucket_head ORDER BY bucket',
  );
  if (rows.length !== BUCKETS)
    throw new Error(`cdr.bucket_head has ${rows.length} rows; the schema is damaged`);
  return rows.map((row) => row.last_seq);
}

export interface JudgedCallsWanted {
  readonly bucket: number;
  readonly accounts: readonly string[];
  /** Plans whose calls are judged by the policy. */
  readonly plans: readonly string[];
  readonly from: Instant;
  /** Exclusive. */
  readonly to: Instant;
  /** The bucket's log as it was then. */
  readonly throughSeq: number;
}

export interface CoveredCall extends JudgedCall {
  readonly account: string;
  /** The plan that covered it. */
  readonly plan: string;
}

interface Row {
  readonly account: string;
  readonly source: string;
  readonly call_id: string;
  readonly usr: string;
  readonly to_number: string;
  readonly started_at: Instant;
  readonly answered_at: Instant;
  readonly talk_seconds: number;
  readonly plan: string;
}

/** What memory holds at once, beside the calls of one account. */
const PAGE = 5_000;

/**
 * The judged calls of one bucket that were set up in `[from, to)`: outbound, with talk time, covered by their rating as it was at the
 * cursor. Account by account, each in order of set-up, each call read once, by pages of a cursor; calls of test users are never judged.
 * A call without a user counts as made by who forwarded it, or by the number that it came from.
 */
export async function* judgedCallsOf(
  snapshot: Transaction,
  wanted: JudgedCallsWanted,
): AsyncGenerator<CoveredCall[]> {
  await snapshot.query(`DECLARE judged_calls NO SCROLL CURSOR FOR ${READ_JUDGED_CALLS}`, [
    wanted.bucket,
    wanted.accounts,
    wanted.from,
    wanted.to,
    wanted.throughSeq,
    wanted.plans,
  ]);
  try {
    for (;;) {
      const page = await snapshot.query<Row>(`FETCH ${PAGE} FROM judged_calls`);
      if (page.length > 0) yield page.map(coveredCall);
      if (page.length < PAGE) return;
    }
  } finally {
    await snapshot.query('CLOSE judged_calls');
  }
}

function coveredCall(row: Row): CoveredCall {
  return {
    account: row.account,
    plan: row.plan,
    callKey: judgedCallKey(row.source, row.call_id),
    user: row.usr,
    to: row.to_number,
    startedAt: row.started_at,
    answeredAt: row.answered_at,
    talkSeconds: row.talk_seconds,
  };
}

export const READ_JUDGED_CALLS = `
  SELECT c.account_id AS account, c.source, c.call_id, coalesce(c.user_id, c.forwarded_by, c.from_number, '') AS usr, c.to_number,
    c.started_at, c.answered_at, c.talk_seconds, coalesce(r.plan, c.plan) AS plan
  FROM cdr.call_record c
  LEFT JOIN LATERAL (
    SELECT r.covered, r.plan FROM cdr.call_rating r WHERE r.bucket = c.bucket AND r.call_key = c.call_key AND r.seq <= $5
    ORDER BY r.seq DESC LIMIT 1
  ) r ON true
  WHERE c.bucket = $1 AND c.account_id = ANY ($2::text[])
    AND c.started_at >= to_timestamp($3::double precision / 1000) AND c.started_at < to_timestamp($4::double precision / 1000)
    AND c.seq <= $5 AND c.direction = 0 AND c.talk_seconds > 0 AND c.answered_at IS NOT NULL AND NOT c.test
    AND coalesce(r.covered, c.covered) AND coalesce(r.plan, c.plan) = ANY ($6::text[])
  ORDER BY c.account_id, c.started_at, c.call_key`;

/** The day of the earliest call is the first complete day of the log, unless configured. Reads the whole log: asked once, then recorded. */
export async function readEarliestCall(reader: Queryable): Promise<Instant | undefined> {
  const [row] = await reader.query<{ earliest: Instant | null }>(
    'SELECT min(started_at) AS earliest FROM cdr.call_record',
  );
  return row?.earliest ?? undefined;
}

export interface SourceSeen {
  readonly source: string;
  /** UTC day on which calls of it ended. */
  readonly lastSeen: Instant;
  readonly firstSeen: Instant;
}

/** Per source and UTC day, the first and last instant that it showed from `from` up to now; instants in the future do not count. */
export async function readSourcesSeen(reader: Queryable, from: Instant, now: Instant): Promise<SourceSeen[]> {
  return reader.query<SourceSeen>(
    `SELECT source, min(started_at) AS "firstSeen", max(ended_at) AS "lastSeen" FROM cdr.call_record
     WHERE started_at >= to_timestamp($1::double precision / 1000) AND ended_at <= to_timestamp($2::double precision / 1000)
     GROUP BY source, started_at::date ORDER BY source, 2`,
    [from, now],
  );
}
