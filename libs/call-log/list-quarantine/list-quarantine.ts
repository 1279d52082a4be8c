import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { AMSTERDAM } from '#calendar/billing-zone.js';
import type { Instant } from '#calendar/instant.js';
import { Database } from '#platform/database/database.js';

export const QUARANTINE_CODES = [
  'unreadable',
  'invalid',
  'implausible',
  'unknown-account',
  'no-subscription',
  'no-rate',
  'conflict',
] as const;

export interface QuarantineFilter {
  readonly code?: (typeof QUARANTINE_CODES)[number];
  readonly account?: string;
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
  /** The original bytes; what is no UTF-8 in them is shown as the replacement character. */
  readonly raw: string;
}

const DEFAULT_LIMIT = 200;
const MAXIMUM_LIMIT = 1_000;

/** What is in quarantine, latest first, a page at a time. */
export class ListQuarantine extends Query<readonly QuarantinedRecord[]> {
  constructor(readonly filter: QuarantineFilter = {}) {
    super();
  }
}

interface QuarantineRow extends Omit<QuarantinedRecord, 'raw' | 'receivedAt'> {
  readonly receivedAt: Instant;
  readonly raw: Buffer;
}

@QueryHandler(ListQuarantine)
export class ListQuarantineHandler implements IQueryHandler<ListQuarantine> {
  constructor(private readonly database: Database) {}

  async execute({ filter }: ListQuarantine): Promise<readonly QuarantinedRecord[]> {
    const limit = Math.min(Math.max(filter.limit ?? DEFAULT_LIMIT, 1), MAXIMUM_LIMIT);
    const rows = await this.database.query<QuarantineRow>(
      `SELECT id, code, reason, status, origin, at_position AS position, received_at AS "receivedAt", account_id AS account,
         source, call_id AS "callId", raw
       FROM ingest.quarantine
       WHERE ($1::text IS NULL OR code = $1) AND ($2::text IS NULL OR account_id = $2)
         AND ($3::uuid IS NULL OR (received_at, id) < (SELECT q.received_at, q.id FROM ingest.quarantine q WHERE q.id = $3))
       ORDER BY received_at DESC, id DESC LIMIT $4`,
      [filter.code ?? null, filter.account ?? null, filter.after ?? null, limit],
    );
    return rows.map((row) => ({
      ...row,
      receivedAt: AMSTERDAM.format(row.receivedAt),
      raw: row.raw.toString('utf8'),
    }));
  }
}
