/**
 * `numerator / denominator` as a whole number, half away from zero, so that a credit note mirrors its invoice
 * to the cent. The only place where documents round.
 * @throws RangeError when the denominator is not positive
 */
export function divideHalfAwayFromZero(numerator: bigint, denominator: bigint): bigint {
  if (denominator <= 0n) throw new RangeError(`The denominator must be positive, got ${denominator}`);
  const magnitude = numerator < 0n ? -numerator : numerator;
  const rounded = (magnitude * 2n + denominator) / (denominator * 2n);
  return numerator < 0n ? -rounded : rounded;
}

/**
 * A decimal string as a whole number of units of 10^-decimals, exactly.
 * @returns undefined when it is not a plain decimal number, has more decimals, or does not fit a safe integer
 */
export function parseDecimal(text: string, decimals: number): number | undefined {
  if (text.length > 24) return undefined;
  const match = /^(-?)(\d{1,15})(?:\.(\d+))?$/.exec(text);
  if (!match) return undefined;
  const [, sign, whole = '0', fraction = ''] = match;
  const significant = fraction.replace(/0+$/, '');
  if (significant.length > decimals) return undefined;
  const units = BigInt(whole) * 10n ** BigInt(decimals) + BigInt(significant.padEnd(decimals, '0') || '0');
  if (units > BigInt(Number.MAX_SAFE_INTEGER)) return undefined;
  const value = Number(units);
  return sign === '-' && value !== 0 ? -value : value;
}

/** A whole number of units of 10^-decimals as a decimal string with exactly `decimals` decimals. */
export function formatDecimal(units: number | bigint, decimals: number): string {
  const exact = BigInt(units);
  const negative = exact < 0n;
  const digits = (negative ? -exact : exact).toString().padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = decimals === 0 ? '' : `.${digits.slice(-decimals)}`;
  return `${negative ? '-' : ''}${whole}${fraction}`;
}
