import { AMSTERDAM } from '#calendar/billing-zone.js';
import { type Instant, parseInstant } from '#calendar/instant.js';
import { type Period, firstDayOf, nextPeriod } from '#calendar/local-date.js';
import type { Queryable } from '#platform/database/database.js';
import { bucketOf } from '#platform/identity/ids.js';

interface RejectedRow {
  readonly bucket: number;
  readonly id: string;
  readonly account: string;
  readonly code: string;
  readonly raw: Buffer;
  readonly receivedAt: Instant;
}

const PAGE = 1_000;
const NO_ID = '00000000-0000-0000-0000-000000000000';

/**
 * Open quarantine records of accounts that lie in a month, counted by account and code. They are read a page at a time; memory grows
 * with the accounts that have some. A record whose start can't be read counts for every month up to the one it was received in.
 * @param account only this one
 */
export async function readOpenRecords(
  reader: Queryable,
  month: Period,
  account?: string,
): Promise<Map<string, Map<string, number>>> {
  const begins = AMSTERDAM.startOfDay(firstDayOf(month));
  const ends = AMSTERDAM.startOfDay(firstDayOf(nextPeriod(month)));
  const counts = new Map<string, Map<string, number>>();
  let after = { bucket: account === undefined ? 0 : bucketOf(account), id: NO_ID };
  for (;;) {
    const page = await reader.query<RejectedRow>(
      `SELECT bucket, id, account_id AS account, code, raw, received_at AS "receivedAt" FROM cdr.rejected_record
       WHERE status = 'open' AND (bucket, id) > ($1, $2::uuid) AND ($3::text IS NULL OR (account_id = $3 AND bucket = $1))
       ORDER BY bucket, id LIMIT $4`,
      [after.bucket, after.id, account ?? null, PAGE],
    );
    for (const row of page) {
      const startedAt = startOf(row.raw);
      const inMonth =
        startedAt === undefined ? row.receivedAt >= begins : startedAt >= begins && startedAt < ends;
      if (!inMonth) continue;
      const byCode = counts.get(row.account) ?? new Map<string, number>();
      byCode.set(row.code, (byCode.get(row.code) ?? 0) + 1);
      counts.set(row.account, byCode);
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return counts;
    after = { bucket: last.bucket, id: last.id };
  }
}

/** The start that a record names, itself or in the envelope of a structured CloudEvent. */
function startOf(raw: Buffer): Instant | undefined {
  let value: unknown;
  try {
    value = JSON.parse(raw.toString('utf8'));
  } catch {
    return undefined;
  }
  const start = fieldOf(value, 'startedAt') ?? fieldOf(fieldOf(value, 'data'), 'startedAt');
  return typeof start === 'string' ? parseInstant(start) : undefined;
}

function fieldOf(value: unknown, field: string): unknown {
  return typeof value === 'object' && value !== null ? new Map(Object.entries(value)).get(field) : undefined;
}
