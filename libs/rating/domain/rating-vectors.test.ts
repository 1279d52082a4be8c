import { readFileSync } from 'node:fs';
import { AMSTERDAM } from '#calendar/billing-zone.js';
import { instant } from '#calendar/instant.js';
import { parseCatalogue } from '#catalogue/domain/parse-catalogue.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import { formatMicroEuros } from '#money/money.js';
import { describePrice, explainPrice, fraction } from './explain-price.js';
import { parseTariffCsv } from './parse-tariff.js';
import { CompiledTariff, SIXTIETHS } from './price-call.js';

interface Vectors {
  readonly tariffs: Readonly<Record<string, readonly Record<string, string | number>[]>>;
  readonly cases: readonly {
    tariff: string;
    to: string;
    at: string;
    seconds: number;
    billedSeconds: number;
    exact: string;
    charge: string;
  }[];
}
const fixture = (path: string) =>
  readFileSync(new URL(`../../../test/fixtures/${path}`, import.meta.url), 'utf8');
const vectors = JSON.parse(fixture('vectors/rating.json')) as Vectors;
const catalogue = acceptedOrThrow(parseCatalogue(fixture('examples/catalogue.yaml')));
const COLUMNS = [
  'prefix',
  'destination',
  'class',
  'connect_fee',
  'per_minute',
  'minimum_seconds',
  'increment_seconds',
  'from_second',
  'period',
  'maximum_charge',
];

const deck = (name: string): CompiledTariff => {
  const rows = (vectors.tariffs[name] ?? []).map((row) =>
    [name, '2026-01-01', ...COLUMNS.map((column) => row[column] ?? '')].join(','),
  );
  const { versions } = acceptedOrThrow(
    parseTariffCsv([`tariff,valid_from,${COLUMNS.join(',')}`, ...rows].join('\n'), catalogue),
  );
  const [version] = versions;
  if (version === undefined) throw new Error(`no deck ${name}`);
  return new CompiledTariff(version);
};

describe('the prices computed independently with exact fractions', () => {
  it.each(vectors.cases)(
    '$tariff: $seconds s to $to at $at is $charge',
    ({ tariff, to, at, seconds, billedSeconds, exact, charge }) => {
      if (seconds === 0) {
        expect([billedSeconds, charge]).toEqual([0, '0.0000']);
        expect(() => deck(tariff).price({ to, answeredAt: instant(at), talkSeconds: 0 }, AMSTERDAM)).toThrow(
          /no price/,
        );
        return;
      }
      const call = { to, answeredAt: instant(at), talkSeconds: seconds };
      const price = deck(tariff).price(call, AMSTERDAM);
      expect(price?.billedSeconds).toBe(billedSeconds);
      expect(formatMicroEuros(price?.charge ?? (0 as never))).toBe(charge);
      const explained = explainPrice(deck(tariff), call, AMSTERDAM);
      const beforeRounding = (explained?.parts ?? [])
        .filter((part) => part.kind !== 'rounding')
        .reduce((sum, part) => sum + sixtiethsOf(part.amount), 0);
      expect(beforeRounding).toBe(sixtiethsOf(exact));
      expect(explained).toMatchObject({ billedSeconds, charge: price?.charge });
    },
  );

  it('explains a price as a person would on the phone', () => {
    const explained = explainPrice(
      deck('peak'),
      { to: '+31201234567', answeredAt: instant('2026-10-05T18:59:30+02:00'), talkSeconds: 60 },
      AMSTERDAM,
    );
    expect(explained === undefined ? [] : describePrice(explained)).toEqual([
      'Netherlands (prefix +31, nl-fixed), tariff peak of 2026-01-01',
      '  0.0000  to connect',
      '  0.0300  30 s in peak hours at 0.0600 a minute',
      '  0.0050  30 s in off-peak hours at 0.0100 a minute',
      '  = 0.0350 euro for 60 billed second(s)',
    ]);
    expect(fraction(1)).toBe('1/60000000');
  });
});

/** `211/3000` or `0.0500` euro in sixtieths of a micro-euro. */
function sixtiethsOf(text: string): number {
  const [numerator = '0', denominator = '1'] = text.split('/');
  const scaled = BigInt(Math.round(Number(numerator) * 1e6)) * BigInt(SIXTIETHS);
  return Number(scaled / BigInt(denominator));
}
