import { divideHalfAwayFromZero } from '#money/division.js';
import { type Ratio, add, compareRatios, multiply, ratio, ratioOfDecimal, subtract } from './ratio.js';

/** Above the relative error of one rounded operation on doubles (2^-53), with room for the rounding of the bound itself. */
const ROUNDING = 2 ** -52;

/**
 * A number that is known exactly and compared cheaply: a double with a proven bound on its error, and the way to the exact
 * fraction. Two numbers whose enclosures do not touch are ordered by the doubles; only near ties form the fractions. So every
 * comparison is exact, and a million accounts do not pay for it with long integers.
 */
export class Exact {
  private fraction: Ratio | undefined;

  private constructor(
    readonly approximate: number,
    /** The exact value is within `approximate` plus or minus this. */
    private readonly error: number,
    private readonly compute: () => Ratio,
  ) {}

  /** `numerator / denominator` of whole numbers. */
  static fraction(numerator: number, denominator: number): Exact {
    const quotient = numerator / denominator;
    const error = Number.isInteger(quotient) ? 0 : Math.abs(quotient) * ROUNDING;
    return new Exact(quotient, error, () => ratio(numerator, denominator));
  }

  static whole(value: number): Exact {
    return Exact.fraction(value, 1);
  }

  /** A figure of a policy or of a record, by its decimal text. */
  static decimal(value: number): Exact {
    return new Exact(value, Number.isInteger(value) ? 0 : Math.abs(value) * ROUNDING, () =>
      ratioOfDecimal(value),
    );
  }

  /** A sum or another figure whose double was added up elsewhere, with a bound on its error. */
  static enclosed(approximate: number, error: number, compute: () => Ratio): Exact {
    return new Exact(approximate, error, compute);
  }

  /** Bound on the error of `approximate`, for whoever adds doubles up. */
  get errorBound(): number {
    return this.error;
  }

  toRatio(): Ratio {
    this.fraction ??= this.compute();
    return this.fraction;
  }

  plus(other: Exact): Exact {
    const sum = this.approximate + other.approximate;
    return new Exact(sum, this.error + other.error + rounding(sum), () =>
      add(this.toRatio(), other.toRatio()),
    );
  }

  minus(other: Exact): Exact {
    const difference = this.approximate - other.approximate;
    return new Exact(difference, this.error + other.error + rounding(difference), () =>
      subtract(this.toRatio(), other.toRatio()),
    );
  }

  times(other: Exact): Exact {
    const product = this.approximate * other.approximate;
    const error =
      Math.abs(this.approximate) * other.error +
      Math.abs(other.approximate) * this.error +
      this.error * other.error;
    return new Exact(product, error * (1 + 4 * ROUNDING) + rounding(product), () =>
      multiply(this.toRatio(), other.toRatio()),
    );
  }

  /** @throws RangeError when the fraction is formed, for a divisor that is not a positive whole number */
  dividedBy(divisor: number): Exact {
    const quotient = this.approximate / divisor;
    return new Exact(quotient, (this.error / divisor) * (1 + 2 * ROUNDING) + rounding(quotient), () =>
      multiply(this.toRatio(), ratio(1n, divisor)),
    );
  }

  /** Negative, zero or positive as this is below, equal to or above the other; never by a rounded figure. */
  compare(other: Exact): number {
    const difference = this.approximate - other.approximate;
    const doubt = (this.error + other.error) * (1 + 4 * ROUNDING);
    if (difference > doubt) return 1;
    if (difference < -doubt) return -1;
    return doubt === 0 ? 0 : compareRatios(this.toRatio(), other.toRatio());
  }

  isAbove(other: Exact): boolean {
    return this.compare(other) > 0;
  }

  isAtLeast(other: Exact): boolean {
    return this.compare(other) >= 0;
  }

  /** Rounded half away from zero to at most 6 decimals, for people and records; verdicts never rest on it. */
  rounded(decimals = 6): number {
    const scale = 10 ** decimals;
    const scaled = this.approximate * scale;
    const doubt = this.error * scale + rounding(scaled) * 2;
    const low = Math.round(scaled - doubt);
    if (scaled > doubt && low === Math.round(scaled + doubt)) return low / scale;
    const { numerator, denominator } = this.toRatio();
    return Number(divideHalfAwayFromZero(numerator * BigInt(scale), denominator)) / scale;
  }
}

export const NOTHING = Exact.whole(0);

export function larger(a: Exact, b: Exact): Exact {
  return b.isAbove(a) ? b : a;
}

export function smaller(a: Exact, b: Exact): Exact {
  return a.isAbove(b) ? b : a;
}

function rounding(result: number): number {
  return Math.abs(result) * ROUNDING;
}
