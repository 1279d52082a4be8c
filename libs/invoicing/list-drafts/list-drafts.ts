import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Period } from '#calendar/local-date.js';
import { formatCents } from '#money/money.js';
import { type Outcome, accepted } from '#outcome/outcome.js';
import { BillRunReader } from '../store/bill-run-reader.js';
import { noBillRun } from '../show-bill-run/no-bill-run.js';

export interface ListedDraft {
  readonly account: string;
  readonly net: string;
  readonly vatTotal: string;
  readonly total: string;
  readonly reverseCharge: boolean;
  readonly parked: boolean;
}

export interface DraftListFilter {
  readonly parkedOnly?: boolean;
  /** Account of the last draft of the page before. */
  readonly after?: string;
  /** 1 to 1,000; default 200. */
  readonly limit?: number;
}

/** Drafts of a bill run in order of account ids, a page at a time. Refused: `no-bill-run`. */
export class ListDrafts extends Query<Outcome<readonly ListedDraft[]>> {
  constructor(
    readonly period: Period,
    readonly filter: DraftListFilter = {},
  ) {
    super();
  }
}

const DEFAULT_LIMIT = 200;
const MAXIMUM_LIMIT = 1_000;

@QueryHandler(ListDrafts)
export class ListDraftsHandler implements IQueryHandler<ListDrafts> {
  constructor(private readonly runs: BillRunReader) {}

  async execute({ period, filter }: ListDrafts): Promise<Outcome<readonly ListedDraft[]>> {
    const run = await this.runs.run(period);
    if (run === undefined) return noBillRun(period);
    const rows = await this.runs.drafts(run.build, {
      after: filter.after ?? null,
      limit: Math.min(Math.max(filter.limit ?? DEFAULT_LIMIT, 1), MAXIMUM_LIMIT),
      parkedOnly: filter.parkedOnly ?? false,
    });
    return accepted(
      rows.map((row) => ({
        account: row.account,
        net: formatCents(row.net),
        vatTotal: formatCents(row.vatTotal),
        total: formatCents(row.total),
        reverseCharge: row.reverseCharge,
        parked: row.parked,
      })),
    );
  }
}
