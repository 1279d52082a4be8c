import fc from 'fast-check';
import { AMSTERDAM } from '#calendar/billing-zone.js';
import { type Instant, instant } from '#calendar/instant.js';
import { localDate } from '#calendar/local-date.js';
import type { PeriodDefinition } from '#catalogue/domain/catalogue.js';
import { type MicroEuros, microEuros } from '#money/money.js';
import { explainPrice } from './explain-price.js';
import { CompiledTariff } from './price-call.js';
import type { Band, PrefixRate, TariffVersion } from './tariff.js';

const MINUTES_PER_DAY = 1_440;
const peakOfDay = (day: number) => ({
  fromMinute: day * MINUTES_PER_DAY + 480,
  toMinute: day * MINUTES_PER_DAY + 1_140,
});
const weekdays = [0, 1, 2, 3, 4];
const PERIODS: readonly PeriodDefinition[] = [
  { id: 'peak', intervals: weekdays.map(peakOfDay) },
  {
    id: 'off-peak',
    intervals: [
      ...[0, 1, 2, 3, 4].map((day) => ({
        fromMinute: day * MINUTES_PER_DAY,
        toMinute: day * MINUTES_PER_DAY + 480,
      })),
      ...[0, 1, 2, 3].map((day) => ({
        fromMinute: day * MINUTES_PER_DAY + 1_140,
        toMinute: (day + 1) * MINUTES_PER_DAY,
      })),
      { fromMinute: 4 * MINUTES_PER_DAY + 1_140, toMinute: 7 * MINUTES_PER_DAY },
    ],
  },
];

/**
 * The price as contracts section 3 says it, second by second and with fractions: slow, and written without a look at the fast one. Wall
 * clock by the runtime's own time zone data.
 */
function slowPrice(rate: PrefixRate, decimals: number, call: { answeredAt: Instant; talkSeconds: number }) {
  // In sixtieths of a micro-euro, as a fraction with denominator 60.
  let sum = BigInt(rate.connectFee) * 60n;
  let billedSeconds = 0;
  rate.bands.forEach((band, index) => {
    const end = rate.bands[index + 1]?.fromSecond ?? Number.POSITIVE_INFINITY;
    let talked = 0;
    let lastPrice = 0;
    for (let second = band.fromSecond; second < Math.min(end, call.talkSeconds); second += 1) {
      lastPrice = priceAt(band, call.answeredAt + second * 1000);
      sum += BigInt(lastPrice);
      talked += 1;
    }
    if (talked === 0) return;
    let billed = talked;
    while (billed % band.incrementSeconds !== 0) billed += 1;
    if (index === 0 && billed < band.minimumSeconds) billed = band.minimumSeconds;
    sum += BigInt(lastPrice) * BigInt(billed - talked);
    billedSeconds += billed;
  });
  const capped =
    rate.maximumCharge === null || sum < BigInt(rate.maximumCharge) * 60n
      ? sum
      : BigInt(rate.maximumCharge) * 60n;
  const unit = 60n * 10n ** BigInt(6 - decimals);
  const rounded = (2n * capped + unit) / (2n * unit);
  return { exact: capped, billedSeconds, charge: Number(rounded * 10n ** BigInt(6 - decimals)) };
}

const wall = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/Amsterdam',
  weekday: 'short',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});
const minuteCache = new Map<number, string>();

function periodAt(at: number): string {
  const minute = Math.floor(at / 60_000);
  const known = minuteCache.get(minute);
  if (known !== undefined) return known;
  const parts = Object.fromEntries(
    wall.formatToParts(minute * 60_000).map(({ type, value }) => [type, value]),
  );
  const hour = Number(parts.hour);
  const period =
    !['Sat', 'Sun'].includes(parts.weekday ?? '') && hour >= 8 && hour < 19 ? 'peak' : 'off-peak';
  minuteCache.set(minute, period);
  return period;
}

function priceAt(band: Band, at: number): number {
  const price = band.prices.find(
    (candidate) => candidate.period === null || candidate.period === periodAt(at),
  );
  return price?.perMinute ?? Number.NaN;
}

const money = fc
  .oneof(fc.integer({ min: 0, max: 2_000_000 }), fc.integer({ min: 0, max: 1_000_000_000 }))
  .map((value) => microEuros(value));
