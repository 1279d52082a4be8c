/**
 * An exact fraction in lowest terms; the denominator is positive. Fair use is judged on fractions (minutes per seat, shares,
 * averages of them), and a comparison at the limit must come out the same for everyone who repeats it.
 */
export interface Ratio {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** @throws RangeError for a fraction of something that is not whole, or over a denominator that is not positive */
export function ratio(numerator: bigint | number, denominator: bigint | number = 1n): Ratio {
  const top = BigInt(numerator);
  const bottom = BigInt(denominator);
  if (bottom <= 0n) throw new RangeError(`The denominator must be positive, got ${bottom}`);
  const divisor = greatestCommonDivisor(top < 0n ? -top : top, bottom);
  return { numerator: top / divisor, denominator: bottom / divisor };
}

export const ZERO: Ratio = { numerator: 0n, denominator: 1n };

/**
 * A figure of a policy by its decimal text: 0.95 means 95/100, not the nearest binary fraction.
 * @throws RangeError for a number that has no decimal text (NaN, infinity)
 */
export function ratioOfDecimal(value: number): Ratio {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value));
  if (!match) throw new RangeError(`${value} is not a decimal number`);
  const [, sign = '', whole = '0', fraction = '', exponent = '0'] = match;
  const shift = Number(exponent) - fraction.length;
  const digits = BigInt(`${sign}${whole}${fraction}`);
  return shift >= 0 ? ratio(digits * 10n ** BigInt(shift)) : ratio(digits, 10n ** BigInt(-shift));
}

export function add(a: Ratio, b: Ratio): Ratio {
  return ratio(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator);
}

export function subtract(a: Ratio, b: Ratio): Ratio {
  return ratio(a.numerator * b.denominator - b.numerator * a.denominator, a.denominator * b.denominator);
}

export function multiply(a: Ratio, b: Ratio): Ratio {
  return ratio(a.numerator * b.numerator, a.denominator * b.denominator);
}

/** Negative, zero or positive as `a` is below, equal to or above `b`. */
export function compareRatios(a: Ratio, b: Ratio): number {
  const left = a.numerator * b.denominator;
  const right = b.numerator * a.denominator;
  return left < right ? -1 : left > right ? 1 : 0;
}

/**
 * The sum, gathered per denominator first: a cohort of many accounts has few different denominators (seats x days), so the
 * common denominator is formed over those and not over the accounts.
 */
export function sumOf(ratios: Iterable<Ratio>): Ratio {
  const byDenominator = new Map<bigint, bigint>();
  for (const { numerator, denominator } of ratios)
    byDenominator.set(denominator, (byDenominator.get(denominator) ?? 0n) + numerator);
  let terms = Array.from(byDenominator, ([denominator, numerator]) => ratio(numerator, denominator));
  // Pairwise, so that the long numbers appear only in the last few additions.
  while (terms.length > 1) {
    const paired: Ratio[] = [];
    for (let i = 0; i < terms.length; i += 2) paired.push(add(terms[i] ?? ZERO, terms[i + 1] ?? ZERO));
    terms = paired;
  }
  return terms[0] ?? ZERO;
}

/** The smallest whole number that is not below it. */
export function ceiling(value: Ratio): number {
  const { numerator, denominator } = value;
  const quotient = numerator / denominator;
  return Number(numerator > quotient * denominator ? quotient + 1n : quotient);
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [larger, smaller] = [a, b];
  while (smaller !== 0n) [larger, smaller] = [smaller, larger % smaller];
  return larger;
}
