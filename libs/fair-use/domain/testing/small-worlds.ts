import fc from 'fast-check';
import { AMSTERDAM } from '#calendar/billing-zone.js';
import { type DayNumber, dayNumberOf, localDate } from '#calendar/local-date.js';
import type { FairUsePolicy } from '#catalogue/domain/policy.js';
import { type JudgedCall, instantAt, inOrderOfStart } from '../judged-call.js';
import { accountDays, dayAfter } from '../judging-calendar.js';
import type { SmallWorld } from './slow-judge.js';

/** Few accounts, short windows and low limits, so that random calls reach every branch. */
export const SMALL_POLICY: FairUsePolicy = {
  id: 'small',
  version: 1,
  from: localDate('2026-01-01'),
  cohort: { by: 'plan', minimumAccounts: 2, minimumShare: 0.5, outlierFactor: 3, trim: 0.05 },
  warnAt: 0.8,
  judgeAt: '06:00',
  notice: { deadlineDays: 7, afterDays: 7 },
  rules: {
    'excess-over-average': {
      windowDays: 4,
      factor: 1.5,
      percentile: 0.95,
      floorMinutes: 0.5,
      days: 2,
      holdDays: 2,
      clearFactor: 0.9,
      clearDays: 2,
    },
    'long-open-line': {
      windowDays: 4,
      redialSeconds: 30,
      episodeHours: 3,
      episodes: 2,
      factor: 3,
      singleHours: 12,
      clearDays: 4,
    },
    'short-call-burst': {
      windowDays: 4,
      withinMinutes: 10,
      shortSeconds: 6,
      calls: 3,
      share: 0.5,
      days: 1,
      shareFloor: 0.15,
      factor: 3,
      clearDays: 2,
    },
  },
};

const DAYS = 8;
const ACCOUNTS = 5;

/** Calls one after the other: a single one, a line dialled again and again, or a burst. */
const series = fc.record({
  account: fc.integer({ min: 0, max: ACCOUNTS - 1 }),
  user: fc.constantFrom('u1', 'u2'),
  to: fc.constantFrom('+31201', '+31202'),
  day: fc.integer({ min: -1, max: DAYS - 1 }),
  secondOfDay: fc.oneof(
    fc.integer({ min: 0, max: 86_399 }),
    fc.integer({ min: 86_000, max: 86_399 }),
    fc.integer({ min: 0, max: 10_800 }),
  ),
  ringSeconds: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.constant(4_000)),
  talkSeconds: fc.oneof(
    fc.integer({ min: 1, max: 7 }),
    fc.integer({ min: 1, max: 3_600 }),
    fc.integer({ min: 10_000, max: 60_000 }),
  ),
  millis: fc.constantFrom(0, 0, 1, 999),
  repeat: fc.oneof(fc.constant(1), fc.integer({ min: 2, max: 6 })),
  gapSeconds: fc.oneof(fc.integer({ min: -20, max: 31 }), fc.constantFrom(30, 90, 600)),
});
type Series = typeof series extends fc.Arbitrary<infer T> ? T : never;

const seats = fc.array(
  fc.record({
    plan: fc.constantFrom('a', 'a', 'b'),
    seats: fc.integer({ min: 1, max: 3 }),
    from: fc.integer({ min: -3, max: 3 }),
    length: fc.constantFrom(2, 5, 20),
  }),
  { minLength: 1, maxLength: 2 },
);

const exception = fc.record({
  account: fc.integer({ min: 0, max: ACCOUNTS - 1 }).map(accountId),
  rule: fc.constantFrom(null, 'excess-over-average', 'long-open-line', 'short-call-burst'),
  user: fc.constantFrom(null, 'u1'),
  number: fc.constantFrom(null, '+31201'),
  from: fc.integer({ min: 0, max: 4 }),
  length: fc.integer({ min: 0, max: 6 }),
});

/** Random worlds over eight days, among them the two odd days of the year. */
export const smallWorlds: fc.Arbitrary<{ world: SmallWorld; first: DayNumber; last: DayNumber }> = fc
  .record({
    begin: fc.constantFrom('2026-10-21', '2026-03-25', '2026-06-01'),
    seats: fc.array(seats, { minLength: ACCOUNTS, maxLength: ACCOUNTS }),
    series: fc.array(series, { minLength: 5, maxLength: 25 }),
    exceptions: fc.array(exception, { maxLength: 2 }),
    incomplete: fc.array(fc.integer({ min: 0, max: DAYS - 1 }), { maxLength: 1 }),
  })
  .map((made) => {
    const first = dayNumberOf(localDate(made.begin));
    const at = (offset: number) => dayAfter(first, offset);
    return {
      first,
      last: at(DAYS - 1),
      world: {
        policy: SMALL_POLICY,
        calendar: {
          zone: AMSTERDAM,
          firstCompleteDay: first,
          incompleteDays: new Set(made.incomplete.map((offset) => at(offset))),
        },
        accounts: made.seats.map((spans, index) => ({
          days: accountDays(
            accountId(index),
            spans.map(({ plan, seats: count, from, length }) => ({
              plan,
              seats: count,
              from: at(from),
              to: at(from + length),
            })),
            at(-30),
            at(DAYS + 1),
          ),
          calls: made.series
            .filter((one) => one.account === index)
            .flatMap((one, place) => callsOf(one, first, `${index}-${place}`))
            .sort(inOrderOfStart),
        })),
        exceptions: made.exceptions.map(({ from, length, ...what }) => ({
          ...what,
          from: at(from),
          through: at(from + length),
        })),
      },
    };
  });

function accountId(index: number): string {
  return `A${index}`;
}

function callsOf(one: Series, first: DayNumber, name: string): JudgedCall[] {
  const calls: JudgedCall[] = [];
  let start = AMSTERDAM.startOfDayNumber(dayAfter(first, one.day)) + one.secondOfDay * 1000 + one.millis;
  for (let count = 0; count < one.repeat; count += 1) {
    const answeredAt = start + one.ringSeconds * 1000;
    calls.push({
      callKey: `switch\n${name}-${count}`,
      user: one.user,
      to: one.to,
      startedAt: instantAt(start),
      answeredAt: instantAt(answeredAt),
      talkSeconds: one.talkSeconds,
    });
    start = answeredAt + (one.talkSeconds + one.gapSeconds) * 1000;
  }
  return calls;
}