const prices = fc.oneof(
  money.map((perMinute) => [{ period: null, perMinute }]),
  fc.tuple(money, money).map(([peak, offPeak]) => [
    { period: 'peak', perMinute: peak },
    { period: 'off-peak', perMinute: offPeak },
  ]),
);
const increments = fc.constantFrom(1, 6, 30, 60, 7, 3_600);
const rates: fc.Arbitrary<PrefixRate> = fc
  .record({
    connectFee: money,
    maximumCharge: fc.option(money, { nil: null }),
    bands: fc
      .array(
        fc.record({
          fromSecond: fc.integer({ min: 1, max: 4_000 }),
          minimumSeconds: fc.constantFrom(0, 1, 30, 60, 61),
          incrementSeconds: increments,
          prices,
        }),
        { minLength: 1, maxLength: 3 },
      )
      .map((bands) =>
        bands
          .toSorted((a, b) => a.fromSecond - b.fromSecond)
          .filter((band, index, all) => index === 0 || band.fromSecond !== all[index - 1]?.fromSecond)
          .map((band, index) => (index === 0 ? { ...band, fromSecond: 0 } : band)),
      ),
  })
  .map((rate) => ({ prefix: '+31', destination: 'Netherlands', class: 'nl-fixed', ...rate }));
/** Around peak boundaries, both odd nights, a weekend and a new year. */
const answers = fc
  .tuple(
    fc.constantFrom(
      '2026-10-25T00:00:00Z',
      '2026-10-25T01:00:00Z',
      '2026-03-29T01:00:00Z',
      '2026-10-05T06:00:00Z',
      '2026-10-05T17:00:00Z',
      '2026-10-09T17:00:00Z',
      '2026-12-31T23:00:00Z',
    ),
    fc.integer({ min: -90_000_000, max: 90_000_000 }),
    fc.constantFrom(1, 1_000, 60_000),
  )
  .map(([odd, off, step]) => (instant(odd) + Math.trunc(off / step)) as Instant);
const durations = fc.oneof(fc.integer({ min: 1, max: 130 }), fc.integer({ min: 1, max: 20_000 }));

function tariffOf(rate: PrefixRate, chargeDecimals: number): CompiledTariff {
  const version: TariffVersion = {
    tariff: 't',
    validFrom: localDate('2026-01-01'),
    chargeDecimals,
    fingerprint: '',
    periods: PERIODS,
    rates: [rate],
  };
  return new CompiledTariff(version);
}

const TO = '+31201234567';

