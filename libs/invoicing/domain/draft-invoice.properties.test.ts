import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { addDays, eachDay, firstDayOf, lastDayOf, period } from '#calendar/local-date.js';
import { CatalogueTimeline } from '#catalogue/domain/catalogue-timeline.js';
import { parseCatalogue } from '#catalogue/domain/parse-catalogue.js';
import { cents, microEuros, vatOf } from '#money/money.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import { type DraftInput, type DraftInvoice, type DraftLine, draftInvoice } from './draft-invoice.js';

const yaml = readFileSync(new URL('../../../test/fixtures/examples/catalogue.yaml', import.meta.url), 'utf8');
const examples = acceptedOrThrow(parseCatalogue(yaml));
const months = fc.constantFrom('2026-02', '2028-02', '2026-03', '2026-10', '2026-11').map(period);

/** The catalogue of the examples, and within the month one with other prices and another rate of VAT. */
const catalogues = (month: DraftInput['period']) =>
  fc
    .record({
      day: fc.constantFrom(...eachDay(firstDayOf(month), lastDayOf(month))),
      price: fc.constantFrom('4.95', '5.05', '0.00', '19.999999'),
      rate: fc.constantFrom('21', '9', '0', '5.5'),
    })
    .map(
      ({ day, price, rate }) =>
        new CatalogueTimeline([
          examples,
          acceptedOrThrow(
            parseCatalogue(
              `valid_from: ${day}\n${yaml.replace('"4.95"', `"${price}"`).replace('standard: "21"', `standard: "${rate}"`)}`,
            ),
          ),
        ]),
    );

const inputs: fc.Arbitrary<DraftInput> = months.chain((month) => {
  const days = fc.constantFrom(...eachDay(addDays(firstDayOf(month), -3), addDays(lastDayOf(month), 3)));
  return fc.record({
    account: fc.constant('A1'),
    period: fc.constant(month),
    subscriptions: fc
      .array(
        fc.record({
          plan: fc.constantFrom('metered', 'unlimited'),
          seats: fc.integer({ min: 1, max: 1_000 }),
          from: days,
          to: fc.option(days),
        }),
        { maxLength: 4 },
      )
      .map((all) =>
        all
          .map((terms, index) => ({ ...terms, subscription: `s-${index}` }))
          .filter((terms) => terms.to === null || terms.from < terms.to),
      ),
    addOns: fc.array(
      fc.record({
        addOn: fc.constant('recording'),
        retentionDays: fc.option(fc.integer({ min: 1, max: 400 })),
        from: days,
        to: fc.constant(null),
      }),
      { maxLength: 1 },
    ),
    users: fc
      .uniqueArray(fc.record({ from: days, users: fc.integer({ min: 0, max: 500 }) }), {
        selector: (step) => step.from,
        maxLength: 3,
      })
      .map((steps) => steps.toSorted((a, b) => (a.from < b.from ? -1 : 1))),
    usage: fc.uniqueArray(
      fc.record({
        class: fc.constantFrom('nl-fixed', 'nl-mobile', 'world', 'inbound'),
        calls: fc.nat(1_000),
        coveredCalls: fc.constant(0),
        seconds: fc.nat(100_000),
        charge: fc.nat(50_000_000).map(microEuros),
        regularCharge: fc.constant(microEuros(0)),
      }),
      { selector: (usage) => usage.class },
    ),
    catalogue: catalogues(month),
    reverseCharge: fc.boolean(),
  });
});

const sum = (amounts: readonly number[]) => amounts.reduce((total, amount) => total + amount, 0);
const feesOf = (lines: readonly DraftLine[]) =>
  lines.flatMap((line) => (line.kind === 'usage' ? [] : [line]));

