import fc from 'fast-check';
import { PrefixIndex } from './prefix-index.js';

const digits = (maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...'0123'), minLength: 1, maxLength }).map(String);
const prefixes = fc.uniqueArray(
  fc.oneof(
    digits(6),
    digits(6).map((text) => `+${text}`),
  ),
  { maxLength: 30 },
);

describe('the longest matching prefix', () => {
  it('is what a look at every prefix finds', () => {
    fc.assert(
      fc.property(prefixes, fc.tuple(fc.constantFrom('', '+'), digits(10)), (deck, [plus, number]) => {
        const called = plus + number;
        const longest = deck
          .filter((prefix) => called.startsWith(prefix))
          .toSorted((a, b) => b.length - a.length)[0];
        expect(new PrefixIndex(deck).find(called)).toBe(longest === undefined ? -1 : deck.indexOf(longest));
      }),
      { numRuns: 2_000 },
    );
  });

  it('of an empty deck or an empty number is none', () => {
    expect(new PrefixIndex([]).find('+31201234567')).toBe(-1);
    expect(new PrefixIndex(['+31']).find('')).toBe(-1);
    expect(new PrefixIndex(['+31']).find('+3')).toBe(-1);
  });

  it('ends at a character that no number has', () => {
    expect(new PrefixIndex(['+31', '+3120']).find('+31x20')).toBe(0);
    expect(() => new PrefixIndex(['+31a'])).toThrow(/\+31a/);
  });
});
