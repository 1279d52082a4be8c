import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { AMSTERDAM } from '#calendar/billing-zone.js';
import type { Instant } from '#calendar/instant.js';
import { Database } from '#platform/database/database.js';
import { QuarantineAccess } from '../store/access-log.js';
import { originalBytes } from '../store/original-bytes.js';
import { MATCHES, type QuarantineFilter, describeFilter, filterValues } from '../store/quarantine-filter.js';

export { QUARANTINE_CODES } from '../../domain/call-record.js';

/** Which page of the records that match. */
export interface QuarantinePage extends QuarantineFilter {
  /** 1 to 1,000; default 200. */
  readonly limit?: number;
  /** Id of the last record of the page before. */
  readonly after?: string;
}

/** A record that was not accepted, with why and as it came. */
export interface QuarantinedRecord {
  readonly id: string;
  readonly code: string;
  /** A sentence that names field and value. */
  readonly reason: string;
  readonly status: string;
  readonly origin: string;
  /** Line of a file, place in a request, offset of a partition. */
  readonly position: number;
  readonly receivedAt: string;
  readonly account: string | null;
  readonly source: string | null;
  readonly callId: string | null;
  /** The original bytes, as `encoding` says. */
  readonly raw: string;
  readonly encoding: 'utf-8' | 'base64';
  /** The envelope of a CloudEvent in binary form, without which its bytes say too little. */
  readonly headers: Readonly<Record<string, string>> | null;
}

const DEFAULT_LIMIT = 200;
const MAXIMUM_LIMIT = 1_000;

/** What is in quarantine, latest first, a page at a time. */
export class ListQuarantine extends Query<readonly QuarantinedRecord[]> {
  /** @param by who looks; it is noted */
  constructor(
    readonly page: QuarantinePage = {},
    readonly by = 'api',
  ) {
    super();
  }
}

@QueryHandler(ListQuarantine)
export class ListQuarantineHandler implements IQueryHandler<ListQuarantine> {
  constructor(
    private readonly database: Database,
    private readonly access: QuarantineAccess,
  ) {}

  async execute({ page, by }: ListQuarantine): Promise<readonly QuarantinedRecord[]> {
    const { limit, after, ...filter } = page;
    const rows = await this.database.query<RecordRow>(LIST_RECORDS, [
      ...filterValues(filter),
      after ?? null,
      Math.min(Math.max(limit ?? DEFAULT_LIMIT, 1), MAXIMUM_LIMIT),
    ]);
    await this.access.note('list', by, describeFilter(filter), rows.length);
    return rows.map(shownRecord);
  }
}

export interface RecordRow extends Omit<QuarantinedRecord, 'raw' | 'encoding' | 'receivedAt'> {
  readonly receivedAt: Instant;
  readonly raw: Buffer;
}

export function shownRecord(row: RecordRow): QuarantinedRecord {
  return { ...row, receivedAt: AMSTERDAM.format(row.receivedAt), ...originalBytes(row.raw) };
}

export const RECORD_COLUMNS = `id, code, reason, status, origin, at_position AS position, received_at AS "receivedAt",
    account_id AS account, source, call_id AS "callId", raw, headers`;

export const LIST_RECORDS = `
  SELECT ${RECORD_COLUMNS} FROM ingest.quarantine
  WHERE ${MATCHES}
    AND ($9::uuid IS NULL OR (received_at, id) < (SELECT q.received_at, q.id FROM ingest.quarantine q WHERE q.id = $9))
  ORDER BY received_at DESC, id DESC LIMIT $10`;
