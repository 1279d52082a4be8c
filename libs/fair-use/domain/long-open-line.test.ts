import { localDateOf } from '#calendar/local-date.js';
import {
  callOn,
  dailyCalls,
  dayOf,
  findingDays,
  judgeThrough,
  ordinaryCustomers,
  verdictOn,
} from './testing/days.js';
import type { JudgedCall } from './judged-call.js';

const RULE = 'long-open-line';
const others = ordinaryCustomers(20, 20);
const HOUR = 3_600;

/** Ordinary calls, and what is given, of account X. */
const abuser = (...calls: JudgedCall[]) => ({ account: 'X', calls: [...dailyCalls(10, 1, 40), ...calls] });
const valueOn = (n: number, ...calls: JudgedCall[]) =>
  verdictOn(judgeThrough({ customers: [...others, abuser(...calls)] }, n), n, 'X', RULE)?.value?.rounded();

describe('long-open-line', () => {
  it('is a breach when one user has three episodes in 14 days and the account far more per seat than others', () => {
    const calls = [20, 23, 26].map((n) => callOn(n, '12:00', 3 * HOUR));
    const days = judgeThrough({ customers: [...others, abuser(...calls)] }, 36);
    expect(findingDays(days, 'X', RULE)).toEqual([26, 27, 28, 29, 30, 31, 32, 33]);
    expect(days[25]?.findings[0]).toMatchObject({
      firstDay: localDateOf(dayOf(26)),
      first: { value: 3, limit: 3, over: 'at-least' },
      second: { measure: 'episodes-per-seat', value: 3, limit: 0, over: 'above' },
      cohort: { accounts: 20, averaged: 19, mean: 0 },
    });
    expect(days[25]?.findings[0]?.episodes.map((one) => one.countedOn)).toEqual(
      [20, 23, 26].map((n) => [localDateOf(dayOf(n))]),
    );
  });

  it('episodes of two users do not add up', () => {
    const calls = [20, 23, 26].map((n, index) => callOn(n, '12:00', 3 * HOUR, { user: `u${index % 2}` }));
    expect(valueOn(26, ...calls)).toBe(2);
  });

  it('a second short of three hours is none', () => {
    expect(valueOn(20, callOn(20, '12:00', 3 * HOUR))).toBe(1);
    expect(valueOn(20, callOn(20, '12:00', 3 * HOUR - 1))).toBe(0);
  });

  it('a line dialled again within 30 seconds is one episode, also when the new call was set up before the end', () => {
    const first = callOn(20, '12:00', 2 * HOUR);
    const redial = (afterSeconds: number) => {
      const at = (first.startedAt + (2 * HOUR + afterSeconds) * 1000) as JudgedCall['startedAt'];
      return callOn(20, '12:00', 2 * HOUR, { startedAt: at, answeredAt: at });
    };
    expect(valueOn(20, first, redial(30))).toBe(1);
    expect(valueOn(20, first, redial(31))).toBe(0);
    expect(valueOn(20, first, redial(-600))).toBe(1);
  });

  it('the pause is counted from the latest end of talk to the set-up, not to the answer', () => {
    const first = callOn(20, '12:00', 2 * HOUR);
    const setUp = first.startedAt + (2 * HOUR + 20) * 1000;
    const late = callOn(20, '12:00', 2 * HOUR, {
      startedAt: setUp as JudgedCall['startedAt'],
      answeredAt: (setUp + 60_000) as JudgedCall['answeredAt'],
    });
    expect(valueOn(20, first, late)).toBe(1);
  });

  it('overlap is counted once, gaps are not counted', () => {
    expect(valueOn(20, callOn(20, '12:00', 2 * HOUR), callOn(20, '12:30', 2 * HOUR))).toBe(0);
    expect(valueOn(20, callOn(20, '12:00', 2 * HOUR), callOn(20, '13:00', 2 * HOUR))).toBe(1);
  });

  it('another number or another user is another line', () => {
    const second = { to: '+31209999999' };
    expect(valueOn(20, callOn(20, '12:00', 2 * HOUR), callOn(20, '14:00', 2 * HOUR, second))).toBe(0);
    expect(valueOn(20, callOn(20, '12:00', 2 * HOUR), callOn(20, '14:00', 2 * HOUR, { user: 'u2' }))).toBe(0);
  });

  it('counts on the day its length reaches three hours, and on each later day on which three hours of it fall', () => {
    // From 22:00 on day 20: two hours on day 20, all of days 21 and 22, two hours of day 23.
    const long = callOn(20, '22:00', 52 * HOUR);
    expect([20, 21, 22, 23].map((n) => valueOn(n, long))).toEqual([0, 1, 2, 2]);
  });

  it('is cut at the end of the day that is judged: an open call counts up to midnight', () => {
    const open = callOn(20, '21:30', 10 * HOUR);
    expect([valueOn(20, open), valueOn(21, open)]).toEqual([0, 1]);
    expect(valueOn(20, callOn(20, '21:00', 10 * HOUR))).toBe(1);
  });

  it('the night of the change to winter time has an hour more', () => {
    // From 23:00 on day 54 to the clock of 01:30 on day 55 are 2.5 hours; to 02:30, the second one, 4.5 hours.
    expect(localDateOf(dayOf(55))).toBe('2026-10-25');
    expect(valueOn(55, callOn(54, '23:00', 4.5 * HOUR))).toBe(1);
    // Talk of a whole day of 25 hours.
    expect(valueOn(55, callOn(55, '00:00', 25 * HOUR))).toBe(1);
    expect(valueOn(56, callOn(55, '00:00', 28 * HOUR))).toBe(2);
  });

  it('who has as many per seat as three times the others is no breach', () => {
    const long = [20, 23, 26].map((n) => callOn(n, '12:00', 3 * HOUR));
    const crowd = others.map((one) => ({ ...one, calls: [...one.calls, callOn(22, '12:00', 3 * HOUR)] }));
    const days = judgeThrough({ customers: [...crowd, abuser(...long)] }, 26);
    expect(verdictOn(days, 26, 'X', RULE)).toMatchObject({ status: 'warning', exceededDays: 0 });
  });

  it('a single one of twelve hours is a warning only', () => {
    const days = judgeThrough({ customers: [...others, abuser(callOn(20, '06:00', 12 * HOUR))] }, 20);
    expect(verdictOn(days, 20, 'X', RULE)).toMatchObject({ status: 'warning', inBreach: false });
    const shorter = judgeThrough({ customers: [...others, abuser(callOn(20, '06:00', 12 * HOUR - 1))] }, 20);
    expect(verdictOn(shorter, 20, 'X', RULE)?.status).toBe('clear');
  });

  it('a line that is marked as an alarm line is kept out while the mark holds', () => {
    const calls = [20, 23, 26].map((n) => callOn(n, '12:00', 3 * HOUR));
    const mark = { user: null, number: '+31201234567', from: dayOf(1), through: dayOf(23) };
    const days = judgeThrough({ customers: [...others, abuser(...calls)], marks: [mark] }, 26);
    expect(verdictOn(days, 26, 'X', RULE)?.value?.rounded()).toBe(1);
    expect(verdictOn(days, 26, 'X', 'excess-over-average')?.value).toBeNull();
  });

  it('an exception for one user keeps that use out, and the account is judged on the rest', () => {
    const calls = [20, 23, 26].map((n) => callOn(n, '12:00', 3 * HOUR));
    const exception = {
      account: 'X',
      rule: RULE,
      user: 'u1',
      number: null,
      from: dayOf(1),
      through: dayOf(60),
    };
    const days = judgeThrough({ customers: [...others, abuser(...calls)], exceptions: [exception] }, 26);
    expect(verdictOn(days, 26, 'X', RULE)).toMatchObject({ status: 'clear' });
  });

  it('is clear when there was none in 14 days', () => {
    const calls = [20, 23, 26].map((n) => callOn(n, '12:00', 3 * HOUR));
    const days = judgeThrough({ customers: [...others, abuser(...calls)] }, 40);
    expect([39, 40].map((n) => verdictOn(days, n, 'X', RULE)?.inBreach)).toEqual([true, false]);
  });
});
