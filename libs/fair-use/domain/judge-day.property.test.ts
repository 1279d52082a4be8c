import fc from 'fast-check';
import { AMSTERDAM } from '#calendar/billing-zone.js';
import { type DayNumber, dayNumberOf, localDate, localDateOf } from '#calendar/local-date.js';
import type { FairUsePolicy } from '#catalogue/domain/policy.js';
import { type JudgedDay, RULES, type RunningVerdict, judgeDay } from './judge-day.js';
import { type JudgedCall, inOrderOfStart, instantAt } from './judged-call.js';
import { accountDays, dayAfter, daysFrom, isCounted } from './judging-calendar.js';
import { KeptOut } from './kept-out.js';
import { compareRatios } from './ratio.js';
import { type SmallWorld, slowVerdict } from './testing/slow-judge.js';
import { UseOfAccount } from './use-of-account.js';

/** Few accounts, short windows and low limits, so that random calls reach every branch. */
const SMALL_POLICY: FairUsePolicy = {
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
const smallWorlds: fc.Arbitrary<{ world: SmallWorld; first: DayNumber; last: DayNumber }> = fc
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

function judgeAll(world: SmallWorld, first: DayNumber, last: DayNumber): JudgedDay[] {
  const keptOut = new KeptOut(world.exceptions, []);
  const terms = {
    rules: world.policy.rules,
    calendar: world.calendar,
    keptOut,
    from: (first - 12) as DayNumber,
    through: last,
  };
  const accounts = world.accounts.map(({ days, calls }) => new UseOfAccount(days, calls, terms));
  let known = new Map<string, RunningVerdict>();
  return [...daysFrom(first, last)].map((day) => {
    const judged = judgeDay({
      policy: world.policy,
      calendar: world.calendar,
      day,
      keptOut,
      accounts,
      before: (account, rule) => known.get(`${account} ${rule}`),
      idOf: (...cause) => cause.join('/'),
    });
    known = new Map(judged.verdicts.map((verdict) => [`${verdict.account} ${verdict.rule}`, verdict]));
    return judged;
  });
}

describe('judging a day gives what the rules say, worked out slowly with plain fractions', () => {
  const seen = { breached: new Set<string>(), reasons: new Set<string>(), verdicts: 0 };

  it('for every rule, account and day of random small worlds', () => {
    fc.assert(
      fc.property(smallWorlds, ({ world, first, last }) => {
        const runs = new Map<string, number>();
        for (const judged of judgeAll(world, first, last)) {
          const { day } = judged;
          const expected: string[] = [];
          for (const { days } of world.accounts) {
            const isJudged = isCounted(world.calendar, day) && days.seatsByDay.has(day);
            for (const rule of RULES) {
              const key = `${days.account} ${rule}`;
              const verdict = judged.verdicts.find((one) => `${one.account} ${one.rule}` === key);
              expect(verdict !== undefined).toBe(isJudged);
              const slow = isJudged ? slowVerdict(world, day, days.account, rule) : undefined;
              const run = slow?.exceeded === true ? (runs.get(key) ?? 0) + 1 : 0;
              runs.set(key, run);
              if (slow === undefined || verdict === undefined) continue;
              seen.verdicts += 1;
              expect(verdict.reason).toBe(slow.reason);
              if (slow.reason !== null) {
                seen.reasons.add(slow.reason);
                continue;
              }
              expect([key, verdict.value?.toRatio(), verdict.limit?.toRatio()]).toEqual([
                key,
                slow.value,
                slow.limit,
              ]);
              expect(verdict.exceededDays).toBe(run);
              if (run >= (world.policy.rules[rule] && rule === 'excess-over-average' ? 2 : 1)) {
                expected.push(`finding/small/${days.account}/${rule}/${localDateOf(day)}`);
                seen.breached.add(rule);
                const finding = judged.findings.find(
                  (one) => one.account === days.account && one.rule === rule,
                );
                expect(finding?.second.value).toBeCloseTo(numberOf(slow.second.value), 5);
                expect(finding?.second.limit).toBeCloseTo(numberOf(slow.second.limit), 5);
              }
            }
          }
          expect(judged.findings.map((finding) => finding.findingId).sort()).toEqual(expected.sort());
        }
      }),
      { numRuns: 150, seed: 20_261_025 },
    );
  }, 120_000);

  it('and these worlds have findings of every rule and every reason not to judge', () => {
    expect([...seen.breached].sort()).toEqual([...RULES].sort());
    expect([...seen.reasons].sort()).toEqual(['log-too-short', 'too-few-to-compare', 'too-new']);
    expect(seen.verdicts).toBeGreaterThan(5_000);
  });
});

function numberOf(value: Parameters<typeof compareRatios>[0]): number {
  return Number(value.numerator) / Number(value.denominator);
}
