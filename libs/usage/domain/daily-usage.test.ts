import fc from 'fast-check';
import { instant, type Instant } from '#calendar/instant.js';
import { type DayNumber, dayNumberOf, localDate, localDateOf } from '#calendar/local-date.js';
import type { LogEntry, UsageDelta } from '#call-log/domain/log-entry.js';
import { microEuros } from '#money/money.js';
import { DailyUsage, splitAtMidnight } from './daily-usage.js';

const entry = (over: Partial<LogEntry> = {}): LogEntry => ({
  account: 'A1',
  direction: 'outbound',
  startedAt: instant('2026-10-21T22:59:50+02:00'),
  answeredAt: instant('2026-10-21T23:00:00+02:00'),
  talkSeconds: 12_600,
  class: 'nl-fixed',
  covered: true,
  charge: microEuros(0),
  regularCharge: microEuros(5_090_000),
  before: null,
  ...over,
});
const shown = (deltas: UsageDelta[]) =>
  deltas.map(({ day, ...rest }) => ({ day: localDateOf(day), ...rest }));

describe('usage per account, day and class', () => {
  it('a call across midnight counts its seconds on both days, itself and its charge on the first', () => {
    expect(shown(new DailyUsage().fold([entry()]))).toEqual([
      {
        account: 'A1',
        day: '2026-10-21',
        class: 'nl-fixed',
        calls: 1,
        coveredCalls: 1,
        seconds: 3_600,
        coveredSeconds: 3_600,
        charge: 0,
        regularCharge: 5_090_000,
      },
      {
        account: 'A1',
        day: '2026-10-22',
        class: 'nl-fixed',
        calls: 0,
        coveredCalls: 0,
        seconds: 9_000,
        coveredSeconds: 9_000,
        charge: 0,
        regularCharge: 0,
      },
    ]);
  });

  it('a call set up before midnight and answered after it is a call of the first day with talk on the second', () => {
    const deltas = shown(
      new DailyUsage().fold([
        entry({
          startedAt: instant('2026-10-21T23:59:55+02:00'),
          answeredAt: instant('2026-10-22T00:00:03+02:00'),
          talkSeconds: 60,
        }),
      ]),
    );
    expect(deltas).toMatchObject([
      { day: '2026-10-21', calls: 1, seconds: 0 },
      { day: '2026-10-22', calls: 0, seconds: 60 },
    ]);
  });

  it('a talk over the 25 hours of the autumn night is not longer than it was', () => {
    const shares = splitAtMidnight(instant('2026-10-24T23:00:00+02:00'), 27 * 3_600);
    expect(shares.map((share) => [localDateOf(share.day), share.seconds / 3_600])).toEqual([
      ['2026-10-24', 1],
      ['2026-10-25', 25],
      ['2026-10-26', 1],
    ]);
  });

  it('a re-rating takes back what it replaces, in the class where it stood', () => {
    const first = entry();
    const rerated = entry({
      class: 'nl-premium',
      covered: false,
      charge: microEuros(9),
      regularCharge: microEuros(9),
      before: first,
    });
    const totals = shown(new DailyUsage().fold([first, rerated]));
    expect(totals).toEqual(
      shown(
        new DailyUsage().fold([
          entry({ class: 'nl-premium', covered: false, charge: microEuros(9), regularCharge: microEuros(9) }),
        ]),
      ),
    );
  });

  it('calls without a destination class are counted by their direction', () => {
    expect(
      new DailyUsage().fold([entry({ class: null, direction: 'inbound', covered: false })])[0]?.class,
    ).toBe('inbound');
    expect(
      new DailyUsage().fold([entry({ class: null, answeredAt: null, talkSeconds: 0, covered: false })])[0]
        ?.class,
    ).toBe('unrated');
  });

  it('splitting a batch anywhere changes nothing, and no second is lost', () => {
    const arbitrary = fc.record({
      at: fc.integer({ min: instant('2026-03-28T00:00:00Z'), max: instant('2026-10-27T00:00:00Z') }),
      talkSeconds: fc.integer({ min: 0, max: 604_800 }),
      account: fc.constantFrom('A1', 'A2'),
    });
    fc.assert(
      fc.property(fc.array(arbitrary, { maxLength: 20 }), fc.nat(), (calls, cut) => {
        const entries = calls.map((call) =>
          entry({
            account: call.account,
            startedAt: call.at as Instant,
            answeredAt: call.at as Instant,
            talkSeconds: call.talkSeconds,
          }),
        );
        const usage = new DailyUsage();
        const whole = usage.fold(entries);
        const split = [
          ...usage.fold(entries.slice(0, cut % (calls.length + 1))),
          ...usage.fold(entries.slice(cut % (calls.length + 1))),
        ];
        const sums = (deltas: UsageDelta[]) => {
          const byKey = new Map<string, number>();
          for (const delta of deltas)
            byKey.set(
              `${delta.account} ${delta.day}`,
              (byKey.get(`${delta.account} ${delta.day}`) ?? 0) + delta.seconds + delta.calls * 1e9,
            );
          return [...byKey].toSorted();
        };
        expect(sums(split)).toEqual(sums(whole));
        expect(whole.reduce((total, delta) => total + delta.seconds, 0)).toBe(
          calls.reduce((total, call) => total + call.talkSeconds, 0),
        );
      }),
    );
  });

  it('days are numbered as the calendar does', () => {
    expect(new DailyUsage().fold([entry()])[0]?.day).toBe(
      dayNumberOf(localDate('2026-10-21')) satisfies DayNumber,
    );
  });
});
