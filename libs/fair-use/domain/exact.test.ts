import fc from 'fast-check';
import { Exact } from './exact.js';
import { type Ratio, add, compareRatios, multiply, ratio, subtract } from './ratio.js';

describe('exact figures', () => {
  it('a decimal of a policy means its digits, not the nearest binary fraction', () => {
    const tenth = Exact.decimal(0.1);
    const sum = tenth.plus(tenth).plus(tenth);
    expect(0.1 + 0.1 + 0.1 === 0.3).toBe(false);
    expect(sum.compare(Exact.decimal(0.3))).toBe(0);
  });

  it('a third of three is one, and a hair above is above', () => {
    const third = Exact.fraction(1, 3);
    expect(third.plus(third).plus(third).compare(Exact.whole(1))).toBe(0);
    expect(Exact.fraction(1_000_000_000_001, 3).isAbove(Exact.fraction(1_000_000_000_000, 3))).toBe(true);
  });

  it('rounds half away from zero, by the exact figure', () => {
    expect(Exact.fraction(1, 2_000_000).rounded()).toBe(0.000001);
    expect(Exact.fraction(10, 4).rounded(0)).toBe(3);
    expect(Exact.fraction(1, 3).rounded()).toBe(0.333333);
  });

  it('any computation compares as its fractions do', () => {
    const operand = fc.tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: 1, max: 30 }));
    const step = fc.tuple(fc.constantFrom('plus', 'minus', 'times'), operand);
    const apply = { plus: add, minus: subtract, times: multiply };
    const compute = (first: [number, number], steps: ['plus' | 'minus' | 'times', [number, number]][]) =>
      steps.reduce<{ exact: Exact; fraction: Ratio }>(
        ({ exact, fraction }, [operation, [top, bottom]]) => ({
          exact: exact[operation](Exact.fraction(top, bottom)),
          fraction: apply[operation](fraction, ratio(top, bottom)),
        }),
        { exact: Exact.fraction(...first), fraction: ratio(...first) },
      );
    const steps = fc.array(step, { maxLength: 5 }) as fc.Arbitrary<
      ['plus' | 'minus' | 'times', [number, number]][]
    >;
    fc.assert(
      fc.property(operand, steps, operand, steps, (a, more, b, others) => {
        const [left, right] = [compute(a, more), compute(b, others)];
        expect(Math.sign(left.exact.compare(right.exact))).toBe(compareRatios(left.fraction, right.fraction));
        expect(left.exact.toRatio()).toEqual(left.fraction);
      }),
    );
  });
});
