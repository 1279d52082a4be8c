import type { Queryable } from '#platform/database/database.js';
import { MATCHES, type QuarantineFilter, filterValues } from './quarantine-filter.js';

/** A record in quarantine as a person's operation meets it. */
export interface KeptRecord {
  readonly id: string;
  readonly bucket: number | null;
  readonly code: string;
  readonly reason: string;
  readonly status: string;
  readonly account: string | null;
  readonly source: string | null;
  readonly callId: string | null;
  readonly raw: Buffer;
  /** Tells how the bytes are read: the rows of a switch's file are no JSON. */
  readonly origin: string;
  /** The envelope of a CloudEvent in binary form. */
  readonly headers: Readonly<Record<string, string>> | null;
}

/** A record has at most 20 KiB, a document of mod_json_cdr 65 KiB, so a page is 33 MB at most, and its event 75 kB. */
export const RECORDS_PER_PAGE = 500;
const NO_RECORD = '00000000-0000-0000-0000-000000000000';

/**
 * Open records that match, first received first, page by page. Records that come into quarantine after this began are left out: what an
 * operation keeps again is not met by it a second time. Each page is read when the one before is done with.
 */
export async function* openRecords(
  reader: Queryable,
  filter: QuarantineFilter,
  pageSize = RECORDS_PER_PAGE,
): AsyncGenerator<KeptRecord[]> {
  const [begun] = await reader.query<{ now: string }>('SELECT now()::text AS now');
  let after = { receivedAt: '-infinity', id: NO_RECORD };
  for (;;) {
    const page: (KeptRecord & { receivedAt: string })[] = await reader.query(READ_OPEN, [
      ...filterValues({ ...filter, status: 'open' }),
      after.receivedAt,
      after.id,
      begun?.now ?? 'infinity',
      pageSize,
    ]);
    if (page.length > 0) yield page;
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) return;
    after = { receivedAt: last.receivedAt, id: last.id };
  }
}

const COLUMNS =
  'id, bucket, code, reason, status, account_id AS account, source, call_id AS "callId", raw, origin, headers';

/** The instants stay text: a millisecond is too coarse for a place in the order. */
export const READ_OPEN = `
  SELECT ${COLUMNS}, received_at::text AS "receivedAt" FROM ingest.quarantine
  WHERE ${MATCHES} AND (received_at, id) > ($9::timestamptz, $10::uuid) AND received_at <= $11::timestamptz
  ORDER BY received_at, id LIMIT $12`;

/** Records by their ids, in no order. */
export async function recordsByIds(reader: Queryable, ids: readonly string[]): Promise<KeptRecord[]> {
  return reader.query<KeptRecord>(`SELECT ${COLUMNS} FROM ingest.quarantine WHERE id = ANY ($1::uuid[])`, [
    ids,
  ]);
}

export async function countOpen(reader: Queryable, filter: QuarantineFilter): Promise<number> {
  const [row] = await reader.query<{ count: number }>(
    `SELECT count(*) AS count FROM ingest.quarantine WHERE ${MATCHES}`,
    filterValues({ ...filter, status: 'open' }),
  );
  return row?.count ?? 0;
}
