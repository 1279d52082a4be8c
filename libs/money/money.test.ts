import fc from 'fast-check';
import { divideHalfAwayFromZero, parseDecimal } from './division.js';
import {
  cents,
  formatCents,
  formatMicroEuros,
  formatVatRate,
  microEuros,
  parseCents,
  parseMicroEuros,
  parseVatRate,
  proratedFee,
  toCents,
  vatOf,
} from './money.js';

describe('money', () => {
  it('reads a rate of six decimals exactly', () => {
    expect(parseMicroEuros('0.012345')).toBe(12_345);
    expect(parseMicroEuros('14.95')).toBe(14_950_000);
  });

  it.each(['', '1,5', '1e3', '0.0000001', ' 1', '1.', '.5', 'NaN', '9'.repeat(400)])(
    'refuses %j as an amount',
    (text) => {
      expect(parseMicroEuros(text)).toBeUndefined();
    },
  );

  it('shows four decimals of a charge, and more only where they exist', () => {
    expect(formatMicroEuros(microEuros(233_000))).toBe('0.2330');
    expect(formatMicroEuros(microEuros(233_001))).toBe('0.233001');
    expect(formatMicroEuros(microEuros(-5))).toBe('-0.000005');
    expect(formatMicroEuros(microEuros(0))).toBe('0.0000');
  });

  it('rounds half away from zero, so that a credit mirrors its charge', () => {
    expect(toCents(microEuros(5_000))).toBe(1);
    expect(toCents(microEuros(-5_000))).toBe(-1);
    expect(toCents(microEuros(4_999))).toBe(0);
  });

  it('prorates a fee by day and rounds it once', () => {
    const fee = { pricePerSeat: microEuros(14_950_000), seats: 3, daysOfMonth: 31 };
    expect(formatCents(proratedFee({ ...fee, days: 31 }))).toBe('44.85');
    expect(formatCents(proratedFee({ ...fee, days: 15 }))).toBe('21.70');
  });

  it('computes VAT once over the net of a category', () => {
    expect(formatCents(vatOf(cents(4_707), parseVatRate('21') ?? (0 as never)))).toBe('9.88');
    expect(formatVatRate(parseVatRate('21') ?? (0 as never))).toBe('21');
    expect(formatVatRate(parseVatRate('5.5') ?? (0 as never))).toBe('5.5');
    expect(formatVatRate(parseVatRate('0') ?? (0 as never))).toBe('0');
  });

  it('never holds an amount that is not exact', () => {
    expect(() => microEuros(0.5)).toThrow(RangeError);
    expect(() => microEuros(2 ** 53)).toThrow(RangeError);
  });

  it('reads back what it writes', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        expect(parseMicroEuros(formatMicroEuros(microEuros(value)))).toBe(value === 0 ? 0 : value);
        const inCents = Math.trunc(value / 1000);
        expect(parseCents(formatCents(cents(inCents)))).toBe(inCents === 0 ? 0 : inCents);
      }),
    );
  });

  it('divides to the nearest whole number', () => {
    fc.assert(
      fc.property(
        fc.bigInt(-(10n ** 20n), 10n ** 20n),
        fc.bigInt(1n, 10n ** 9n),
        (numerator, denominator) => {
          const error = divideHalfAwayFromZero(numerator, denominator) * denominator - numerator;
          expect((error < 0n ? -error : error) * 2n <= denominator).toBe(true);
        },
      ),
    );
    expect(parseDecimal('-0', 2)).toBe(0);
  });
});
