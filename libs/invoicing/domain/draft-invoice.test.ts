import { readFileSync } from 'node:fs';
import { localDate, period } from '#calendar/local-date.js';
import { CatalogueTimeline } from '#catalogue/domain/catalogue-timeline.js';
import { parseCatalogue } from '#catalogue/domain/parse-catalogue.js';
import { formatCents, formatMicroEuros, formatVatRate, microEuros } from '#money/money.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import { type DraftInput, type DraftInvoice, type DraftLine, draftInvoice } from './draft-invoice.js';

const fixture = (name: string) =>
  readFileSync(new URL(`../../../test/fixtures/examples/${name}`, import.meta.url), 'utf8');
const yaml = fixture('catalogue.yaml');
const catalogueOf = (...versions: readonly string[]) =>
  new CatalogueTimeline(versions.map((version) => acceptedOrThrow(parseCatalogue(version))));
const from = (day: string, change: (text: string) => string) => `valid_from: ${day}\n${change(yaml)}`;

const OCTOBER = period('2026-10');
const terms = (plan: string, seats: number, start: string, end: string | null = null) => ({
  subscription: 's-1',
  plan,
  seats,
  from: localDate(start),
  to: end === null ? null : localDate(end),
});
const usage = (destinationClass: string, charge: number) => ({
  class: destinationClass,
  calls: 1,
  coveredCalls: 0,
  seconds: 60,
  charge: microEuros(charge),
  regularCharge: microEuros(charge),
});
const draft = (given: Partial<DraftInput>): DraftInvoice =>
  draftInvoice({
    account: 'A1',
    period: OCTOBER,
    subscriptions: [],
    addOns: [],
    users: [],
    usage: [],
    catalogue: catalogueOf(yaml),
    ...given,
  });

const fees = (lines: readonly DraftLine[]) =>
  lines.flatMap((line) =>
    line.kind === 'usage'
      ? []
      : [
          `${line.from}..${line.through} ${line.days}/${line.daysOfMonth} ${line.seats} x ${formatMicroEuros(line.pricePerSeat, 2)} = ${formatCents(line.net)} ${line.vat} ${formatVatRate(line.vatRate)}`,
        ],
  );
const totals = (invoice: DraftInvoice) =>
  [invoice.net, invoice.vatTotal, invoice.total].map((amount) => formatCents(amount));

