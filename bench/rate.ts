import { AMSTERDAM } from '#calendar/billing-zone.js';
import type { Instant } from '#calendar/instant.js';
import { localDate } from '#calendar/local-date.js';
import { microEuros } from '#money/money.js';
import { PrefixIndex } from '#rating/domain/prefix-index.js';
import { type CallToRate, type PlanTerms, rateCall } from '#rating/domain/rate-call.js';
import { TariffBook } from '#rating/domain/tariff-book.js';
import type { PrefixRate } from '#rating/domain/tariff.js';
import { type Bench, median } from './bench-result.js';
import { chance } from './made-up-customers.js';

const PREFIXES = 2_000;
const CALLS = 20_000;
const ROUNDS = 9;
const PRICES_PER_ROUND = 1_000_000;
const ASKED_PER_SECOND = 1_000_000;
const MONDAY_TO_FRIDAY = [0, 1, 2, 3, 4];
const FIRST_START = Date.UTC(2026, 9, 1);
const PLAN: PlanTerms = { kind: 'unlimited', includes: new Set(['class-0', 'class-1']), tariff: 'bench' };

/** Prices per second on one core, against nothing but the prefix look-ups of the same calls. */
export const rateBench: Bench = {
  name: 'rate',
  asked: `at least ${ASKED_PER_SECOND.toLocaleString('en')} prices/s on one core over a deck of ${PREFIXES} prefixes`,
  meets: (result) => result.value >= ASKED_PER_SECOND,
  run: (tell) => {
    const next = chance(7);
    const rates = deck(next);
    const calls = callsTo(rates, next);
    const book = bookOf(rates);
    const index = new PrefixIndex(rates.map((rate) => rate.prefix));
    const priced: number[] = [];
    const lookedUp: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      priced.push(perSecond(() => priceAll(calls, book)));
      lookedUp.push(perSecond(() => lookUpAll(calls, index)));
    }
    tell(`rounds of ${PRICES_PER_ROUND} prices: ${priced.map(Math.round).join(', ')} prices/s`);
    return Promise.resolve({
      value: median(priced),
      unit: 'prices/s',
      reference: { what: 'prefix look-ups/s of the same calls, and nothing else', value: median(lookedUp) },
    });
  },
};

function perSecond(work: () => number): number {
  const started = process.hrtime.bigint();
  // The sum is looked at, so that the compiler can't leave the work out.
  if (!Number.isSafeInteger(work())) throw new Error('A sum of prices is no whole number');
  return PRICES_PER_ROUND / (Number(process.hrtime.bigint() - started) / 1e9);
}

function priceAll(calls: readonly CallToRate[], book: TariffBook): number {
  let sum = 0;
  for (let done = 0; done < PRICES_PER_ROUND; done += calls.length) {
    for (const call of calls) {
      const result = rateCall(call, PLAN, book, AMSTERDAM);
      if (!result.ok) throw new Error(result.message);
      sum += result.rating.regularCharge;
    }
  }
  return sum;
}

function lookUpAll(calls: readonly CallToRate[], index: PrefixIndex): number {
  let sum = 0;
  for (let done = 0; done < PRICES_PER_ROUND; done += calls.length) {
    for (const call of calls) sum += index.find(call.to);
  }
  return sum;
}

/** A deck in which every fifth prefix has peak and off-peak prices, and every seventh a second band. */
function deck(next: () => number): PrefixRate[] {
  const prefixes = new Set<string>();
  while (prefixes.size < PREFIXES) prefixes.add(`+${Math.floor(10 ** (1 + next() * 5) * (1 + next() * 8))}`);
  return [...prefixes].map((prefix, index) => {
    const prices =
      index % 5 === 0
        ? [
            { period: 'peak', perMinute: microEuros(35_000) },
            { period: 'off-peak', perMinute: microEuros(25_000) },
          ]
        : [{ period: null, perMinute: microEuros(20_000 + index) }];
    const first = { fromSecond: 0, minimumSeconds: index % 3 === 0 ? 60 : 1, incrementSeconds: 1, prices };
    const second = { fromSecond: 600, minimumSeconds: 1, incrementSeconds: 60, prices };
    return {
      prefix,
      destination: `Destination ${index}`,
      class: `class-${index % 6}`,
      connectFee: microEuros(50_000),
      maximumCharge: index % 11 === 0 ? microEuros(45_000_000) : null,
      bands: index % 7 === 0 ? [first, second] : [first],
    };
  });
}

function bookOf(rates: readonly PrefixRate[]): TariffBook {
  const peak = MONDAY_TO_FRIDAY.map((day) => ({
    fromMinute: day * 1440 + 480,
    toMinute: day * 1440 + 1140,
  }));
  const offPeak = [
    ...MONDAY_TO_FRIDAY.flatMap((day) => [
      { fromMinute: day * 1440, toMinute: day * 1440 + 480 },
      { fromMinute: day * 1440 + 1140, toMinute: (day + 1) * 1440 },
    ]),
    { fromMinute: 5 * 1440, toMinute: 7 * 1440 },
  ];
  return new TariffBook([
    {
      tariff: 'bench',
      validFrom: localDate('2026-01-01'),
      chargeDecimals: 4,
      fingerprint: 'bench',
      periods: [
        { id: 'peak', intervals: peak },
        { id: 'off-peak', intervals: offPeak },
      ],
      rates,
    },
  ]);
}

function callsTo(rates: readonly PrefixRate[], next: () => number): CallToRate[] {
  return Array.from({ length: CALLS }, () => {
    const prefix = rates[Math.floor(next() * rates.length)]?.prefix ?? '+31';
    const startedAt = (FIRST_START + Math.floor(next() * 30 * 86_400_000)) as Instant;
    return {
      direction: 'outbound',
      to: `${prefix}${String(Math.floor(next() * 1e9)).padStart(9, '0')}`.slice(0, 15),
      startedAt,
      answeredAt: (startedAt + 8_000) as Instant,
      talkSeconds: 1 + Math.floor(-200 * Math.log(1 - next())),
      onNet: false,
      testUser: false,
    };
  });
}
