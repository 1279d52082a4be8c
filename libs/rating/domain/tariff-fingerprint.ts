import { createHash } from 'node:crypto';
import type { PrefixRate, TariffVersion } from './tariff.js';

/**
 * Of the content, not of the file: neither the order of rows nor how a store orders keys makes another version. What is published carries
 * it, so a price that somebody changes in the database is found.
 */
export function tariffFingerprint(version: Omit<TariffVersion, 'fingerprint'>): string {
  const content = {
    tariff: version.tariff,
    validFrom: version.validFrom,
    chargeDecimals: version.chargeDecimals,
    periods: version.periods.toSorted(byText((period) => period.id)),
    rates: version.rates.toSorted(byText((rate) => rate.prefix)).map(ordered),
  };
  return createHash('sha256').update(canonicalJson(content)).digest('hex');
}

/** The content of one rate as a text that is the same however it was stored. */
export function rateContent(rate: PrefixRate): string {
  return canonicalJson(ordered(rate));
}

function ordered(rate: PrefixRate): PrefixRate {
  return {
    ...rate,
    bands: rate.bands
      .toSorted((a, b) => a.fromSecond - b.fromSecond)
      .map((band) => ({ ...band, prices: band.prices.toSorted(byText((price) => price.period ?? '')) })),
  };
}

function byText<T>(textOf: (item: T) => string): (a: T, b: T) => number {
  return (a, b) => (textOf(a) < textOf(b) ? -1 : textOf(a) > textOf(b) ? 1 : 0);
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(byText(([key]) => key)))
      : inner,
  );
}
