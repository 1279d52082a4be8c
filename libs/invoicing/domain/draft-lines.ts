import type { LocalDate, Period } from '#calendar/local-date.js';
import type { LocalisedName } from '#catalogue/domain/catalogue.js';
import type { Cents, MicroEuros, VatRate } from '#money/money.js';

/** What every line has: its amount, rounded once, and the VAT category that it belongs to. */
interface Amount {
  readonly net: Cents;
  /** Key of the catalogue's `vat_rates`, or `reverse-charge`. */
  readonly vat: string;
  readonly vatRate: VatRate;
  /** As the customer reads it. */
  readonly name: LocalisedName;
}

/** A monthly price for seats over days of the month; both days inclusive. */
interface Fee {
  readonly from: LocalDate;
  readonly through: LocalDate;
  readonly days: number;
  readonly daysOfMonth: number;
  readonly seats: number;
  /** Per seat and whole month. */
  readonly pricePerSeat: MicroEuros;
}

/** A subscription over days of unchanged plan, seats, price and VAT. */
export interface SubscriptionLine extends Amount, Fee {
  readonly kind: 'subscription';
  readonly subscription: string;
  readonly plan: string;
}

/** An add-on for all users of the account (test users do not count) over days of unchanged users, price and VAT. */
export interface AddOnLine extends Amount, Fee {
  readonly kind: 'add-on';
  readonly addOn: string;
  readonly retentionDays: number | null;
}

/** The calls of a month to one destination class. */
export interface UsageLine extends Amount {
  readonly kind: 'usage';
  readonly class: string;
  /** Begun in the month. */
  readonly calls: number;
  readonly coveredCalls: number;
  /** Talked in the month: split at midnight, as usage is. */
  readonly seconds: number;
  /** The exact charges of the calls, of which `net` is the rounded sum. */
  readonly charge: MicroEuros;
  readonly regularCharge: MicroEuros;
}

export type DraftLine = SubscriptionLine | AddOnLine | UsageLine;

/** One VAT category of a document: its VAT is rounded once (EN 16931 BR-CO-17). */
export interface VatCategory {
  readonly key: string;
  readonly rate: VatRate;
  readonly net: Cents;
  readonly vat: Cents;
}

/** Why a draft is not what it should be: what it names is not in it, so nobody may approve it. */
export interface DraftProblem {
  readonly code: 'no-catalogue' | 'unknown-plan' | 'unknown-add-on' | 'unknown-vat' | 'add-on-users-unknown';
  readonly message: string;
}

export interface DraftInvoice {
  readonly account: string;
  readonly period: Period;
  /** What charges: subscriptions, add-ons, then usage. */
  readonly lines: readonly DraftLine[];
  /** What was used or had without a charge; not part of any total. */
  readonly information: readonly DraftLine[];
  readonly vat: readonly VatCategory[];
  readonly net: Cents;
  readonly vatTotal: Cents;
  readonly total: Cents;
  readonly problems: readonly DraftProblem[];
}
