import { Exact } from './exact.js';
import { OrderedFigures } from './ordered-figures.js';

const figures = (...values: number[]) =>
  new OrderedFigures(values.map((value, index) => ({ account: `A${index}`, figure: Exact.whole(value) })));

describe('figures of a cohort', () => {
  it('a quantile interpolates linearly at position q x (n - 1), counted from 0', () => {
    expect(figures(10, 20, 30, 40).quantile(0.5).rounded()).toBe(25);
    expect(figures(10, 20, 30, 40).quantile(0.95).rounded()).toBe(38.5);
    expect(figures(7).quantile(0.9).rounded()).toBe(7);
    expect(figures().quantile(0.5).rounded()).toBe(0);
  });

  it('the position is exact: 0.95 of 20 steps is the 19th, not a hair before it', () => {
    const many = figures(...Array.from({ length: 21 }, (_unused, index) => index));
    expect(many.quantile(0.95).toRatio()).toEqual({ numerator: 19n, denominator: 1n });
  });

  it('leaves one out, wherever it stands in the order', () => {
    const four = figures(40, 10, 30, 20);
    expect(['A0', 'A1', 'A2', 'A3', 'nobody'].map((one) => four.quantileWithout(one, 0.5).rounded())).toEqual(
      [20, 30, 20, 30, 25],
    );
    expect(['A0', 'A1', 'nobody'].map((one) => four.meanOfLowestWithout(one, 2).rounded())).toEqual([
      15, 25, 15,
    ]);
  });

  it('trims the highest share of the others, rounded up', () => {
    const values = [...Array.from({ length: 20 }, () => 1), 100, 50];
    const many = figures(...values);
    // 21 others: 0.05 of them is 1.05, so two are left out.
    expect(many.trimmedMeanWithout('A20', 0.05).rounded()).toBe(1);
    expect(many.trimmedMeanWithout('A0', 0.05).rounded()).toBe(1);
    expect(many.trimmedMeanWithout('A0', 0).rounded()).toBe(8.047619);
  });
});