describe('a draft invoice', () => {
  it('charges a month of three seats and the calls that are not covered, as the example does', () => {
    const invoice = draft({
      subscriptions: [terms('unlimited', 3, '2026-01-01')],
      usage: [
        usage('nl-premium', 2_070_000),
        usage('eu-fixed', 150_000),
        { ...usage('nl-fixed', 0), coveredCalls: 1 },
      ],
    });
    expect(fees(invoice.lines)).toEqual(['2026-10-01..2026-10-31 31/31 3 x 14.95 = 44.85 standard 21']);
    expect(invoice.lines.filter((line) => line.kind === 'usage')).toMatchObject([
      { class: 'eu-fixed', net: 15, name: { nl: 'EU vast' } },
      { class: 'nl-premium', net: 207 },
    ]);
    expect(totals(invoice)).toEqual(['47.07', '9.88', '56.95']);
    expect(invoice.information).toMatchObject([{ kind: 'usage', class: 'nl-fixed', calls: 1, net: 0 }]);
  });

  it('charges the days from delivery on, as the example does', () => {
    const invoice = draft({
      subscriptions: [terms('metered', 1, '2026-10-10')],
      usage: [usage('world', 160_000), usage('nl-fixed', 1_490_000)],
    });
    expect(fees(invoice.lines)).toEqual(['2026-10-10..2026-10-31 22/31 1 x 4.95 = 3.51 standard 21']);
    expect(totals(invoice)).toEqual(['5.16', '1.08', '6.24']);
  });

  it('splits the month where the plan changes, as the example does', () => {
    const invoice = draft({
      subscriptions: [terms('metered', 3, '2026-10-16'), terms('unlimited', 3, '2026-01-01', '2026-10-16')],
      usage: [
        usage('nl-fixed', 5_090_000),
        usage('nl-mobile', 233_000),
        usage('eu-fixed', 150_000),
        usage('nl-premium', 2_070_000),
      ],
    });
    expect(fees(invoice.lines)).toEqual([
      '2026-10-01..2026-10-15 15/31 3 x 14.95 = 21.70 standard 21',
      '2026-10-16..2026-10-31 16/31 3 x 4.95 = 7.66 standard 21',
    ]);
    expect(totals(invoice)).toEqual(['36.90', '7.75', '44.65']);
  });

  it('splits the month where the catalogue changes the price, and only there', () => {
    const dearer = from('2026-10-11', (text) => text.replace('"14.95"', '"15.95"'));
    const renamed = from('2026-10-21', (text) =>
      text.replace('"14.95"', '"15.95"').replace('Unlimited calling', 'Call without limits'),
    );
    const invoice = draft({
      subscriptions: [terms('unlimited', 2, '2026-01-01')],
      catalogue: catalogueOf(yaml, dearer, renamed),
    });
    expect(fees(invoice.lines)).toEqual([
      '2026-10-01..2026-10-10 10/31 2 x 14.95 = 9.65 standard 21',
      '2026-10-11..2026-10-31 21/31 2 x 15.95 = 21.61 standard 21',
    ]);
  });

  it('states VAT per category, and takes for usage the rate in force on the last day', () => {
    const cheaper = from('2026-10-16', (text) =>
      text
        .replace('standard: "21"', 'standard: "19"')
        .replace('"4.95"\n    vat: standard', '"4.95"\n    vat: reduced'),
    );
    const invoice = draft({
      subscriptions: [terms('metered', 100, '2026-01-01')],
      usage: [usage('world', 10_000_000)],
      catalogue: catalogueOf(yaml, cheaper),
    });
    expect(invoice.vat.map(({ key, rate, net, vat }) => [key, formatVatRate(rate), net, vat])).toEqual([
      ['reduced', '9', 25_548, 2_299],
      ['standard', '19', 1_000, 190],
      ['standard', '21', 23_952, 5_030],
    ]);
    expect(totals(invoice)).toEqual(['505.00', '75.19', '580.19']);
  });

  it('prices retention beyond the included per user and started block of 30 days, by the users of each day', () => {
    const invoice = draft({
      addOns: [{ addOn: 'recording', retentionDays: 91, from: localDate('2026-10-11'), to: null }],
      users: [
        { from: localDate('2026-10-01'), users: 4 },
        { from: localDate('2026-10-22'), users: 6 },
      ],
    });
    expect(fees(invoice.lines)).toEqual([
      '2026-10-11..2026-10-21 11/31 4 x 4.50 = 6.39 standard 21',
      '2026-10-22..2026-10-31 10/31 6 x 4.50 = 8.71 standard 21',
    ]);
  });

  it.each([
    [30, '0.00'],
    [31, '1.50'],
    [60, '1.50'],
    [61, '3.00'],
  ])('retention of %i days costs %s per user', (retentionDays, price) => {
    const invoice = draft({
      addOns: [{ addOn: 'recording', retentionDays, from: localDate('2026-01-01'), to: null }],
      users: [{ from: localDate('2026-10-01'), users: 1 }],
    });
    const [line] = [...invoice.lines, ...invoice.information];
    expect(line).toMatchObject({ kind: 'add-on', retentionDays });
    expect(formatCents(invoice.net)).toBe(price);
  });

  it('states no VAT where the customer owes it', () => {
    const invoice = draft({
      subscriptions: [terms('unlimited', 1, '2026-01-01')],
      usage: [usage('world', 1_000_000)],
      reverseCharge: true,
    });
    expect(invoice.vat).toEqual([{ key: 'reverse-charge', rate: 0, net: 1_595, vat: 0 }]);
    expect(totals(invoice)).toEqual(['15.95', '0.00', '15.95']);
  });

  it('names a plan that the catalogue does not have, and charges the rest', () => {
    const invoice = draft({
      subscriptions: [terms('gone', 3, '2026-01-01')],
      usage: [usage('world', 1_000_000)],
    });
    expect(invoice.problems).toEqual([
      {
        code: 'unknown-plan',
        message: 'Plan gone of A1 is not in the catalogue of 2026-10-01; load a catalogue that has it.',
      },
    ]);
    expect(totals(invoice)).toEqual(['1.00', '0.21', '1.21']);
  });

  it('charges nothing outside the days of a subscription', () => {
    const invoice = draft({
      subscriptions: [terms('unlimited', 1, '2026-01-01', '2026-10-01'), terms('unlimited', 1, '2026-11-01')],
    });
    expect(invoice.lines).toEqual([]);
    expect(totals(invoice)).toEqual(['0.00', '0.00', '0.00']);
  });
});
