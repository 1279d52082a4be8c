import { Injectable } from '@nestjs/common';
import type { Instant } from '#calendar/instant.js';
import type { Period } from '#calendar/local-date.js';
import type { Cents } from '#money/money.js';
import { Database, type Queryable } from '#platform/database/database.js';
import type { ControlTotals } from '../domain/control-totals.js';
import type { DraftInvoice } from '../domain/draft-lines.js';
import type { ParkedReason } from '../domain/parking.js';
import { type DraftHead, type LineRow, invoiceOf } from './draft-rows.js';
import type { Difference } from './draft-writer.js';

/** A row of invoicing.bill_run. */
export interface BillRunRow {
  readonly period: Period;
  readonly status: 'drafted';
  readonly revision: number;
  readonly build: string;
  readonly complete: boolean;
  readonly referencePosition: number;
  /** Seq of buckets 0 to 255. */
  readonly logCursor: readonly number[];
  readonly checksum: string;
  readonly totals: { readonly ready: ControlTotals; readonly parked: ControlTotals };
  readonly comparedWith: 'bill-run' | 'live';
  readonly draftedBy: string;
  readonly draftedAt: Instant;
}

export interface DraftRow extends DraftHead {
  readonly reverseCharge: boolean;
  readonly parked: boolean;
  readonly total: Cents;
}

export interface ParkedAccount {
  readonly account: string;
  readonly net: Cents;
  readonly reasons: readonly ParkedReason[];
}

/** A page of drafts: those after an account, in order of account ids. */
export interface DraftPage {
  readonly after: string | null;
  readonly limit: number;
  readonly parkedOnly?: boolean;
}

@Injectable()
export class BillRunReader {
  constructor(private readonly database: Database) {}

  async run(period: Period, reader: Queryable = this.database): Promise<BillRunRow | undefined> {
    const [row] = await reader.query<BillRunRow>(`${SELECT_RUN} WHERE period = $1`, [period]);
    return row;
  }

  /** All runs, the latest month first. */
  async runs(reader: Queryable = this.database): Promise<BillRunRow[]> {
    return reader.query<BillRunRow>(`${SELECT_RUN} ORDER BY period DESC LIMIT 1000`);
  }

  async drafts(build: string, page: DraftPage, reader: Queryable = this.database): Promise<DraftRow[]> {
    return reader.query<DraftRow>(
      `${SELECT_DRAFT} WHERE build = $1 AND ($2::text IS NULL OR account > $2) AND (parked OR NOT $3) ORDER BY account LIMIT $4`,
      [build, page.after, page.parkedOnly ?? false, page.limit],
    );
  }

  async draft(
    run: { readonly build: string; readonly period: Period },
    account: string,
    reader: Queryable = this.database,
  ): Promise<{ row: DraftRow; invoice: DraftInvoice; reasons: ParkedReason[] } | undefined> {
    const [row] = await reader.query<DraftRow>(`${SELECT_DRAFT} WHERE build = $1 AND account = $2`, [
      run.build,
      account,
    ]);
    if (row === undefined) return undefined;
    const lines = await this.lines(run.build, [account], reader);
    const reasons = await reader.query<ParkedReason>(
      'SELECT code, message FROM invoicing.parked_reason WHERE build = $1 AND account = $2 ORDER BY ord',
      [run.build, account],
    );
    return { row, invoice: invoiceOf(run.period, row, lines), reasons };
  }

  async lines(
    build: string,
    accounts: readonly string[],
    reader: Queryable = this.database,
  ): Promise<LineRow[]> {
    return reader.query<LineRow>(
      'SELECT * FROM invoicing.draft_line WHERE build = $1 AND account = ANY ($2) ORDER BY account, line',
      [build, accounts],
    );
  }

  /** Net of accounts that have a draft; null for the others. */
  async nets(build: string, accounts: readonly string[], reader: Queryable): Promise<Map<string, Cents>> {
    const rows = await reader.query<{ account: string; net: Cents }>(
      'SELECT account, net FROM invoicing.draft WHERE build = $1 AND account = ANY ($2)',
      [build, accounts],
    );
    return new Map(rows.map((row) => [row.account, row.net]));
  }

  async parked(build: string, limit: number): Promise<ParkedAccount[]> {
    return this.database.query<ParkedAccount>(
      `SELECT d.account, d.net,
         (SELECT jsonb_agg(jsonb_build_object('code', r.code, 'message', r.message) ORDER BY r.ord)
          FROM invoicing.parked_reason r WHERE r.build = d.build AND r.account = d.account) AS reasons
       FROM invoicing.draft d WHERE d.build = $1 AND d.parked ORDER BY d.account LIMIT $2`,
      [build, limit],
    );
  }

  /** The biggest movers first. */
  async differences(build: string, limit: number): Promise<Difference[]> {
    return this.database.query<Difference>(
      `SELECT account, net_before AS "netBefore", net_now AS "netNow" FROM invoicing.difference WHERE build = $1
       ORDER BY abs(coalesce(net_now, 0) - coalesce(net_before, 0)) DESC, account LIMIT $2`,
      [build, limit],
    );
  }

  async countDifferences(build: string): Promise<{ fresh: number; gone: number; changed: number }> {
    const [row] = await this.database.query<{ fresh: number; gone: number; changed: number }>(
      `SELECT count(*) FILTER (WHERE net_before IS NULL) AS fresh, count(*) FILTER (WHERE net_now IS NULL) AS gone,
         count(*) FILTER (WHERE net_before IS NOT NULL AND net_now IS NOT NULL) AS changed
       FROM invoicing.difference WHERE build = $1`,
      [build],
    );
    return row ?? { fresh: 0, gone: 0, changed: 0 };
  }
}

const SELECT_RUN = `
  SELECT period, status, revision, build, complete, reference_position AS "referencePosition", to_jsonb(log_cursor) AS "logCursor",
    checksum, totals, compared_with AS "comparedWith", drafted_by AS "draftedBy", drafted_at AS "draftedAt"
  FROM invoicing.bill_run`;

const SELECT_DRAFT = `
  SELECT account, reverse_charge AS "reverseCharge", parked, net, vat_total AS "vatTotal", total, vat, problems FROM invoicing.draft`;
