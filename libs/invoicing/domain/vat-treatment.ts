import { type Outcome, accepted, refused } from '#outcome/outcome.js';
import { type VatRate, parseVatRate } from '#money/money.js';

/** The key under which the customer owes the VAT (Directive 2006/112/EC, articles 44 and 196). */
export const REVERSE_CHARGE = 'reverse-charge';
/** The rate of a reverse charge: the document states no VAT. */
export const NO_VAT: VatRate = rateOf('0');

export type VatTreatment = 'domestic' | 'reverse-charge';

const HOME = 'NL';
/** Country of the address -> prefix of its VAT numbers; Greece is the one that differs. */
const EU_VAT_PREFIX: ReadonlyMap<string, string> = new Map(
  'AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT PL PT RO SE SI SK'
    .split(' ')
    .map((country) => [country, country === 'GR' ? 'EL' : country]),
);
const DUTCH_VAT_NUMBER = /^NL\d{9}B\d{2}$/;
const FOREIGN_VAT_NUMBER = /^[A-Z]{2}[A-Z0-9+*]{2,12}$/;

/**
 * Who owes the VAT. A customer in the Netherlands pays Dutch VAT; one in another member state, with a VAT number of that state,
 * owes it there (reverse charge). Everything between is for a person to look at, since a wrong rate can't be repaired silently.
 * That the number is registered is not looked up: no network here.
 * @returns `vat-unclear` where address and number say different things
 */
export function vatTreatmentOf(party: {
  readonly country: string;
  readonly vatNumber: string | null;
}): Outcome<VatTreatment> {
  const country = party.country.toUpperCase();
  const number = party.vatNumber?.replace(/[\s.-]/g, '').toUpperCase() ?? null;
  if (country === HOME) {
    return number === null || DUTCH_VAT_NUMBER.test(number)
      ? accepted('domestic')
      : unclear(`the address is in the Netherlands, but ${number} is no Dutch VAT number (NL123456789B01)`);
  }
  const prefix = EU_VAT_PREFIX.get(country);
  if (prefix === undefined)
    return unclear(`${country} is outside the EU, where Dutch VAT may not be due at all`);
  if (number === null)
    return unclear(`the address is in ${country}, and without a VAT number the VAT of ${country} may be due`);
  if (!number.startsWith(prefix) || !FOREIGN_VAT_NUMBER.test(number))
    return unclear(
      `the address is in ${country}, but ${number} is no VAT number of ${country} (${prefix}...)`,
    );
  return accepted('reverse-charge');
}

function unclear(why: string): Outcome<never> {
  return refused(
    'vat-unclear',
    `It is unclear who owes the VAT: ${why}. Correct the address or the VAT number.`,
  );
}

function rateOf(text: string): VatRate {
  const rate = parseVatRate(text);
  if (rate === undefined) throw new RangeError(`${text} is no VAT rate`);
  return rate;
}
