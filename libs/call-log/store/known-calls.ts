import type { Instant } from '#calendar/instant.js';
import { uuidArray } from '#platform/database/binary-array.js';
import type { Queryable } from '#platform/database/database.js';
import { type CallRecord, DIRECTIONS, DISPOSITIONS } from '../domain/call-record.js';

/** A call that the log has already. */
export interface KnownCall {
  /** 32 hex digits, as `callKeyOf` and `contentHashOf` give them. */
  readonly callKey: string;
  readonly contentHash: string;
  readonly bucket: number;
  readonly startedAt: Instant;
}

/** How far before the earliest record of a batch the same id is looked for; older ones are found by a check before documents are final. */
const LOOK_BACK_MILLIS = 62 * 86_400_000;

/**
 * Which of these identities the log has, in any bucket: the same id is found whatever account or start time the second record has.
 * One walk along the primary key per month partition (its first column is the key), for the whole batch.
 */
export async function findKnownCalls(
  reader: Queryable,
  callKeys: readonly string[],
  earliestStart: Instant,
): Promise<Map<string, KnownCall>> {
  if (callKeys.length === 0) return new Map();
  const rows = await reader.query<KnownCall>(FIND_KNOWN_CALLS, [
    uuidArray(callKeys),
    new Date(earliestStart - LOOK_BACK_MILLIS).toISOString(),
  ]);
  const hexDigits = (uuid: string) => uuid.replaceAll('-', '');
  return new Map(
    rows.map((row) => {
      const callKey = hexDigits(row.callKey);
      return [callKey, { ...row, callKey, contentHash: hexDigits(row.contentHash) }];
    }),
  );
}

export const FIND_KNOWN_CALLS = `
  SELECT call_key AS "callKey", content_hash AS "contentHash", bucket, started_at AS "startedAt"
  FROM cdr.call_record
  WHERE call_key = ANY ($1::uuid[]) AND started_at >= $2::timestamptz`;

export interface StoredFields extends Omit<CallRecord, 'account' | 'source' | 'id'> {
  /** Whose call it was found to be. */
  readonly accountFound: string;
}

/** The fields of a call in the log, to say what a conflicting record has otherwise. */
export async function readStoredFields(
  reader: Queryable,
  known: KnownCall,
): Promise<StoredFields | undefined> {
  const [row] = await reader.query<Record<string, unknown>>(
    `SELECT account_id, user_id, forwarded_by, direction, from_number, to_number, started_at, answered_at, ended_at, talk_seconds, disposition, ip, trunk
     FROM cdr.call_record WHERE call_key = $1 AND bucket = $2 AND started_at = to_timestamp($3::double precision / 1000)`,
    [known.callKey, known.bucket, known.startedAt],
  );
  if (row === undefined) return undefined;
  return {
    accountFound: row.account_id as string,
    user: row.user_id as string | null,
    forwardedBy: row.forwarded_by as string | null,
    direction: DIRECTIONS[Number(row.direction)] ?? 'outbound',
    from: row.from_number as string | null,
    to: row.to_number as string,
    startedAt: row.started_at as Instant,
    answeredAt: row.answered_at as Instant | null,
    endedAt: row.ended_at as Instant,
    talkSeconds: Number(row.talk_seconds),
    disposition: DISPOSITIONS[Number(row.disposition)] ?? 'answered',
    ip: row.ip as string | null,
    trunk: row.trunk as string | null,
  };
}
