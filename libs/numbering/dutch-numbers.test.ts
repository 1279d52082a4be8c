import fc from 'fast-check';
import { normaliseNumber } from './phone-number.js';

const digits = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: length, maxLength: length });

describe('Dutch numbers', () => {
  it('are the same however they are dialled', () => {
    const national = fc
      .tuple(fc.constantFrom('20', '30', '50', '6', '85', '88', '97'), digits(7))
      .map(([area, rest]) => area + rest);
    fc.assert(
      fc.property(national, (number) => {
        const forms = [`+31${number}`, `0031${number}`, `0${number}`].map(normaliseNumber);
        expect(forms).toEqual([`+31${number}`, `+31${number}`, `+31${number}`]);
      }),
    );
  });

  it('normalised once are not changed by doing it again', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'0123456789+ -()'), maxLength: 20 }), (dialled) => {
        const once = normaliseNumber(dialled);
        if (once !== undefined) expect(normaliseNumber(once)).toBe(once);
      }),
      { numRuns: 5_000 },
    );
  });

  it.each(['112', '144', '14020', '140900', '116000', '116123', '1888', '1850'])(
    '%s stays short',
    (number) => {
      expect(normaliseNumber(number)).toBe(number);
    },
  );

  it.each(['0800', '0900', '00', '0', '011', '1', '999'])('%s is no number', (number) => {
    expect(normaliseNumber(number)).toBeUndefined();
  });
});