describe('every draft invoice', () => {
  it('has lines that add up to its net, and a net and VAT that add up to its total', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const invoice = draftInvoice(input);
        expect(invoice.problems).toEqual([]);
        expect(sum(invoice.lines.map((line) => line.net))).toBe(invoice.net);
        expect(sum(invoice.information.map((line) => line.net))).toBe(0);
        expect(sum(invoice.vat.map((category) => category.vat))).toBe(invoice.vatTotal);
        expect(invoice.net + invoice.vatTotal).toBe(invoice.total);
      }),
    );
  });

  it('rounds VAT once per category, and every line is in one', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const invoice = draftInvoice(input);
        for (const { key, rate, net, vat } of invoice.vat) {
          const members = invoice.lines.filter((line) => line.vat === key && line.vatRate === rate);
          expect(sum(members.map((line) => line.net))).toBe(net);
          expect(vat).toBe(vatOf(net, rate));
        }
        expect(sum(invoice.vat.map((category) => category.net))).toBe(invoice.net);
        if (input.reverseCharge === true) expect(invoice.vatTotal).toBe(0);
      }),
    );
  });

  it('charges every day of a subscription once, with its seats and the price of that day', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const invoice = draftInvoice(input);
        const lines = feesOf([...invoice.lines, ...invoice.information]);
        for (const terms of input.subscriptions) {
          for (const day of eachDay(firstDayOf(input.period), lastDayOf(input.period))) {
            const inForce = terms.from <= day && (terms.to === null || day < terms.to);
            const charged = lines.filter(
              (line) =>
                line.kind === 'subscription' &&
                line.subscription === terms.subscription &&
                line.from <= day &&
                day <= line.through,
            );
            expect(charged.map((line) => [line.seats, line.pricePerSeat])).toEqual(
              inForce ? [[terms.seats, input.catalogue.planAt(terms.plan, day)?.pricePerSeat]] : [],
            );
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  it('rounds each line by at most half a cent', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        for (const line of draftInvoice(input).lines) {
          const exact =
            line.kind === 'usage'
              ? { numerator: BigInt(line.charge), denominator: 10_000n }
              : {
                  numerator: BigInt(line.pricePerSeat) * BigInt(line.seats) * BigInt(line.days),
                  denominator: 10_000n * BigInt(line.daysOfMonth),
                };
          const error = BigInt(line.net) * exact.denominator - exact.numerator;
          expect((error < 0n ? -error : error) * 2n <= exact.denominator).toBe(true);
        }
      }),
    );
  });

  it('is the same when terms are cut on any day without a change', () => {
    fc.assert(
      fc.property(inputs, fc.nat(40), (input, offset) => {
        const day = addDays(firstDayOf(input.period), offset - 5);
        const cut = <Dated extends { from: typeof day; to: typeof day | null }>(dated: Dated): Dated[] =>
          dated.from < day && (dated.to === null || day < dated.to)
            ? [
                { ...dated, from: day },
                { ...dated, to: day },
              ]
            : [dated];
        const inPieces = {
          ...input,
          subscriptions: input.subscriptions.flatMap(cut),
          addOns: input.addOns.flatMap(cut),
        };
        expect(draftInvoice(inPieces)).toEqual(draftInvoice(input));
      }),
    );
  });

  it('differs by a cent at most when a stretch is billed on two lines', () => {
    fc.assert(
      fc.property(inputs, fc.integer({ min: 1, max: 27 }), (input, offset) => {
        const { subscriptions: _subscriptions, ...rest } = input;
        const day = addDays(firstDayOf(input.period), offset);
        const whole = {
          subscription: 'a',
          plan: 'unlimited',
          seats: 7,
          from: firstDayOf(input.period),
          to: null,
        };
        const none = draftInvoice({ ...rest, subscriptions: [] }).net;
        const one = draftInvoice({ ...rest, subscriptions: [whole] }).net - none;
        const two =
          draftInvoice({
            ...rest,
            subscriptions: [
              { ...whole, to: day },
              { ...whole, subscription: 'b', from: day },
            ],
          }).net - none;
        // Where the VAT rate changes within the month there are up to three lines, each rounded by half a cent at most.
        expect(Math.abs(one - two)).toBeLessThanOrEqual(2);
        if (input.catalogue.changesWithin(input.period).length === 0)
          expect(Math.abs(one - two)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('never costs less with one seat or one day more', () => {
    fc.assert(
      fc.property(months, fc.integer({ min: 1, max: 500 }), fc.nat(27), (month, seats, offset) => {
        const from = addDays(firstDayOf(month), offset);
        const costs = (more: { seats?: number; from?: typeof from }) =>
          draftInvoice({
            account: 'A1',
            period: month,
            subscriptions: [{ subscription: 's', plan: 'metered', seats, from, to: null, ...more }],
            addOns: [],
            users: [],
            usage: [],
            catalogue: new CatalogueTimeline([examples]),
          }).net;
        expect(costs({ seats: seats + 1 })).toBeGreaterThanOrEqual(costs({}));
        expect(costs({ from: addDays(from, -1) })).toBeGreaterThanOrEqual(costs({}));
      }),
    );
  });

  it('is mirrored to the cent by a credit of the same', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const credit = draftInvoice({
          ...input,
          subscriptions: input.subscriptions.map((terms) => ({ ...terms, seats: -terms.seats })),
          users: input.users.map((step) => ({ ...step, users: -step.users })),
          usage: input.usage.map((usage) => ({ ...usage, charge: microEuros(-usage.charge) })),
        });
        const invoice = draftInvoice(input);
        expect(amountsOf(credit)).toEqual(amountsOf(invoice).map((amount) => cents(-amount)));
      }),
    );
  });
});

function amountsOf(invoice: DraftInvoice) {
  return [
    ...invoice.lines.map((line) => line.net),
    ...invoice.vat.flatMap((category) => [category.net, category.vat]),
    invoice.net,
    invoice.vatTotal,
    invoice.total,
  ];
}