describe('the price of a call', () => {
  it('is to the last decimal what counting second by second with fractions gives', () => {
    fc.assert(
      fc.property(
        rates,
        fc.integer({ min: 0, max: 6 }),
        answers,
        durations,
        (rate, decimals, answeredAt, talkSeconds) => {
          const price = tariffOf(rate, decimals).price({ to: TO, answeredAt, talkSeconds }, AMSTERDAM);
          const slow = slowPrice(rate, decimals, { answeredAt, talkSeconds });
          expect([price?.billedSeconds, price?.charge]).toEqual([slow.billedSeconds, slow.charge]);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('of seven days over an odd night is exact too', () => {
    const talkSeconds = 7 * 86_400;
    for (const at of ['2026-10-19T00:00:00.999Z', '2026-03-25T12:34:56Z']) {
      for (const rate of fc.sample(rates, { numRuns: 3, seed: 7 })) {
        const answeredAt = instant(at);
        const price = tariffOf(rate, 6).price({ to: TO, answeredAt, talkSeconds }, AMSTERDAM);
        expect(price?.charge).toBe(slowPrice(rate, 6, { answeredAt, talkSeconds }).charge);
      }
    }
  });

  it('is explained by parts that add up to it', () => {
    fc.assert(
      fc.property(
        rates,
        fc.integer({ min: 0, max: 6 }),
        answers,
        durations,
        (rate, decimals, answeredAt, talkSeconds) => {
          const tariff = tariffOf(rate, decimals);
          const explained = explainPrice(tariff, { to: TO, answeredAt, talkSeconds }, AMSTERDAM);
          const sum = (explained?.parts ?? []).reduce((total, part) => total + sixtieths(part.amount), 0n);
          expect(sum).toBe(BigInt(explained?.charge ?? -1) * 60n);
          const seconds = (explained?.parts ?? []).reduce((total, part) => total + (part.seconds ?? 0), 0);
          expect(seconds).toBe(talkSeconds);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('never falls when the talk is longer and nothing is billed ahead', () => {
    const flat = rates.map((rate) => ({
      ...rate,
      bands: rate.bands.map((band) => ({ ...band, minimumSeconds: 0, incrementSeconds: 1 })),
    }));
    fc.assert(
      fc.property(
        flat,
        answers,
        durations,
        fc.integer({ min: 1, max: 500 }),
        (rate, answeredAt, talkSeconds, more) => {
          const tariff = tariffOf(rate, 4);
          const shorter = tariff.price({ to: TO, answeredAt, talkSeconds }, AMSTERDAM)?.charge ?? 0;
          const longer =
            tariff.price({ to: TO, answeredAt, talkSeconds: talkSeconds + more }, AMSTERDAM)?.charge ?? 0;
          expect(longer).toBeGreaterThanOrEqual(shorter);
        },
      ),
    );
  });

  it('never falls when the talk is longer at one price a band, whatever the increments', () => {
    const onePrice = rates.map((rate) => ({
      ...rate,
      bands: rate.bands.map((band) => ({
        ...band,
        prices: band.prices.slice(0, 1).map((price) => ({ ...price, period: null })),
      })),
    }));
    fc.assert(
      fc.property(
        onePrice,
        answers,
        durations,
        fc.integer({ min: 1, max: 500 }),
        (rate, answeredAt, talkSeconds, more) => {
          const tariff = tariffOf(rate, 4);
          const price = (seconds: number) =>
            tariff.price({ to: TO, answeredAt, talkSeconds: seconds }, AMSTERDAM)?.charge ?? 0;
          expect(price(talkSeconds + more)).toBeGreaterThanOrEqual(price(talkSeconds));
        },
      ),
    );
  });

  it('is at most the maximum, and exactly it from there on', () => {
    const rate: PrefixRate = {
      prefix: '+31',
      destination: 'x',
      class: 'x',
      connectFee: microEuros(45_000),
      maximumCharge: microEuros(45_000_000),
      bands: [
        {
          fromSecond: 0,
          minimumSeconds: 1,
          incrementSeconds: 1,
          prices: [{ period: null, perMinute: microEuros(900_000) }],
        },
      ],
    };
    const charge = (talkSeconds: number): MicroEuros | undefined =>
      tariffOf(rate, 4).price({ to: TO, answeredAt: instant('2026-10-05T10:00:00Z'), talkSeconds }, AMSTERDAM)
        ?.charge;
    expect([charge(2_997), charge(2_998), charge(604_800)]).toEqual([45_000_000, 45_000_000, 45_000_000]);
    expect(charge(2_996)).toBe(44_985_000);
  });

  it.each([0, -1, 0.5, Number.NaN])('of %p seconds is no price', (talkSeconds) => {
    const [rate] = fc.sample(rates, { numRuns: 1, seed: 1 });
    if (rate === undefined) throw new Error('no rate');
    expect(() =>
      tariffOf(rate, 4).price(
        { to: TO, answeredAt: instant('2026-10-05T10:00:00Z'), talkSeconds },
        AMSTERDAM,
      ),
    ).toThrow(RangeError);
  });

  it('of a number that no prefix matches is none', () => {
    const [rate] = fc.sample(rates, { numRuns: 1, seed: 1 });
    if (rate === undefined) throw new Error('no rate');
    expect(
      tariffOf(rate, 4).price(
        { to: '+49301', answeredAt: instant('2026-10-05T10:00:00Z'), talkSeconds: 1 },
        AMSTERDAM,
      ),
    ).toBeUndefined();
  });
});

/** An amount of an explanation, `0.0300` or `1/60000000` euro, in sixtieths of a micro-euro. */
function sixtieths(text: string): bigint {
  const [numerator = '0', denominator] = text.split('/');
  if (denominator !== undefined) return (BigInt(numerator) * 60_000_000n) / BigInt(denominator);
  const [whole = '0', fraction = ''] = numerator.replace('-', '').split('.');
  const micro = BigInt(whole) * 1_000_000n + BigInt(fraction.padEnd(6, '0'));
  return (numerator.startsWith('-') ? -micro : micro) * 60n;
}
