import { readFileSync } from 'node:fs';
import { parseCatalogue } from '#catalogue/domain/parse-catalogue.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import { type TariffProblem, parseTariffCsv } from './parse-tariff.js';

const example = readFileSync(
  new URL('../../../test/fixtures/examples/catalogue.yaml', import.meta.url),
  'utf8',
);
const catalogue = acceptedOrThrow(parseCatalogue(example));
const overlapping = acceptedOrThrow(
  parseCatalogue(
    example.replace('off-peak: otherwise', 'all-week: [{ days: mon-sun, from: "00:00", to: "24:00" }]'),
  ),
);
const COLUMNS = [
  'tariff',
  'valid_from',
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
  'charge_decimals',
] as const;
type Cells = Partial<Record<(typeof COLUMNS)[number], string>>;
const GOOD: Cells = {
  tariff: 'regular',
  valid_from: '2026-10-01',
  prefix: '+31',
  destination: 'Netherlands',
  class: 'nl-fixed',
  connect_fee: '0.05',
  per_minute: '0.02',
  minimum_seconds: '1',
  increment_seconds: '1',
};
const csv = (...rows: Cells[]) =>
  [
    COLUMNS.join(','),
    ...rows.map((row) => COLUMNS.map((column) => ({ ...GOOD, ...row })[column] ?? '').join(',')),
  ].join('\n');
const parse = (...rows: Cells[]) => parseTariffCsv(csv(...rows), catalogue);
const problemsOf = (text: string): TariffProblem[] => {
  const parsed = parseTariffCsv(text, catalogue);
  return parsed.ok ? [] : (parsed.refusal.details as TariffProblem[]);
};
const versionOf = (...rows: Cells[]) => {
  const [version] = acceptedOrThrow(parse(...rows)).versions;
  if (version === undefined) throw new Error('no version');
  return version;
};

