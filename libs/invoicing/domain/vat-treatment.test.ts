import { vatTreatmentOf } from './vat-treatment.js';

const treatment = (country: string, vatNumber: string | null) => {
  const outcome = vatTreatmentOf({ country, vatNumber });
  return outcome.ok ? outcome.value : outcome.refusal.code;
};

describe('who owes the VAT', () => {
  it.each([
    ['NL', 'NL001234567B01', 'domestic'],
    ['nl', 'NL 0012.34567.B01', 'domestic'],
    ['NL', null, 'domestic'],
    ['BE', 'BE0123456789', 'reverse-charge'],
    ['GR', 'EL123456789', 'reverse-charge'],
    ['ES', 'ESX1234567X', 'reverse-charge'],
  ])('a customer in %s with VAT number %s is %s', (country, vatNumber, expected) => {
    expect(treatment(country, vatNumber)).toBe(expected);
  });

  it.each([
    ['NL', 'BE0123456789'],
    ['NL', 'NL123'],
    ['BE', null],
    ['BE', 'NL001234567B01'],
    ['GR', 'GR123456789'],
    ['GB', 'GB123456789'],
    ['US', null],
  ])('a customer in %s with VAT number %s is for a person to look at', (country, vatNumber) => {
    expect(treatment(country, vatNumber)).toBe('vat-unclear');
  });
});
