import type { LocalDate } from '#calendar/local-date.js';
import type { PeriodDefinition } from '#catalogue/domain/catalogue.js';
import type { MicroEuros } from '#money/money.js';

/** The price of a second in a band, by the weekly hours in which it applies; `period` null = always. */
export interface BandPrice {
  readonly period: string | null;
  readonly perMinute: MicroEuros;
}

/** A stretch of a call, from a second of talk on until the next band begins. */
export interface Band {
  readonly fromSecond: number;
  /** The first band bills at least this. */
  readonly minimumSeconds: number;
  /** The seconds that fall into the band are rounded up to a multiple of this. */
  readonly incrementSeconds: number;
  readonly prices: readonly BandPrice[];
}

/** What calls to numbers that begin with a prefix cost. */
export interface PrefixRate {
  /** `+3120`, or a short number without `+`. */
  readonly prefix: string;
  readonly destination: string;
  readonly class: string;
  readonly connectFee: MicroEuros;
  readonly maximumCharge: MicroEuros | null;
  readonly bands: readonly Band[];
}

/** One immutable version of a rate deck, with the periods as they were at its load (contracts section 2). Plain JSON. */
export interface TariffVersion {
  readonly tariff: string;
  readonly validFrom: LocalDate;
  /** Decimals of a charge, 0 to 6. */
  readonly chargeDecimals: number;
  readonly fingerprint: string;
  readonly periods: readonly PeriodDefinition[];
  readonly rates: readonly PrefixRate[];
}

/** Rates up to 1,000 euro a minute: then the price of 7 days is still exact (see price-call.ts). */
export const MAXIMUM_PER_MINUTE = 1_000_000_000;
