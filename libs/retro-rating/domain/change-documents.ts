import type { Subscriptions } from '#accounts/domain/subscriptions.js';
import { type Period, nextPeriod } from '#calendar/local-date.js';
import { type DraftInput, type DraftInvoice, draftInvoice } from '#invoicing/domain/draft-invoice.js';
import { type Cents, ZERO_CENTS, addCents, cents, formatCents, sumCents } from '#money/money.js';
import { type Outcome, accepted, refused } from '#outcome/outcome.js';
import type { ChangeFigures } from './change-figures.js';
import type { DocumentOfChange } from './retroactive-change.js';

/** What a draft takes beside the terms and the calls: the same before and after the change. */
export type DraftFacts = Omit<DraftInput, 'account' | 'period' | 'subscriptions' | 'usage'>;

/** What a change does to an account's documents. */
export interface DocumentsOfChange {
  readonly documents: readonly DocumentOfChange[];
  readonly fees: { readonly before: Cents; readonly after: Cents };
  readonly net: Cents;
  readonly vat: Cents;
  readonly total: Cents;
}

/** Months from the first through the last, in order; none when the last lies before the first. */
export function periodsFrom(first: Period, last: Period): Period[] {
  const periods: Period[] = [];
  for (let period = first; period <= last; period = nextPeriod(period)) periods.push(period);
  return periods;
}

/**
 * The months that are not closed: each is billed by its next draft, and the change adds the draft with it minus the draft without it, VAT
 * included (contracts section 5).
 * @param factsOf of a month
 * @returns `draft-incomplete` when the change leads to a draft that nobody could approve
 */
export function draftsOfChange(
  account: string,
  periods: readonly Period[],
  terms: { readonly before: Subscriptions; readonly after: Subscriptions },
  figures: ChangeFigures,
  factsOf: (period: Period) => DraftFacts,
): Outcome<DocumentsOfChange> {
  const documents: DocumentOfChange[] = [];
  const sums = {
    feesBefore: ZERO_CENTS,
    feesAfter: ZERO_CENTS,
    net: ZERO_CENTS,
    vat: ZERO_CENTS,
    total: ZERO_CENTS,
  };
  for (const period of periods) {
    const usage = figures.usageIn(period);
    const facts = factsOf(period);
    const before = draftInvoice({
      ...facts,
      account,
      period,
      subscriptions: terms.before,
      usage: usage.before,
    });
    const after = draftInvoice({ ...facts, account, period, subscriptions: terms.after, usage: usage.after });
    const problem = after.problems.find((one) => !before.problems.some((old) => old.message === one.message));
    if (problem !== undefined) {
      return refused('draft-incomplete', `The draft of ${period} would be incomplete: ${problem.message}`);
    }
    const net = minus(after.net, before.net);
    const vat = minus(after.vatTotal, before.vatTotal);
    const total = minus(after.total, before.total);
    documents.push({
      kind: 'next-draft',
      period,
      corrects: null,
      net: formatCents(net),
      vat: formatCents(vat),
      total: formatCents(total),
    });
    sums.feesBefore = addCents(sums.feesBefore, feesOf(before));
    sums.feesAfter = addCents(sums.feesAfter, feesOf(after));
    sums.net = addCents(sums.net, net);
    sums.vat = addCents(sums.vat, vat);
    sums.total = addCents(sums.total, total);
  }
  const { feesBefore, feesAfter, net, vat, total } = sums;
  return accepted({ documents, fees: { before: feesBefore, after: feesAfter }, net, vat, total });
}

function feesOf(draft: DraftInvoice): Cents {
  return sumCents(draft.lines.filter((line) => line.kind !== 'usage').map((line) => line.net));
}

function minus(a: Cents, b: Cents): Cents {
  return cents(a - b);
}
