import type { SubscriptionTerms } from '#accounts/domain/subscriptions.js';
import { type LocalDate, type Period, lastDayOf } from '#calendar/local-date.js';
import type { LocalisedName } from '#catalogue/domain/catalogue.js';
import type { CatalogueTimeline } from '#catalogue/domain/catalogue-timeline.js';
import { type MicroEuros, type VatRate, proratedFee, sumCents, toCents, vatOf } from '#money/money.js';
import { type AddOnTerms, addOnTermsOn } from './add-on-price.js';
import { classNameOf } from './class-names.js';
import {
  type AddOnLine,
  type DraftInvoice,
  type DraftLine,
  type DraftProblem,
  type SubscriptionLine,
  type UsageLine,
  type VatCategory,
} from './draft-lines.js';
import { type FeeTerms, type Stretch, joined, shareOfMonth, stretchesOf } from './fee-stretches.js';
import { NO_VAT, REVERSE_CHARGE } from './vat-treatment.js';

export type * from './draft-lines.js';

/** An add-on of an account over `[from, to)`. */
export interface AddOnHeld {
  readonly addOn: string;
  readonly retentionDays: number | null;
  readonly from: LocalDate;
  readonly to: LocalDate | null;
}

/** How many users an account has from a day on, until the next step. Test users do not count. */
export interface UserStep {
  readonly from: LocalDate;
  readonly users: number;
}

/** The calls of an account in the month to one class, without those of test users. */
export interface ClassUsage {
  readonly class: string;
  readonly calls: number;
  readonly coveredCalls: number;
  readonly seconds: number;
  readonly charge: MicroEuros;
  readonly regularCharge: MicroEuros;
}

export interface DraftInput {
  readonly account: string;
  readonly period: Period;
  /** All dated terms of the account, in any order; those outside the month are passed over. */
  readonly subscriptions: readonly SubscriptionTerms[];
  readonly addOns: readonly AddOnHeld[];
  /** Ascending; before the first step the account has no users. */
  readonly users: readonly UserStep[];
  /** A class once. */
  readonly usage: readonly ClassUsage[];
  readonly catalogue: CatalogueTimeline;
  /** The customer owes the VAT (see vat-treatment.ts). Default: no. */
  readonly reverseCharge?: boolean;
}

/** Usage takes this VAT rate; plans and add-ons name theirs in the catalogue. */
export const USAGE_VAT = 'standard';

/**
 * What an account owes for a month, from what is known about it (contracts section 3, domain.md "Money and time"):
 * - fees: seats x price x days / days of the month, rounded once per line, half away from zero; a line per stretch of unchanged
 *   plan, seats, catalogue price and VAT;
 * - usage: a line per destination class, the exact charges of its calls added up and rounded once;
 * - VAT: once per category (key and rate) of the document; the rate is the one in force on a line's last day, since that is when
 *   what the line charges has been supplied.
 * Negative seats and charges give the mirrored document, so a credit rounds as its invoice did.
 */
export function draftInvoice(input: DraftInput): DraftInvoice {
  const problems = new Problems();
  const all = [
    ...subscriptionLines(input, problems),
    ...addOnLines(input, problems),
    ...usageLines(input, problems),
  ];
  const lines = all.filter(charges);
  const vat = vatCategories(lines);
  const net = sumCents(lines.map((line) => line.net));
  const vatTotal = sumCents(vat.map((category) => category.vat));
  return {
    account: input.account,
    period: input.period,
    lines,
    information: all.filter((line) => !charges(line)),
    vat,
    net,
    vatTotal,
    total: sumCents([net, vatTotal]),
    problems: problems.all,
  };
}

/** A line that costs something, even where it rounds to no cents. */
function charges(line: DraftLine): boolean {
  return line.kind === 'usage' ? line.charge !== 0 : line.pricePerSeat !== 0 && line.seats !== 0;
}

interface PlanTerms extends FeeTerms {
  readonly plan: string;
  readonly name: LocalisedName;
}

function subscriptionLines(input: DraftInput, problems: Problems): SubscriptionLine[] {
  const { period, catalogue } = input;
  const cuts = catalogue.changesWithin(period);
  const inOrder = input.subscriptions.toSorted(
    (a, b) => compare(a.subscription, b.subscription) || compare(a.from, b.from),
  );
  const ids = [...new Set(inOrder.map((terms) => terms.subscription))];
  return ids.flatMap((subscription) => {
    const stretches = inOrder
      .filter((terms) => terms.subscription === subscription)
      .flatMap((terms) =>
        stretchesOf(terms, period, cuts, (day) => planTermsOn(input, terms, day, problems)),
      );
    return joined(stretches).map((stretch) => ({
      kind: 'subscription' as const,
      subscription,
      plan: stretch.terms.plan,
      ...feeOf(stretch, period),
    }));
  });
}

