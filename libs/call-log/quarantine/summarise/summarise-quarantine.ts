import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { AMSTERDAM } from '#calendar/billing-zone.js';
import type { Instant } from '#calendar/instant.js';
import { Database } from '#platform/database/database.js';

/** Records of one reason, source and status. */
export interface QuarantineGroup {
  readonly code: string;
  /** Null where none could be read. */
  readonly source: string | null;
  readonly status: string;
  readonly records: number;
  readonly oldestReceivedAt: string;
}

/** For an alarm: how many wait for a person, and for how long. */
export interface OpenByCode {
  readonly code: string;
  readonly open: number;
  readonly oldestReceivedAt: string;
  /** Of the oldest, by the clock of the database. */
  readonly ageSeconds: number;
}

export interface QuarantineSummary {
  readonly open: number;
  readonly byCode: readonly OpenByCode[];
  /** At most 1,000, the largest first. */
  readonly groups: readonly QuarantineGroup[];
}

/** Counts per reason, source and status. */
export class SummariseQuarantine extends Query<QuarantineSummary> {}

@QueryHandler(SummariseQuarantine)
export class SummariseQuarantineHandler implements IQueryHandler<SummariseQuarantine> {
  constructor(private readonly database: Database) {}

  async execute(): Promise<QuarantineSummary> {
    const open = await this.database.query<Dated<OpenByCode>>(OPEN_BY_CODE);
    const groups = await this.database.query<Dated<QuarantineGroup>>(GROUPS);
    return {
      open: open.reduce((sum, row) => sum + row.open, 0),
      byCode: open.map(shown),
      groups: groups.map(shown),
    };
  }
}

type Dated<T> = Omit<T, 'oldestReceivedAt'> & { readonly oldestReceivedAt: Instant };

function shown<T extends { readonly oldestReceivedAt: Instant }>(row: T) {
  return { ...row, oldestReceivedAt: AMSTERDAM.format(row.oldestReceivedAt) };
}

const OPEN_BY_CODE = `
  SELECT code, count(*) AS open, min(received_at) AS "oldestReceivedAt",
    greatest(0, floor(extract(epoch FROM now() - min(received_at))))::bigint AS "ageSeconds"
  FROM ingest.quarantine WHERE status = 'open' GROUP BY code ORDER BY code`;

const GROUPS = `
  SELECT code, source, status, count(*) AS records, min(received_at) AS "oldestReceivedAt"
  FROM ingest.quarantine GROUP BY code, source, status ORDER BY records DESC, code, source, status LIMIT 1000`;
