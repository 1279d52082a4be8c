import type { Instant } from '#calendar/instant.js';
import { uuidArray } from '#platform/database/binary-array.js';
import type { Queryable } from '#platform/database/database.js';
import { bucketOf } from '#platform/identity/ids.js';
import { DIRECTIONS, type Direction } from '../domain/call-record.js';
import type { AnsweredFields } from '../domain/answered-fields.js';

/** A call that was answered and has not ended. */
export interface OpenCall extends AnsweredFields {
  readonly callKey: string;
  readonly bucket: number;
  readonly source: string;
  readonly id: string;
  readonly subscription: string | null;
  readonly plan: string | null;
  readonly class: string | null;
  readonly prefix: string | null;
  readonly tariff: string | null;
  readonly covered: boolean;
  readonly test: boolean;
}

interface OpenCallRow extends Omit<OpenCall, 'direction'> {
  readonly direction: number;
}

const COLUMNS = `
  call_key AS "callKey", bucket, source, call_id AS id, account_id AS "accountFound", user_id AS "user", direction, from_number AS "from",
  to_number AS "to", forwarded_by AS "forwardedBy", ip, trunk, started_at AS "startedAt", answered_at AS "answeredAt",
  subscription_id AS subscription, plan, class, prefix, tariff, covered, test`;

/** Which of these identities are open, in any bucket. */
export async function findOpenCalls(
  reader: Queryable,
  callKeys: readonly string[],
): Promise<Map<string, OpenCall>> {
  if (callKeys.length === 0) return new Map();
  const rows = await reader.query<OpenCallRow>(FIND_OPEN_CALLS, [uuidArray(callKeys)]);
  return new Map(rows.map((row) => [row.callKey.replaceAll('-', ''), openCallOf(row)]));
}

export const FIND_OPEN_CALLS = `SELECT ${COLUMNS} FROM cdr.open_call WHERE call_key = ANY ($1::uuid[])`;

const MOST_OPEN_CALLS = 10_000;

/** The open calls of an account, longest open first; at most 10,000. */
export async function openCallsOf(reader: Queryable, account: string): Promise<OpenCall[]> {
  const rows = await reader.query<OpenCallRow>(
    `SELECT ${COLUMNS} FROM cdr.open_call WHERE bucket = $1 AND account_id = $2 ORDER BY answered_at, call_key LIMIT ${MOST_OPEN_CALLS}`,
    [bucketOf(account), account],
  );
  return rows.map(openCallOf);
}

/** Every open call answered before an instant, longest open first: what fraud rules and the live view look at. */
export async function allOpenCalls(reader: Queryable, answeredBefore: Instant): Promise<OpenCall[]> {
  const rows = await reader.query<OpenCallRow>(
    `SELECT ${COLUMNS} FROM cdr.open_call WHERE answered_at < to_timestamp($1::double precision / 1000)
     ORDER BY answered_at, call_key LIMIT ${MOST_OPEN_CALLS}`,
    [answeredBefore],
  );
  return rows.map(openCallOf);
}

function openCallOf(row: OpenCallRow): OpenCall {
  const direction: Direction = DIRECTIONS[row.direction] ?? 'outbound';
  return { ...row, callKey: row.callKey.replaceAll('-', ''), direction };
}