function planTermsOn(
  input: DraftInput,
  terms: SubscriptionTerms,
  day: LocalDate,
  problems: Problems,
): PlanTerms | undefined {
  const plan = input.catalogue.planAt(terms.plan, day);
  if (plan === undefined) {
    problems.add(
      'unknown-plan',
      `Plan ${terms.plan} of ${input.account} is not in the catalogue of ${day}; load a catalogue that has it.`,
    );
    return undefined;
  }
  const vat = vatTermsOn(input, plan.vat, day, problems);
  if (vat === undefined) return undefined;
  return { plan: plan.id, name: plan.name, seats: terms.seats, pricePerSeat: plan.pricePerSeat, ...vat };
}

function addOnLines(input: DraftInput, problems: Problems): AddOnLine[] {
  const { period, catalogue } = input;
  const cuts = [...catalogue.changesWithin(period), ...input.users.map((step) => step.from)];
  const inOrder = input.addOns.toSorted((a, b) => compare(a.addOn, b.addOn) || compare(a.from, b.from));
  const ids = [...new Set(inOrder.map((held) => held.addOn))];
  return ids.flatMap((addOn) => {
    const stretches = inOrder
      .filter((held) => held.addOn === addOn)
      .flatMap((held) => stretchesOf(held, period, cuts, (day) => addOnFeeOn(input, held, day, problems)));
    return joined(stretches).map((stretch) => ({
      kind: 'add-on' as const,
      addOn,
      retentionDays: stretch.terms.retentionDays,
      ...feeOf(stretch, period),
    }));
  });
}

function addOnFeeOn(
  input: DraftInput,
  held: AddOnHeld,
  day: LocalDate,
  problems: Problems,
): (AddOnTerms & FeeTerms) | undefined {
  const terms = addOnTermsOn(held, input.catalogue, day, usersOn(input.users, day));
  if (!terms.ok) {
    problems.add(terms.code, `${input.account}: ${terms.reason}.`);
    return undefined;
  }
  const vat = vatTermsOn(input, terms.value.vatKey, day, problems);
  return vat === undefined ? undefined : { ...terms.value, ...vat };
}

function usersOn(steps: readonly UserStep[], day: LocalDate): number {
  return steps.findLast((step) => step.from <= day)?.users ?? 0;
}

function feeOf(stretch: Stretch<FeeTerms & { readonly name: LocalisedName }>, period: Period) {
  const { seats, pricePerSeat, vat, vatRate, name } = stretch.terms;
  const share = shareOfMonth(stretch, period);
  const net = proratedFee({ seats, pricePerSeat, ...share });
  return {
    name,
    from: stretch.from,
    through: stretch.through,
    ...share,
    seats,
    pricePerSeat,
    net,
    vat,
    vatRate,
  };
}

function usageLines(input: DraftInput, problems: Problems): UsageLine[] {
  if (input.usage.length === 0) return [];
  const lastDay = lastDayOf(input.period);
  const catalogue = input.catalogue.at(lastDay);
  const vat = vatTermsOn(input, USAGE_VAT, lastDay, problems);
  if (vat === undefined) return [];
  return input.usage
    .toSorted((a, b) => compare(a.class, b.class))
    .map((usage) => ({
      kind: 'usage',
      class: usage.class,
      name: classNameOf(usage.class, catalogue),
      calls: usage.calls,
      coveredCalls: usage.coveredCalls,
      seconds: usage.seconds,
      charge: usage.charge,
      regularCharge: usage.regularCharge,
      net: toCents(usage.charge),
      ...vat,
    }));
}

function vatTermsOn(
  input: DraftInput,
  key: string,
  day: LocalDate,
  problems: Problems,
): { vat: string; vatRate: VatRate } | undefined {
  const catalogue = input.catalogue.at(day);
  const rate = catalogue?.vatRates[key];
  if (catalogue === undefined) {
    problems.add('no-catalogue', `No catalogue holds on ${day}; load one that is valid from then.`);
    return undefined;
  }
  if (rate === undefined) {
    problems.add('unknown-vat', `The catalogue of ${day} has no VAT rate ${key}; load one that has.`);
    return undefined;
  }
  return input.reverseCharge === true
    ? { vat: REVERSE_CHARGE, vatRate: NO_VAT }
    : { vat: key, vatRate: rate };
}

/** VAT per category (key and rate), rounded once each, by key and then by rate. */
function vatCategories(lines: readonly DraftLine[]): VatCategory[] {
  const categories = new Map<string, DraftLine[]>();
  for (const line of lines) {
    const id = `${line.vat} ${line.vatRate}`;
    categories.set(id, [...(categories.get(id) ?? []), line]);
  }
  return [...categories.values()]
    .flatMap((members) => {
      const [first] = members;
      if (first === undefined) return [];
      const net = sumCents(members.map((line) => line.net));
      return [{ key: first.vat, rate: first.vatRate, net, vat: vatOf(net, first.vatRate) }];
    })
    .toSorted((a, b) => compare(a.key, b.key) || a.rate - b.rate);
}

/** Each sentence once, in the order in which they were found. */
class Problems {
  private readonly found = new Map<string, DraftProblem>();

  add(code: DraftProblem['code'], message: string): void {
    this.found.set(message, { code, message });
  }

  get all(): DraftProblem[] {
    return [...this.found.values()];
  }
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
