import { divideHalfAwayFromZero, formatDecimal, parseDecimal } from './division.js';

declare const unit: unique symbol;

/**
 * Whole micro-euros: the unit of call charges and tariff rates (contracts.md section 3). Always a safe integer,
 * so ordinary addition is exact; every constructor asserts it.
 */
export type MicroEuros = number & { readonly [unit]: 'micro-euro' };

/** Whole cents: the unit of everything on a document. Always a safe integer. */
export type Cents = number & { readonly [unit]: 'cent' };

export const MICRO_EUROS_PER_CENT = 10_000;
export const ZERO_MICRO_EUROS = 0 as MicroEuros;
export const ZERO_CENTS = 0 as Cents;

/** @throws RangeError for anything that is not a safe integer: money is never approximated */
export function microEuros(value: number | bigint): MicroEuros {
  return safeInteger(value, 'micro-euros') as MicroEuros;
}

/** @throws RangeError for anything that is not a safe integer */
export function cents(value: number | bigint): Cents {
  return safeInteger(value, 'cents') as Cents;
}

function safeInteger(value: number | bigint, of: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number))
    throw new RangeError(`${value} is not a whole number of ${of} that can be held exactly`);
  return number === 0 ? 0 : number;
}

/** `"0.0125"` as micro-euros; undefined when it is no decimal number with at most 6 decimals. */
export function parseMicroEuros(text: string): MicroEuros | undefined {
  const value = parseDecimal(text, 6);
  return value === undefined ? undefined : (value as MicroEuros);
}

/** `"14.95"` as cents; undefined when it is no decimal number with at most 2 decimals. */
export function parseCents(text: string): Cents | undefined {
  const value = parseDecimal(text, 2);
  return value === undefined ? undefined : (value as Cents);
}

/**
 * As a decimal string with at least `decimals` decimals (contracts.md: charges show 4); further decimals appear
 * only where the amount has them, so nothing is hidden by formatting.
 */
export function formatMicroEuros(amount: MicroEuros, decimals = 4): string {
  const full = formatDecimal(amount, 6);
  let end = full.length;
  const shortest = full.length - (6 - decimals);
  while (end > shortest && full[end - 1] === '0') end -= 1;
  return full.slice(0, end);
}

/** As a decimal string with two decimals. */
export function formatCents(amount: Cents): string {
  return formatDecimal(amount, 2);
}

export function addMicroEuros(a: MicroEuros, b: MicroEuros): MicroEuros {
  return microEuros(a + b);
}

export function addCents(a: Cents, b: Cents): Cents {
  return cents(a + b);
}

export function sumMicroEuros(amounts: Iterable<MicroEuros>): MicroEuros {
  let total = ZERO_MICRO_EUROS;
  for (const amount of amounts) total = addMicroEuros(total, amount);
  return total;
}

export function sumCents(amounts: Iterable<Cents>): Cents {
  let total = ZERO_CENTS;
  for (const amount of amounts) total = addCents(total, amount);
  return total;
}

/** Rounded once, half away from zero: the step from call charges to an invoice line. */
export function toCents(amount: MicroEuros): Cents {
  return cents(divideHalfAwayFromZero(BigInt(amount), BigInt(MICRO_EUROS_PER_CENT)));
}

/**
 * A monthly fee for part of a month: seats x price x days / days of the month, rounded once
 * (contracts.md section 3).
 */
export function proratedFee(fee: {
  pricePerSeat: MicroEuros;
  seats: number;
  days: number;
  daysOfMonth: number;
}): Cents {
  const numerator = BigInt(fee.pricePerSeat) * BigInt(fee.seats) * BigInt(fee.days);
  return cents(divideHalfAwayFromZero(numerator, BigInt(fee.daysOfMonth) * BigInt(MICRO_EUROS_PER_CENT)));
}

/** A VAT rate in hundredths of a per cent, so 21 % = 2100. */
export type VatRate = number & { readonly [unit]: 'basis-point' };

/** `"21"` or `"5.5"`; undefined when it is no rate from 0 to 100 with at most two decimals. */
export function parseVatRate(text: string): VatRate | undefined {
  const value = parseDecimal(text, 2);
  return value === undefined || value < 0 || value > 10_000 ? undefined : (value as VatRate);
}

/** `21` for 2100, `5.5` for 550. */
export function formatVatRate(rate: VatRate): string {
  return formatDecimal(rate, 2).replace(/\.?0+$/, '') || '0';
}

/** VAT of one category of one document, rounded once (EN 16931 BR-CO-17). */
export function vatOf(net: Cents, rate: VatRate): Cents {
  return cents(divideHalfAwayFromZero(BigInt(net) * BigInt(rate), 10_000n));
}