describe('a tariff file', () => {
  it.each<[string, Cells, string, RegExp]>([
    ['a tariff that is no key', { tariff: 'a b' }, 'tariff', /"a b" must be 1 to 64 letters/],
    [
      'a day that does not exist',
      { valid_from: '2026-02-30' },
      'valid_from',
      /"2026-02-30" must be a day such as/,
    ],
    ['an instant for a day', { valid_from: '2026-10-01T00:00:00Z' }, 'valid_from', /must be a day/],
    ['no prefix', { prefix: '' }, 'prefix', /must be a prefix such as \+3120, 0900 or 14/],
    ['a prefix with letters', { prefix: '+31x' }, 'prefix', /"\+31x"/],
    ['no destination', { destination: '' }, 'destination', /must name the destination/],
    ['no class', { class: '' }, 'class', /must be 1 to 64/],
    ['a negative fee', { connect_fee: '-0.01' }, 'connect_fee', /amount from 0 to 1000/],
    ['seven decimals', { per_minute: '0.0000001' }, 'per_minute', /at most 6 decimals/],
    ['a comma for a point, quoted', { per_minute: '"0,02"' }, 'per_minute', /"0,02" must be an amount/],
    ['more than 1000 euro a minute', { per_minute: '1000.01' }, 'per_minute', /from 0 to 1000/],
    ['half a second', { minimum_seconds: '0.5' }, 'minimum_seconds', /whole number from 0/],
    ['an increment of 0', { increment_seconds: '0' }, 'increment_seconds', /whole number from 1/],
    ['a negative band', { from_second: '-1' }, 'from_second', /whole number from 0/],
    ['a maximum that is no amount', { maximum_charge: 'none' }, 'maximum_charge', /amount/],
    ['seven decimals of a charge', { charge_decimals: '7' }, 'charge_decimals', /from 0 to 6/],
    [
      'a period that the catalogue does not have',
      { period: 'happy-hour' },
      'period',
      /happy-hour is no period of the catalogue/,
    ],
  ])('with %s is refused with row, column, value and remedy', (_what, cells, column, reason) => {
    expect(problemsOf(csv({ prefix: '+49' }, cells))).toContainEqual({
      row: 3,
      column,
      reason: expect.stringMatching(reason),
    });
  });

  it('tells everything that is wrong with it at once, in the order of its rows', () => {
    const problems = problemsOf(
      csv({ per_minute: 'x', class: '' }, { prefix: '?' }, { prefix: '+32', valid_from: 'soon' }),
    );
    expect(problems.map(({ row, column }) => `${row} ${column}`).toSorted()).toEqual([
      '2 class',
      '2 per_minute',
      '3 prefix',
      '4 valid_from',
    ]);
    const parsed = parse(...Array.from({ length: 9 }, () => ({ per_minute: 'x' })));
    expect(parsed).toMatchObject({
      ok: false,
      refusal: { message: expect.stringMatching(/9 problem\(s\).*and 4 more.*nothing was loaded/) },
    });
  });

  it.each<[string, string, RegExp]>([
    ['without rows', COLUMNS.join(','), /has no rows/],
    ['that is empty', '', /missing in the header/],
    ['without a column', 'tariff,valid_from\nx,2026-01-01', /prefix: is missing in the header row/],
    ['with an unknown column', `${COLUMNS.join(',')},colour\n`, /colour: is no column of a tariff/],
    ['that is no CSV', `${COLUMNS.join(',')}\n"a`, /is not CSV/],
    ['with more cells than columns', `${csv({})},1,2`, /has 15 cells, the header has 13/],
  ])('%s is refused', (_what, text, message) => {
    const parsed = parseTariffCsv(text, catalogue);
    expect(parsed).toMatchObject({
      ok: false,
      refusal: { code: 'invalid-tariff', message: expect.stringMatching(message) },
    });
  });

  it('is read with a byte order mark, Windows line ends, spaces and columns in any order', () => {
    const columns = COLUMNS.toReversed();
    const row = columns.map((column) => ` ${GOOD[column] ?? ''} `).join(',');
    expect(
      acceptedOrThrow(parseTariffCsv(`\uFEFF${columns.join(',')}\r\n${row}\r\n`, catalogue)).versions,
    ).toMatchObject([
      { tariff: 'regular', validFrom: '2026-10-01', rates: [{ prefix: '+31', connectFee: 50_000 }] },
    ]);
  });

  it('may write 0900 for +31900, and short numbers without a plus sign', () => {
    const { rates } = versionOf({ prefix: '0900' }, { prefix: '14' }, { prefix: '18' }, { prefix: '112' });
    expect(rates.map((rate) => rate.prefix).toSorted()).toEqual(['+31900', '112', '14', '18']);
    expect(problemsOf(csv({ prefix: '0900' }, { prefix: '+31900' }))).toMatchObject([
      { row: 3, column: 'period' },
    ]);
  });

  it('is one version for each tariff and day', () => {
    const { versions } = acceptedOrThrow(parse({}, { valid_from: '2027-01-01' }, { tariff: 'other' }));
    expect(versions.map(({ tariff, validFrom }) => `${tariff} ${validFrom}`)).toEqual([
      'regular 2026-10-01',
      'regular 2027-01-01',
      'other 2026-10-01',
    ]);
  });

  it('charges in four decimals unless it says otherwise, and one version has one number of them', () => {
    expect(versionOf({}).chargeDecimals).toBe(4);
    expect(versionOf({ charge_decimals: '2' }).chargeDecimals).toBe(2);
    expect(problemsOf(csv({ charge_decimals: '2' }, { prefix: '+49' }))).toMatchObject(
      [{ row: 3, column: 'charge_decimals', reason: /is 4, but 2 in row 2/ }].map((one) => ({
        ...one,
        reason: expect.stringMatching(one.reason),
      })),
    );
  });

  it.each<[string, Cells, string]>([
    ['connect fee', { connect_fee: '0.06' }, 'connect_fee'],
    ['maximum', { maximum_charge: '1' }, 'maximum_charge'],
    ['class', { class: 'eu' }, 'class'],
    ['destination', { destination: 'Elsewhere' }, 'destination'],
  ])('whose rows of one prefix differ in %s is refused', (_what, cells, column) => {
    expect(problemsOf(csv({}, { from_second: '60', ...cells }))).toMatchObject([{ row: 3, column }]);
  });

  it.each<[string, Cells, string]>([
    ['minimum', { minimum_seconds: '60' }, 'minimum_seconds'],
    ['increment', { increment_seconds: '60' }, 'increment_seconds'],
  ])('whose rows of one band differ in %s is refused', (_what, cells, column) => {
    expect(problemsOf(csv({ period: 'peak' }, { period: 'off-peak', ...cells }))).toMatchObject([
      { row: 3, column },
    ]);
  });

  it.each<[string, Cells[], RegExp]>([
    ['a gap in the week', [{ period: 'peak' }], /no period covers Monday 00:00 to Monday 08:00/],
    [
      'a price that always holds beside one of a period',
      [{}, { period: 'peak' }],
      /always holds stands beside/,
    ],
    ['the same prefix twice', [{}, {}], /stands in another row/],
    [
      'the same period twice',
      [{ period: 'peak' }, { period: 'off-peak' }, { period: 'peak' }],
      /stands in another row/,
    ],
    ['no band from second 0', [{ from_second: '60' }], /has no band from second 0/],
  ])('with %s is refused', (_what, rows, reason) => {
    expect(
      problemsOf(csv(...rows))
        .map((one) => one.reason)
        .join('; '),
    ).toMatch(reason);
  });

  it('whose periods overlap is refused', () => {
    const parsed = parseTariffCsv(csv({ period: 'peak' }, { period: 'all-week' }), overlapping);
    expect(parsed).toMatchObject({
      ok: false,
      refusal: { message: expect.stringMatching(/all-week and peak overlap on Monday 08:00/) },
    });
  });

  it('names the line of the file, blank lines counted', () => {
    expect(problemsOf(`${csv({})}\n\n\n${csv({ class: '' }).split('\n')[1]}`)).toMatchObject([
      { row: 5, column: 'class' },
    ]);
  });

  it('whose prices could not be computed exactly is refused, at the limit of each it is taken', () => {
    const dear = (from: number) => ({
      from_second: String(from),
      per_minute: '1000',
      increment_seconds: '604800',
    });
    expect(parse(dear(0)).ok).toBe(true);
    expect(parse(dear(0), dear(60), dear(120), dear(180))).toMatchObject({
      ok: false,
      refusal: { message: expect.stringMatching(/more than can be computed exactly/) },
    });
  });

  it('orders bands by their first second', () => {
    expect(
      versionOf({ from_second: '60', per_minute: '0.01' }, {}).rates[0]?.bands.map((band) => band.fromSecond),
    ).toEqual([0, 60]);
  });

  it('says into which class each Dutch range falls, and warns of those that only the whole country matches', () => {
    const { dutchRanges, warnings } = acceptedOrThrow(
      parse({}, { prefix: '+316', class: 'nl-mobile' }, { prefix: '14', class: 'nl-fixed' }),
    );
    const classOf = (range: string) => dutchRanges.find((one) => one.range.startsWith(range))?.class;
    expect([
      classOf('geographic'),
      classOf('06 '),
      classOf('0900'),
      classOf('14x'),
      classOf('18xx'),
      classOf('116'),
    ]).toEqual(['nl-fixed', 'nl-mobile', 'nl-fixed', 'nl-fixed', null, null]);
    expect(warnings).toContainEqual(
      'Tariff regular of 2026-10-01: 0900 information only matches +31 and falls into nl-fixed.',
    );
    expect(warnings.some((warning) => warning.includes('geographic') || warning.includes('06 mobile'))).toBe(
      false,
    );
  });
});
