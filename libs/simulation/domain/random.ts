/** One round of splitmix32: a well mixed 32-bit value of a 32-bit state. */
function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}

const GOLDEN_STEP = 0x9e3779b9;
const TWO_TO_32 = 4_294_967_296;

/** A well mixed 32-bit value of some keys: the same keys, the same value, on every machine. */
export function hashOf(...keys: readonly number[]): number {
  let state = 0;
  for (const key of keys) {
    state = mix((state + GOLDEN_STEP + (key >>> 0)) >>> 0);
    const high = Math.floor(key / TWO_TO_32);
    if (high !== 0) state = mix((state + GOLDEN_STEP + (high >>> 0)) >>> 0);
  }
  return state;
}

/**
 * Chance that is the same on every machine: xoshiro128** (Blackman and Vigna), only 32-bit integer arithmetic. Reseeded by
 * keys (seed, account, day, purpose), so what happens to one account on one day depends on nothing else.
 */
export class Random {
  private a = 0;
  private b = 0;
  private c = 0;
  private d = 0;

  constructor(...keys: readonly number[]) {
    this.reseed(...keys);
  }

  reseed(...keys: readonly number[]): void {
    const seed = hashOf(...keys);
    this.a = mix((seed + GOLDEN_STEP) >>> 0);
    this.b = mix((this.a + GOLDEN_STEP) >>> 0);
    this.c = mix((this.b + GOLDEN_STEP) >>> 0);
    // All four zero is the one state that the generator can't leave.
    this.d = mix((this.c + GOLDEN_STEP) >>> 0) | 1;
  }

  /** 0 to 2^32 - 1. */
  next(): number {
    const product = Math.imul(this.b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const shifted = this.b << 9;
    this.c ^= this.a;
    this.d ^= this.b;
    this.b ^= this.c;
    this.a ^= this.d;
    this.c ^= shifted;
    this.d = (this.d << 11) | (this.d >>> 21);
    return result;
  }

  /** A whole number from 0 to `limit` - 1; `limit` at most 2^21, so that the product is exact. */
  below(limit: number): number {
    return Math.floor((this.next() * limit) / TWO_TO_32);
  }

  /** A whole number, both ends included. */
  between(lowest: number, highest: number): number {
    return lowest + this.below(highest - lowest + 1);
  }

  /** True `perMille` times in a thousand. */
  chance(perMille: number): boolean {
    return this.next() * 1000 < perMille * TWO_TO_32;
  }

  pick<T>(list: readonly T[]): T {
    const picked = list[this.below(list.length)];
    if (picked === undefined) throw new RangeError('Nothing can be picked from an empty list');
    return picked;
  }

  /** A whole number whose mean is `thousandths` / 1000: the fraction decides by chance. */
  rounded(thousandths: number): number {
    const whole = Math.floor(thousandths / 1000);
    return whole + (this.chance(thousandths - whole * 1000) ? 1 : 0);
  }
}

/** Draws an index by weight. */
export class WeightedChoice {
  private readonly cumulative: readonly number[];
  private readonly total: number;

  constructor(weights: Iterable<number>) {
    let sum = 0;
    this.cumulative = Array.from(weights, (weight) => (sum += weight));
    this.total = sum;
    if (sum <= 0) throw new RangeError('At least one weight must be above 0');
  }

  draw(random: Random): number {
    const target = random.below(this.total);
    let index = 0;
    while ((this.cumulative[index] ?? Number.POSITIVE_INFINITY) <= target) index += 1;
    return index;
  }
}
