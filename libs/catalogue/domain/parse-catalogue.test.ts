import { readFileSync } from 'node:fs';
import { localDate, period } from '#calendar/local-date.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import { CatalogueTimeline } from './catalogue-timeline.js';
import { type CatalogueProblem, catalogueFingerprint, parseCatalogue } from './parse-catalogue.js';
import { complementOf, coverageProblem } from './periods.js';

const EXAMPLE = readFileSync(
  new URL('../../../test/fixtures/examples/catalogue.yaml', import.meta.url),
  'utf8',
);
const changed = (from: string, to: string) => {
  expect(EXAMPLE).toContain(from);
  return EXAMPLE.replace(from, to);
};
const problemsOf = (yaml: string): string[] => {
  const parsed = parseCatalogue(yaml);
  return parsed.ok
    ? []
    : (parsed.refusal.details as CatalogueProblem[]).map(({ path, reason }) => `${path}: ${reason}`);
};
const catalogueOf = (yaml: string) => acceptedOrThrow(parseCatalogue(yaml));

describe('a catalogue file', () => {
  it.each<[string, string, string, RegExp]>([
    [
      'a price that YAML makes a number of',
      'price_per_seat: "14.95"',
      'price_per_seat: 14.95',
      /plans\.0\.price_per_seat: must be a decimal in quotes/,
    ],
    ['a price with a comma', '"14.95"', '"14,95"', /"14,95" is not an amount/],
    ['a negative price', '"14.95"', '"-1"', /is not an amount/],
    ['a VAT rate above 100', 'standard: "21"', 'standard: "101"', /vat_rates\.standard: "101" is not a rate/],
    [
      'a VAT key that does not exist',
      '    vat: standard\n    includes',
      '    vat: high\n    includes',
      /plans\.0\.vat: high is no key of vat_rates/,
    ],
    ['a field that nobody knows', 'currency: EUR', 'currency: EUR\ncolour: red', /colour/],
    ['another currency', 'currency: EUR', 'currency: USD', /currency/],
    ['another time zone', 'Europe/Amsterdam', 'Europe/London', /time_zone: must be Europe\/Amsterdam/],
    [
      'hours that end before they begin',
      'from: "08:00", to: "19:00"',
      'from: "19:00", to: "08:00"',
      /periods\.peak.*from before to/,
    ],
    ['a weekday that does not exist', '[{ days: mon-fri,', '[{ days: mon-fry,', /days such as mon-fri/],
    [
      'a policy that does not exist',
      'fair_use: standard',
      'fair_use: strict',
      /plans\.0\.fair_use: strict is no policy of this catalogue/,
    ],
    [
      'an unlimited plan that includes nothing',
      'includes: [nl-fixed, nl-mobile]',
      'includes: []',
      /plans\.0\.includes: an unlimited plan includes at least one/,
    ],
    [
      'a metered plan that includes something',
      'kind: metered',
      'kind: metered\n    includes: [nl-fixed]',
      /plans\.1\.includes: a metered plan includes nothing/,
    ],
    ['a plan twice', '- id: metered', '- id: unlimited', /plans\.1: unlimited stands there twice/],
    [
      'a factor below the average',
      'factor: 1.5, percentile',
      'factor: 0.5, percentile',
      /factor.*below 1 would flag use below the average/,
    ],
    [
      'a day that does not exist',
      'currency: EUR',
      'valid_from: 2026-02-30\ncurrency: EUR',
      /valid_from: .*is not a day/,
    ],
    ['what is no YAML', 'currency: EUR', 'currency: [', /file: is not YAML/],
  ])('with %s is refused, with its place', (_what, from, to, problem) => {
    expect(problemsOf(changed(from, to)).join('\n')).toMatch(problem);
  });

  it('tells every mistake at once', () => {
    const yaml = changed('"14.95"', '14.95').replace('"4.95"', '"x"').replace('"21"', '"x"');
    expect(problemsOf(yaml).map((problem) => problem.split(':')[0])).toEqual([
      'vat_rates.standard',
      'plans.0.price_per_seat',
      'plans.1.price_per_seat',
    ]);
    expect(parseCatalogue(yaml)).toMatchObject({
      refusal: { code: 'invalid-catalogue', message: expect.stringMatching(/3 problem\(s\)/) },
    });
  });

  it.each(['', 'x', '[]', '- 1', 'a: &a [*a]'])('%j is refused, not thrown', (yaml) => {
    expect(parseCatalogue(yaml).ok).toBe(false);
  });

  it('has the fingerprint of its content: comments and the order of keys do not count, a price does', () => {
    const fingerprint = catalogueFingerprint(catalogueOf(EXAMPLE));
    const reordered = `# another comment\n${EXAMPLE.split('\n')
      .filter((line) => line !== 'currency: EUR')
      .join('\n')}\ncurrency: EUR\n`;
    expect(catalogueFingerprint(catalogueOf(reordered))).toBe(fingerprint);
    expect(catalogueFingerprint(catalogueOf(changed('"14.95"', '"14.96"')))).not.toBe(fingerprint);
  });

  it('"otherwise" is what the named hours leave of the week', () => {
    const { periods } = catalogueOf(EXAMPLE);
    expect(coverageProblem(periods)).toBeUndefined();
    const minutes = (id: string) =>
      periods
        .find((one) => one.id === id)
        ?.intervals.reduce((sum, hours) => sum + hours.toMinute - hours.fromMinute, 0);
    expect([minutes('peak'), minutes('off-peak')]).toEqual([5 * 11 * 60, 7 * 1_440 - 5 * 11 * 60]);
    expect(complementOf([{ fromMinute: 0, toMinute: 10_080 }])).toEqual([]);
  });
});

describe('the catalogue over days', () => {
  const policies = EXAMPLE.slice(EXAMPLE.indexOf('  - id: standard\n    version: 1'));
  const timeline = new CatalogueTimeline([
    catalogueOf(`valid_from: 2026-10-16\n${changed('"14.95"', '"15.95"')}`),
    catalogueOf(EXAMPLE),
    catalogueOf(
      `valid_from: 2027-01-01\n${EXAMPLE}${policies.replace('version: 1', 'version: 2').replace('from: 2026-01-01', 'from: 2027-02-01')}`,
    ),
  ]);
  const price = (day: string) => timeline.planAt('unlimited', localDate(day))?.pricePerSeat;

  it('has the price of the version in force on the day', () => {
    expect([price('2020-01-01'), price('2026-10-15'), price('2026-10-16'), price('2027-01-01')]).toEqual([
      14_950_000, 14_950_000, 15_950_000, 14_950_000,
    ]);
  });

  it('knows on which days within a month prices change, the first day excepted', () => {
    expect(timeline.changesWithin(period('2026-10'))).toEqual(['2026-10-16']);
    expect(timeline.changesWithin(period('2027-01'))).toEqual([]);
  });

  it('judges a day by the latest policy that is not after it', () => {
    const version = (day: string) => timeline.policyAt('standard', localDate(day))?.version;
    expect([
      version('2025-12-31'),
      version('2026-01-01'),
      version('2027-01-31'),
      version('2027-02-01'),
    ]).toEqual([undefined, 1, 1, 2]);
    expect(timeline.policyAt('strict', localDate('2026-01-01'))).toBeUndefined();
  });

  it('without a version knows nothing', () => {
    const empty = new CatalogueTimeline([]);
    expect([empty.isEmpty, empty.at(localDate('2026-01-01')), empty.knowsPlan('unlimited')]).toEqual([
      true,
      undefined,
      false,
    ]);
    expect(timeline.knowsPlan('unlimited')).toBe(true);
  });
});
