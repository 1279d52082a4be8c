import type { BillingZone } from '#calendar/billing-zone.js';
import { type Instant, formatInstant } from '#calendar/instant.js';
import type { LocalDate } from '#calendar/local-date.js';
import { type MicroEuros, ZERO_MICRO_EUROS } from '#money/money.js';
import { isEmergency } from '#numbering/phone-number.js';
import type { CompiledTariff } from './price-call.js';
import type { PrefixRate } from './tariff.js';
import type { TariffBook } from './tariff-book.js';

/** What rating needs to know of a call. */
export interface CallToRate {
  readonly direction: 'outbound' | 'inbound' | 'internal';
  /** Normalised. */
  readonly to: string;
  readonly startedAt: Instant;
  readonly answeredAt: Instant | null;
  readonly talkSeconds: number;
  /** To a number of the same account. */
  readonly onNet: boolean;
  /** Of a test user: kept, rated 0. */
  readonly testUser: boolean;
}

/** What rating needs to know of a plan. */
export interface PlanTerms {
  readonly kind: 'metered' | 'unlimited';
  readonly includes: ReadonlySet<string>;
  readonly tariff: string;
}

export interface Rating {
  /** Null where a call has no destination class. */
  readonly class: string | null;
  readonly prefix: string | null;
  readonly tariff: string | null;
  readonly tariffVersion: LocalDate | null;
  readonly billedSeconds: number;
  /** What it costs on the regular tariff. */
  readonly regularCharge: MicroEuros;
  /** What the customer is charged: 0 where unlimited calling covers it. */
  readonly charge: MicroEuros;
  readonly covered: boolean;
}

export type RatingResult =
  | { readonly ok: true; readonly rating: Rating }
  | { readonly ok: false; readonly code: 'no-rate'; readonly message: string };

const NETHERLANDS = '+31';
const FREE_SERVICE = '+31800';
/** Harmonised services of social value. */
const SOCIAL_SERVICE = /^116\d{3}$/;

/** The rating of one call by the terms of its plan (contracts section 3, step 2 and the paragraph on unlimited plans). */
export function rateCall(
  call: CallToRate,
  plan: PlanTerms,
  book: TariffBook,
  zone: BillingZone,
): RatingResult {
  if (call.direction !== 'outbound') return free(null);
  if (call.onNet) return free('on-net');
  if (isEmergency(call.to)) return free('emergency');
  const version = book.versionAt(plan.tariff, call.startedAt);
  const rate = version?.rateOf(call.to);
  if (neverCharged(call.to)) return freeService(version, rate);
  const { answeredAt, talkSeconds } = call;
  if (answeredAt === null || talkSeconds === 0 || call.testUser) return unpriced(version, rate);
  const price = version?.price({ to: call.to, answeredAt, talkSeconds }, zone);
  if (price === undefined) {
    return { ok: false, code: 'no-rate', message: noRateMessage(call, plan, version) };
  }
  const covered = plan.kind === 'unlimited' && plan.includes.has(price.rate.class);
  return {
    ok: true,
    rating: ratingAt(
      version,
      price.rate,
      price.billedSeconds,
      price.charge,
      covered ? ZERO_MICRO_EUROS : price.charge,
      covered,
    ),
  };
}

function neverCharged(to: string): boolean {
  return to.startsWith(FREE_SERVICE) || SOCIAL_SERVICE.test(to);
}

/** Class `free`, unless the deck names one: a prefix of its own, not the one of the whole country. */
function freeService(version: CompiledTariff | undefined, rate: PrefixRate | undefined): RatingResult {
  return rate === undefined || rate.prefix === NETHERLANDS ? free('free') : unpriced(version, rate);
}

function free(destinationClass: string | null): RatingResult {
  return {
    ok: true,
    rating: {
      class: destinationClass,
      prefix: null,
      tariff: null,
      tariffVersion: null,
      billedSeconds: 0,
      regularCharge: ZERO_MICRO_EUROS,
      charge: ZERO_MICRO_EUROS,
      covered: false,
    },
  };
}

function unpriced(version: CompiledTariff | undefined, rate: PrefixRate | undefined): RatingResult {
  return { ok: true, rating: ratingAt(version, rate, 0, ZERO_MICRO_EUROS, ZERO_MICRO_EUROS, false) };
}

/** Written out field by field: spreading parts into a rating makes it five times as slow (docs/performance.md). */
function ratingAt(
  version: CompiledTariff | undefined,
  rate: PrefixRate | undefined,
  billedSeconds: number,
  regularCharge: MicroEuros,
  charge: MicroEuros,
  covered: boolean,
): Rating {
  const deck = rate === undefined ? undefined : version?.version;
  return {
    class: rate?.class ?? null,
    prefix: rate?.prefix ?? null,
    tariff: deck?.tariff ?? null,
    tariffVersion: deck?.validFrom ?? null,
    billedSeconds,
    regularCharge,
    charge,
    covered,
  };
}

function noRateMessage(call: CallToRate, plan: PlanTerms, version: CompiledTariff | undefined): string {
  if (version === undefined)
    return `Tariff ${plan.tariff} has no version in force at ${formatInstant(call.startedAt)}; load one.`;
  return `Tariff ${plan.tariff} of ${version.version.validFrom} has no prefix for ${call.to}; add one in a new version.`;
}
