import { type Cents, type MicroEuros, sumCents } from '#money/money.js';
import type { VatRate } from '#money/money.js';
import type { LocalDate, Period } from '#calendar/local-date.js';
import type { LocalisedName } from '#catalogue/domain/catalogue.js';
import type { DraftInvoice, DraftLine, DraftProblem, VatCategory } from '../domain/draft-lines.js';

/** A row of invoicing.draft_line. */
export interface LineRow {
  readonly account: string;
  readonly line: number;
  readonly kind: DraftLine['kind'];
  readonly charged: boolean;
  readonly net: Cents;
  readonly vat: string;
  readonly vat_rate: VatRate;
  readonly name: LocalisedName;
  readonly subscription: string | null;
  readonly plan: string | null;
  readonly add_on: string | null;
  readonly class: string | null;
  readonly from_day: LocalDate | null;
  readonly through_day: LocalDate | null;
  readonly seats: number | null;
  readonly days: number | null;
  readonly days_of_month: number | null;
  readonly price_per_seat: MicroEuros | null;
  readonly retention_days: number | null;
  readonly calls: number | null;
  readonly covered_calls: number | null;
  readonly seconds: number | null;
  readonly charge: MicroEuros | null;
  readonly regular_charge: MicroEuros | null;
}

const NOTHING = {
  subscription: null,
  plan: null,
  add_on: null,
  class: null,
  from_day: null,
  through_day: null,
  seats: null,
  days: null,
  days_of_month: null,
  price_per_seat: null,
  retention_days: null,
  calls: null,
  covered_calls: null,
  seconds: null,
  charge: null,
  regular_charge: null,
};

/** The lines of a draft as rows, those that charge first. */
export function lineRowsOf(invoice: DraftInvoice): LineRow[] {
  const rows = (lines: readonly DraftLine[], charged: boolean, first: number) =>
    lines.map((line, index) => ({
      ...NOTHING,
      account: invoice.account,
      line: first + index,
      kind: line.kind,
      charged,
      net: line.net,
      vat: line.vat,
      vat_rate: line.vatRate,
      name: line.name,
      ...columnsOf(line),
    }));
  return [...rows(invoice.lines, true, 1), ...rows(invoice.information, false, invoice.lines.length + 1)];
}

function columnsOf(line: DraftLine): Partial<LineRow> {
  if (line.kind === 'usage') {
    return {
      class: line.class,
      calls: line.calls,
      covered_calls: line.coveredCalls,
      seconds: line.seconds,
      charge: line.charge,
      regular_charge: line.regularCharge,
    };
  }
  return {
    from_day: line.from,
    through_day: line.through,
    seats: line.seats,
    days: line.days,
    days_of_month: line.daysOfMonth,
    price_per_seat: line.pricePerSeat,
    ...(line.kind === 'subscription'
      ? { subscription: line.subscription, plan: line.plan }
      : { add_on: line.addOn, retention_days: line.retentionDays }),
  };
}

/** The line that a row holds. @throws Error for a row that lacks what its kind has */
export function lineOf(row: LineRow): DraftLine {
  const amount = { name: row.name, net: row.net, vat: row.vat, vatRate: row.vat_rate };
  if (row.kind === 'usage') {
    return {
      ...amount,
      kind: 'usage',
      class: present(row, 'class'),
      calls: present(row, 'calls'),
      coveredCalls: present(row, 'covered_calls'),
      seconds: present(row, 'seconds'),
      charge: present(row, 'charge'),
      regularCharge: present(row, 'regular_charge'),
    };
  }
  const fee = {
    ...amount,
    from: present(row, 'from_day'),
    through: present(row, 'through_day'),
    days: present(row, 'days'),
    daysOfMonth: present(row, 'days_of_month'),
    seats: present(row, 'seats'),
    pricePerSeat: present(row, 'price_per_seat'),
  };
  return row.kind === 'subscription'
    ? { ...fee, kind: 'subscription', subscription: present(row, 'subscription'), plan: present(row, 'plan') }
    : { ...fee, kind: 'add-on', addOn: present(row, 'add_on'), retentionDays: row.retention_days };
}

function present<Column extends keyof LineRow>(row: LineRow, column: Column): NonNullable<LineRow[Column]> {
  const value = row[column];
  if (value === null || value === undefined)
    throw new Error(
      `Line ${row.line} of the draft of ${row.account} is of kind ${row.kind} and has no ${column}`,
    );
  return value;
}

/** What invoicing.draft has of a document beside its lines. */
export interface DraftHead {
  readonly account: string;
  readonly vat: readonly VatCategory[];
  readonly net: Cents;
  readonly vatTotal: Cents;
  readonly problems: readonly DraftProblem[];
}

export function invoiceOf(period: Period, head: DraftHead, rows: readonly LineRow[]): DraftInvoice {
  const { account, vat, net, vatTotal, problems } = head;
  return {
    account,
    period,
    lines: rows.filter((row) => row.charged).map(lineOf),
    information: rows.filter((row) => !row.charged).map(lineOf),
    vat,
    net,
    vatTotal,
    total: sumCents([net, vatTotal]),
    problems,
  };
}
