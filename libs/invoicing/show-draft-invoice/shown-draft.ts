import type { LocalDate, Period } from '#calendar/local-date.js';
import type { LocalisedName } from '#catalogue/domain/catalogue.js';
import { formatCents, formatMicroEuros, formatVatRate } from '#money/money.js';
import type { DraftInvoice, DraftLine, VatCategory } from '../domain/draft-lines.js';

/** Amounts as decimal strings (contracts section 2, "Money in files and JSON"). */
export interface ShownFeeLine {
  readonly kind: 'subscription' | 'add-on';
  readonly subscription?: string;
  readonly plan?: string;
  readonly addOn?: string;
  readonly retentionDays?: number | null;
  readonly name: LocalisedName;
  readonly from: LocalDate;
  readonly through: LocalDate;
  readonly days: number;
  readonly daysOfMonth: number;
  readonly seats: number;
  readonly pricePerSeat: string;
  readonly net: string;
  readonly vat: string;
  readonly vatRate: string;
}

export interface ShownUsageLine {
  readonly kind: 'usage';
  readonly class: string;
  readonly name: LocalisedName;
  readonly calls: number;
  readonly coveredCalls: number;
  readonly seconds: number;
  readonly charge: string;
  readonly regularCharge: string;
  readonly net: string;
  readonly vat: string;
  readonly vatRate: string;
}

export type ShownLine = ShownFeeLine | ShownUsageLine;

export interface ShownVat {
  readonly key: string;
  readonly rate: string;
  readonly net: string;
  readonly vat: string;
}

export interface ShownDraft {
  readonly account: string;
  readonly period: Period;
  readonly lines: readonly ShownLine[];
  /** Used or had without a charge. */
  readonly information: readonly ShownLine[];
  readonly vat: readonly ShownVat[];
  readonly net: string;
  readonly vatTotal: string;
  readonly total: string;
}

export function shownDraft(invoice: DraftInvoice): ShownDraft {
  return {
    account: invoice.account,
    period: invoice.period,
    lines: invoice.lines.map(shownLine),
    information: invoice.information.map(shownLine),
    vat: invoice.vat.map(shownVat),
    net: formatCents(invoice.net),
    vatTotal: formatCents(invoice.vatTotal),
    total: formatCents(invoice.total),
  };
}

function shownLine(line: DraftLine): ShownLine {
  const amounts = { net: formatCents(line.net), vatRate: formatVatRate(line.vatRate) };
  if (line.kind === 'usage') {
    return {
      ...line,
      ...amounts,
      charge: formatMicroEuros(line.charge),
      regularCharge: formatMicroEuros(line.regularCharge),
    };
  }
  return { ...line, ...amounts, pricePerSeat: formatMicroEuros(line.pricePerSeat, 2) };
}

export function shownVat({ key, rate, net, vat }: VatCategory): ShownVat {
  return { key, rate: formatVatRate(rate), net: formatCents(net), vat: formatCents(vat) };
}
