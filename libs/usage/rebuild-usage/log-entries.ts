import type { Instant } from '#calendar/instant.js';
import { DIRECTIONS } from '#call-log/domain/call-record.js';
import type { LogEntry } from '#call-log/domain/log-entry.js';
import { microEuros } from '#money/money.js';
import type { Queryable } from '#platform/database/database.js';

/** Entries of one bucket's log with `afterSeq < seq <= throughSeq`, in order: seqs have no gaps, so the range bounds the page. */
export async function readLogEntries(
  reader: Queryable,
  bucket: number,
  afterSeq: number,
  throughSeq: number,
): Promise<LogEntry[]> {
  const rows = await reader.query<EntryRow>(READ_ENTRIES, [bucket, afterSeq, throughSeq]);
  if (rows.length !== throughSeq - afterSeq) {
    throw new Error(
      `Bucket ${bucket} holds ${rows.length} entries between ${afterSeq} and ${throughSeq}: its log has a gap. Run "fairline verify".`,
    );
  }
  return rows.map(entryOf);
}

interface EntryRow {
  readonly account_id: string;
  readonly direction: number;
  readonly started_at: Instant;
  readonly answered_at: Instant | null;
  readonly talk_seconds: number;
  readonly class: string | null;
  readonly covered: boolean;
  readonly charge: number;
  readonly regular_charge: number;
  readonly class_before: string | null;
  /** Null for the first rating of a call. */
  readonly covered_before: boolean | null;
  readonly charge_before: number | null;
  readonly regular_charge_before: number | null;
}

export const READ_ENTRIES = `
  SELECT seq, account_id, direction, started_at, answered_at, talk_seconds, class, covered, charge, regular_charge,
    NULL::text AS class_before, NULL::boolean AS covered_before, NULL::bigint AS charge_before, NULL::bigint AS regular_charge_before
  FROM cdr.call_record WHERE bucket = $1 AND seq > $2 AND seq <= $3
  UNION ALL
  SELECT seq, account_id, direction, started_at, answered_at, talk_seconds, class, covered, charge, regular_charge,
    class_before, covered_before, charge_before, regular_charge_before
  FROM cdr.call_rating WHERE bucket = $1 AND seq > $2 AND seq <= $3
  ORDER BY seq`;

function entryOf(row: EntryRow): LogEntry {
  return {
    account: row.account_id,
    direction: DIRECTIONS[row.direction] ?? 'outbound',
    startedAt: row.started_at,
    answeredAt: row.answered_at,
    talkSeconds: row.talk_seconds,
    class: row.class,
    covered: row.covered,
    charge: microEuros(row.charge),
    regularCharge: microEuros(row.regular_charge),
    before:
      row.covered_before === null
        ? null
        : {
            class: row.class_before,
            covered: row.covered_before,
            charge: microEuros(row.charge_before ?? 0),
            regularCharge: microEuros(row.regular_charge_before ?? 0),
          },
  };
}
