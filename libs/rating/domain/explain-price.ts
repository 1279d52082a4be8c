import type { BillingZone } from '#calendar/billing-zone.js';
import type { LocalDate } from '#calendar/local-date.js';
import { formatDecimal } from '#money/division.js';
import { type MicroEuros, formatMicroEuros, microEuros } from '#money/money.js';
import { type CallToPrice, type CompiledTariff, SIXTIETHS, atMost } from './price-call.js';

/** One summand of a price. Amounts are exact fractions of a euro, written as decimals where they end and as `n/d` where not. */
export interface PricePart {
  readonly kind: 'connect-fee' | 'talk' | 'maximum' | 'rounding';
  readonly fromSecond?: number;
  readonly seconds?: number;
  readonly paddingSeconds?: number;
  readonly period?: string | null;
  readonly perMinute?: string;
  readonly amount: string;
}

export interface ExplainedPrice {
  readonly tariff: string;
  readonly version: LocalDate;
  readonly prefix: string;
  readonly destination: string;
  readonly class: string;
  readonly billedSeconds: number;
  readonly parts: readonly PricePart[];
  readonly charge: MicroEuros;
}

/** The same walk as the price itself, kept part by part; the parts add up to the charge. */
export function explainPrice(
  tariff: CompiledTariff,
  call: CallToPrice,
  zone: BillingZone,
): ExplainedPrice | undefined {
  const walked = tariff.stretches(call, zone);
  if (walked === undefined) return undefined;
  const { rate, stretches } = walked;
  const parts: PricePart[] = [{ kind: 'connect-fee', amount: fraction(rate.connectFee * SIXTIETHS) }];
  let exact = rate.connectFee * SIXTIETHS;
  let billedSeconds = 0;
  for (const { band, period, perMinute, seconds, padding } of stretches) {
    const amount = perMinute * (seconds + padding);
    exact += amount;
    billedSeconds += seconds + padding;
    parts.push({
      kind: 'talk',
      fromSecond: band.fromSecond,
      seconds,
      paddingSeconds: padding,
      period,
      perMinute: formatMicroEuros(microEuros(perMinute)),
      amount: fraction(amount),
    });
  }
  const capped = atMost(exact, rate);
  if (capped < exact) parts.push({ kind: 'maximum', amount: fraction(capped - exact) });
  const charge = tariff.round(capped);
  if (charge * SIXTIETHS !== capped)
    parts.push({ kind: 'rounding', amount: fraction(charge * SIXTIETHS - capped) });
  return {
    tariff: tariff.version.tariff,
    version: tariff.version.validFrom,
    prefix: rate.prefix,
    destination: rate.destination,
    class: rate.class,
    billedSeconds,
    parts,
    charge,
  };
}

/** Sixtieths of a micro-euro as a fraction of a euro in lowest terms, or as a decimal where it ends within six. */
export function fraction(sixtieths: number): string {
  if (sixtieths % SIXTIETHS === 0)
    return formatDecimal(sixtieths / SIXTIETHS, 6).replace(/(\.\d{4}\d*?)0+$/, '$1');
  const denominator = SIXTIETHS * 1_000_000;
  const divisor = greatestCommonDivisor(Math.abs(sixtieths), denominator);
  return `${sixtieths / divisor}/${denominator / divisor}`;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** As a person would say it on the phone, line by line. */
export function describePrice(price: ExplainedPrice): string[] {
  const lines = [
    `${price.destination} (prefix ${price.prefix}, ${price.class}), tariff ${price.tariff} of ${price.version}`,
  ];
  for (const part of price.parts) lines.push(`  ${describePart(part)}`);
  lines.push(`  = ${formatMicroEuros(price.charge)} euro for ${price.billedSeconds} billed second(s)`);
  return lines;
}

function describePart(part: PricePart): string {
  switch (part.kind) {
    case 'connect-fee':
      return `${part.amount}  to connect`;
    case 'talk': {
      const padding = part.paddingSeconds ? ` and ${part.paddingSeconds} s to fill the increment` : '';
      const band = part.fromSecond ? ` from second ${part.fromSecond}` : '';
      const period = part.period === null || part.period === undefined ? '' : ` in ${part.period} hours`;
      return `${part.amount}  ${part.seconds} s${padding}${band}${period} at ${part.perMinute} a minute`;
    }
    case 'maximum':
      return `${part.amount}  because of the maximum per call`;
    case 'rounding':
      return `${part.amount}  rounded once`;
  }
}
