import { Exact, NOTHING } from './exact.js';
import { type Ratio, add, ceiling, multiply, ratio, ratioOfDecimal, subtract, sumOf } from './ratio.js';

export interface FigureOfAccount {
  readonly account: string;
  readonly figure: Exact;
}

/**
 * One figure per account, in order. Everything is asked "without account a" (leave one out), for every account in turn: on the sorted
 * figures and their running sums each answer is a step or two, so a cohort costs one sort and not its square.
 */
export class OrderedFigures {
  private readonly figures: readonly Exact[];
  private readonly places: ReadonlyMap<string, number>;
  /** `sums[n]`: the n lowest. */
  private readonly sums: readonly Exact[];

  constructor(entries: readonly FigureOfAccount[]) {
    const ordered = entries.toSorted((a, b) => a.figure.compare(b.figure));
    this.figures = ordered.map((entry) => entry.figure);
    this.places = new Map(ordered.map((entry, place) => [entry.account, place]));
    this.sums = runningSums(this.figures);
  }

  get size(): number {
    return this.figures.length;
  }

  has(account: string): boolean {
    return this.places.has(account);
  }

  sizeWithout(account: string): number {
    return this.size - (this.has(account) ? 1 : 0);
  }

  /** How many are at most `limit`; they are the lowest ones. */
  countUpTo(limit: Exact): number {
    let low = 0;
    let high = this.size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.at(middle).isAbove(limit)) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Whether `account` is one of the `count` lowest. */
  isAmongLowest(account: string, count: number): boolean {
    return (this.places.get(account) ?? Number.POSITIVE_INFINITY) < count;
  }

  /** Linear interpolation at position q x (n - 1), counted from 0; nothing for no figures. */
  quantile(q: number): Exact {
    return interpolated(q, this.size, (place) => this.at(place));
  }

  quantileWithout(account: string, q: number): Exact {
    const left = this.places.get(account) ?? Number.POSITIVE_INFINITY;
    return interpolated(q, this.sizeWithout(account), (place) => this.at(place < left ? place : place + 1));
  }

  /** The mean of the `count` lowest figures; nothing for none. */
  meanOfLowest(count: number): Exact {
    return count <= 0 ? NOTHING : this.sumOf(count).dividedBy(count);
  }

  /** The mean of the `count` lowest figures without that of `account`; nothing for none. */
  meanOfLowestWithout(account: string, count: number): Exact {
    const among = Math.min(count, this.sizeWithout(account));
    if (among <= 0) return NOTHING;
    const place = this.places.get(account);
    if (place === undefined || place >= among) return this.sumOf(among).dividedBy(among);
    return this.sumOf(among + 1)
      .minus(this.at(place))
      .dividedBy(among);
  }

  /** The mean without `account` and then without the highest share `trim` of the others, rounded up. */
  trimmedMeanWithout(account: string, trim: number): Exact {
    const others = this.sizeWithout(account);
    return this.meanOfLowestWithout(account, others - trimmedOff(trim, others));
  }

  private at(place: number): Exact {
    return this.figures[place] ?? NOTHING;
  }

  private sumOf(count: number): Exact {
    return this.sums[count] ?? NOTHING;
  }
}

/** How many of `count` the share `trim` takes away. */
export function trimmedOff(trim: number, count: number): number {
  return ceiling(multiply(ratioOfDecimal(trim), ratio(count)));
}

function interpolated(q: number, count: number, at: (place: number) => Exact): Exact {
  if (count === 0) return NOTHING;
  const position = multiply(ratioOfDecimal(q), ratio(count - 1));
  const place = Number(position.numerator / position.denominator);
  const beyond = subtract(position, ratio(place));
  const lower = at(place);
  if (beyond.numerator === 0n) return lower;
  const part = Exact.fraction(Number(beyond.numerator), Number(beyond.denominator));
  return lower.plus(
    at(place + 1)
      .minus(lower)
      .times(part),
  );
}

/** The doubles are added up one by one; the exact sum is formed only where a comparison comes too close. */
function runningSums(figures: readonly Exact[]): Exact[] {
  const sums = [NOTHING];
  let approximate = 0;
  let error = 0;
  for (const [index, figure] of figures.entries()) {
    approximate += figure.approximate;
    error += figure.errorBound + Math.abs(approximate) * 2 ** -52;
    sums.push(Exact.enclosed(approximate, error, () => exactSum(figures, index + 1)));
  }
  return sums;
}

function exactSum(figures: readonly Exact[], count: number): Ratio {
  let sum = ratio(0);
  // In pieces, so that the fractions of a large cohort are not all held beside each other.
  for (let from = 0; from < count; from += 1_000)
    sum = add(
      sum,
      sumOf(figures.slice(from, Math.min(from + 1_000, count)).map((figure) => figure.toRatio())),
    );
  return sum;
}
