import type { Instant } from '#calendar/instant.js';
import { smallintArray, timestamptzArray, uuidArray } from '#platform/database/binary-array.js';
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
  return (await readFieldsOfCalls(reader, [known])).get(known.callKey);
}

/** The same of several calls, by their keys. */
export async function readFieldsOfCalls(
  reader: Queryable,
  known: readonly KnownCall[],
): Promise<Map<string, StoredFields>> {
  if (known.length === 0) return new Map();
  const rows = await reader.query<Record<string, unknown>>(READ_FIELDS_OF_CALLS, [
    uuidArray(known.map((one) => one.callKey)),
    smallintArray(known.map((one) => one.bucket)),
    timestamptzArray(known.map((one) => one.startedAt)),
  ]);
  return new Map(rows.map((row) => [String(row.call_key).replaceAll('-', ''), fieldsOf(row)]));
}

const READ_FIELDS_OF_CALLS = `
  SELECT c.call_key, c.account_id, c.user_id, c.forwarded_by, c.direction, c.from_number, c.to_number, c.started_at, c.answered_at, c.ended_at,
    c.talk_seconds, c.disposition, c.ip, c.trunk
  FROM unnest($1::uuid[], $2::smallint[], $3::timestamptz[]) AS k(call_key, bucket, started_at)
  JOIN cdr.call_record c ON c.call_key = k.call_key AND c.bucket = k.bucket AND c.started_at = k.started_at`;

function fieldsOf(row: Record<string, unknown>): StoredFields {
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
