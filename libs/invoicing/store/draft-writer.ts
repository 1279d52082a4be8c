import { createHash } from 'node:crypto';
import type { Period } from '#calendar/local-date.js';
import type { Cents } from '#money/money.js';
import type { Queryable } from '#platform/database/database.js';
import type { AccountDraft } from '../drafting/drafter.js';
import { lineRowsOf } from './draft-rows.js';

/** An account whose net differs from last month's; null = nothing to bill. */
export interface Difference {
  readonly account: string;
  readonly netBefore: Cents | null;
  readonly netNow: Cents | null;
}

/** Names a build before its first page is written, so that it can be removed whatever happens. */
export async function beginBuild(transaction: Queryable, build: string, period: Period): Promise<void> {
  await transaction.query('INSERT INTO invoicing.build (id, period) VALUES ($1, $2)', [build, period]);
}

/** A page of drafts, each table by one statement. */
export async function writeDrafts(
  transaction: Queryable,
  build: string,
  drafts: readonly AccountDraft[],
  differences: readonly Difference[],
): Promise<void> {
  await insertAll(transaction, INSERT_DRAFTS, build, drafts.map(draftRowOf));
  await insertAll(
    transaction,
    INSERT_LINES,
    build,
    drafts.flatMap(({ invoice }) => lineRowsOf(invoice)),
  );
  await insertAll(
    transaction,
    INSERT_REASONS,
    build,
    drafts.flatMap(({ invoice, reasons }) =>
      reasons.map((reason, ord) => ({ account: invoice.account, ord, ...reason })),
    ),
  );
  await insertAll(
    transaction,
    INSERT_DIFFERENCES,
    build,
    differences.map(({ account, netBefore, netNow }) => ({
      account,
      net_before: netBefore,
      net_now: netNow,
    })),
  );
}

async function insertAll(
  transaction: Queryable,
  statement: string,
  build: string,
  rows: readonly object[],
): Promise<void> {
  if (rows.length > 0) await transaction.query(statement, [build, JSON.stringify(rows)]);
}

function draftRowOf(draft: AccountDraft) {
  const { invoice, reverseCharge, reasons } = draft;
  return {
    account: invoice.account,
    reverse_charge: reverseCharge,
    parked: reasons.length > 0,
    net: invoice.net,
    vat_total: invoice.vatTotal,
    total: invoice.total,
    vat: invoice.vat,
    problems: invoice.problems,
    checksum: checksumOf(draft),
  };
}

/** Of everything that a draft says: two drafts with the same checksum are the same document, parked for the same reasons. */
export function checksumOf({ invoice, reverseCharge, reasons }: AccountDraft): string {
  const { account, vat, net, vatTotal, problems } = invoice;
  return createHash('sha256')
    .update(
      JSON.stringify([account, lineRowsOf(invoice), vat, net, vatTotal, problems, reverseCharge, reasons]),
    )
    .digest('hex');
}

/** Removes builds of a period other than the one that counts: earlier revisions, and what attempts that were cut off left. */
export async function dropOtherBuilds(transaction: Queryable, period: Period): Promise<void> {
  const others = `SELECT b.id FROM invoicing.build b WHERE b.period = $1
    AND NOT EXISTS (SELECT FROM invoicing.bill_run r WHERE r.build = b.id)`;
  for (const table of ['difference', 'parked_reason', 'draft_line', 'draft'])
    await transaction.query(`DELETE FROM invoicing.${table} WHERE build IN (${others})`, [period]);
  await transaction.query(`DELETE FROM invoicing.build WHERE id IN (${others})`, [period]);
}

const INSERT_DRAFTS = `
  INSERT INTO invoicing.draft (build, account, reverse_charge, parked, net, vat_total, total, vat, problems, checksum)
  SELECT $1, account, reverse_charge, parked, net, vat_total, total, vat, problems, checksum
  FROM jsonb_to_recordset($2::jsonb) AS d(account text, reverse_charge boolean, parked boolean, net bigint, vat_total bigint, total bigint,
    vat jsonb, problems jsonb, checksum text)`;

const LINE_COLUMNS = `account, line, kind, charged, net, vat, vat_rate, name, subscription, plan, add_on, class, from_day, through_day, seats,
  days, days_of_month, price_per_seat, retention_days, calls, covered_calls, seconds, charge, regular_charge`;
const INSERT_LINES = `
  INSERT INTO invoicing.draft_line (build, ${LINE_COLUMNS})
  SELECT $1, ${LINE_COLUMNS}
  FROM jsonb_to_recordset($2::jsonb) AS l(account text, line integer, kind text, charged boolean, net bigint, vat text, vat_rate integer,
    name jsonb, subscription text, plan text, add_on text, class text, from_day date, through_day date, seats integer, days integer,
    days_of_month integer, price_per_seat bigint, retention_days integer, calls bigint, covered_calls bigint, seconds bigint, charge bigint,
    regular_charge bigint)`;

const INSERT_REASONS = `
  INSERT INTO invoicing.parked_reason (build, account, ord, code, message)
  SELECT $1, account, ord, code, message FROM jsonb_to_recordset($2::jsonb) AS r(account text, ord integer, code text, message text)`;

const INSERT_DIFFERENCES = `
  INSERT INTO invoicing.difference (build, account, net_before, net_now)
  SELECT $1, account, net_before, net_now FROM jsonb_to_recordset($2::jsonb) AS d(account text, net_before bigint, net_now bigint)`;
