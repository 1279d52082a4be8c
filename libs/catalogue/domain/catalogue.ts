import type { LocalDate } from '#calendar/local-date.js';
import type { MicroEuros, VatRate } from '#money/money.js';
import type { FairUsePolicy } from './policy.js';

/** A name in the languages of the customer's documents. */
export interface LocalisedName {
  readonly nl: string;
  readonly en: string;
}

/** Minutes of a local week from Monday 00:00, `[fromMinute, toMinute)`. */
export interface WeeklyInterval {
  readonly fromMinute: number;
  readonly toMinute: number;
}

/** A set of weekly local hours, such as `peak`; `otherwise` periods hold what the named ones leave. */
export interface PeriodDefinition {
  readonly id: string;
  readonly intervals: readonly WeeklyInterval[];
}

export interface Plan {
  readonly id: string;
  readonly name: LocalisedName;
  readonly kind: 'metered' | 'unlimited';
  /** Per seat and whole month. */
  readonly pricePerSeat: MicroEuros;
  /** Key of `vatRates`. */
  readonly vat: string;
  /** Destination classes that unlimited calling covers; empty on a metered plan. */
  readonly includes: readonly string[];
  /** Id of the regular tariff. */
  readonly tariff: string;
  /** Id of the fair-use policy, or null where use is not judged. */
  readonly fairUse: string | null;
}

export interface AddOn {
  readonly id: string;
  readonly name: LocalisedName;
  readonly appliesTo: 'account' | 'user';
  readonly pricePerSeat: MicroEuros;
  readonly includedRetentionDays: number;
  readonly pricePerSeatPerExtra30Days: MicroEuros;
  readonly vat: string;
}

export interface DestinationClass {
  readonly id: string;
  readonly name: LocalisedName;
}

/** One immutable version of everything that is sold and of the rules of use. */
export interface Catalogue {
  /** First day on which it holds; null is the beginning. */
  readonly validFrom: LocalDate | null;
  readonly currency: 'EUR';
  readonly timeZone: string;
  readonly vatRates: Readonly<Record<string, VatRate>>;
  readonly periods: readonly PeriodDefinition[];
  readonly destinationClasses: readonly DestinationClass[];
  readonly blockedClasses: readonly string[];
  readonly plans: readonly Plan[];
  readonly addOns: readonly AddOn[];
  readonly policies: readonly FairUsePolicy[];
}
