import {
  type Cents,
  type MicroEuros,
  ZERO_CENTS,
  ZERO_MICRO_EUROS,
  addCents,
  addMicroEuros,
} from '#money/money.js';
import type { DraftInvoice, UsageLine, VatCategory } from './draft-lines.js';

/** Calls of one class over many documents. */
export interface ClassTotal {
  readonly class: string;
  readonly calls: number;
  readonly coveredCalls: number;
  readonly seconds: number;
  /** Exact. */
  readonly charge: MicroEuros;
  /** As it stands on the lines. */
  readonly net: Cents;
}

/** What finance compares with other figures before it approves: sums over documents. */
export interface ControlTotals {
  readonly documents: number;
  readonly subscriptionFees: Cents;
  readonly addOnFees: Cents;
  readonly usageNet: Cents;
  readonly net: Cents;
  readonly vatTotal: Cents;
  readonly total: Cents;
  readonly vat: readonly VatCategory[];
  /** Classes of which nothing is charged are here too. */
  readonly usage: readonly ClassTotal[];
}

export const noTotals: ControlTotals = {
  documents: 0,
  subscriptionFees: ZERO_CENTS,
  addOnFees: ZERO_CENTS,
  usageNet: ZERO_CENTS,
  net: ZERO_CENTS,
  vatTotal: ZERO_CENTS,
  total: ZERO_CENTS,
  vat: [],
  usage: [],
};

/** Adds documents up one by one: memory grows with classes and VAT categories, not with documents. */
export class TotalsSum {
  private totals = noTotals;
  private readonly vat = new Map<string, VatCategory>();
  private readonly usage = new Map<string, ClassTotal>();

  add(draft: DraftInvoice): void {
    const netOf = (kind: string) =>
      draft.lines.reduce((sum, line) => (line.kind === kind ? addCents(sum, line.net) : sum), ZERO_CENTS);
    const before = this.totals;
    this.totals = {
      ...before,
      // What has no charging line is no document; it is only here because it is parked.
      documents: before.documents + (draft.lines.length > 0 ? 1 : 0),
      subscriptionFees: addCents(before.subscriptionFees, netOf('subscription')),
      addOnFees: addCents(before.addOnFees, netOf('add-on')),
      usageNet: addCents(before.usageNet, netOf('usage')),
      net: addCents(before.net, draft.net),
      vatTotal: addCents(before.vatTotal, draft.vatTotal),
      total: addCents(before.total, draft.total),
    };
    for (const category of draft.vat) this.addVat(category);
    for (const line of [...draft.lines, ...draft.information]) if (line.kind === 'usage') this.addUsage(line);
  }

  get result(): ControlTotals {
    const byKey = (a: VatCategory, b: VatCategory) =>
      a.key === b.key ? a.rate - b.rate : a.key < b.key ? -1 : 1;
    return {
      ...this.totals,
      vat: [...this.vat.values()].toSorted(byKey),
      usage: [...this.usage.values()].toSorted((a, b) => (a.class < b.class ? -1 : 1)),
    };
  }

  private addVat(category: VatCategory): void {
    const id = `${category.key} ${category.rate}`;
    const sum = this.vat.get(id);
    this.vat.set(id, {
      ...category,
      net: addCents(sum?.net ?? ZERO_CENTS, category.net),
      vat: addCents(sum?.vat ?? ZERO_CENTS, category.vat),
    });
  }

  private addUsage(line: UsageLine): void {
    const sum = this.usage.get(line.class);
    this.usage.set(line.class, {
      class: line.class,
      calls: (sum?.calls ?? 0) + line.calls,
      coveredCalls: (sum?.coveredCalls ?? 0) + line.coveredCalls,
      seconds: (sum?.seconds ?? 0) + line.seconds,
      charge: addMicroEuros(sum?.charge ?? ZERO_MICRO_EUROS, line.charge),
      net: addCents(sum?.net ?? ZERO_CENTS, line.net),
    });
  }
}
