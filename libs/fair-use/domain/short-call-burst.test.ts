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

const RULE = 'short-call-burst';
const others = ordinaryCustomers(20, 20);

/** `count` calls on day `n` from `time` on, one each `everySeconds`. */
function series(n: number, time: string, count: number, everySeconds: number, talkSeconds = 3): JudgedCall[] {
  const first = callOn(n, time, talkSeconds);
  return Array.from({ length: count }, (_unused, index) => {
    const at = (first.startedAt + index * everySeconds * 1000) as JudgedCall['startedAt'];
    return callOn(n, time, talkSeconds, { startedAt: at, answeredAt: at });
  });
}

const dialler = (...calls: JudgedCall[]) => ({ account: 'X', calls: [...dailyCalls(10, 1, 30), ...calls] });
const judged = (n: number, ...calls: JudgedCall[]) =>
  judgeThrough({ customers: [...others, dialler(...calls)] }, n);
const daysWithBurst = (n: number, ...calls: JudgedCall[]) =>
  verdictOn(judged(n, ...calls), n, 'X', RULE)?.value?.rounded();

describe('short-call-burst', () => {
  it('is a breach with bursts on two days of 14 and a share of short calls far above the others', () => {
    const days = judged(34, ...series(15, '14:00', 60, 5), ...series(20, '14:00', 60, 5));
    expect(findingDays(days, 'X', RULE)).toEqual([20, 21, 22, 23, 24, 25, 26, 27, 28]);
    expect(days[19]?.findings[0]).toMatchObject({
      first: { measure: 'days-with-a-burst', value: 2, limit: 2, over: 'at-least' },
      second: { measure: 'share-of-short-calls', value: 0.895522, limit: 0.15, over: 'above' },
    });
    expect(days[19]?.findings[0]?.bursts).toMatchObject([
      { day: localDateOf(dayOf(15)), shortCalls: 60, judgedCalls: 60 },
      { day: localDateOf(dayOf(20)), shortCalls: 60, judgedCalls: 60 },
    ]);
  });

  it('needs 60 short calls in a stretch of 10 minutes, its end not included', () => {
    expect(daysWithBurst(15, ...series(15, '14:00', 60, 10))).toBe(1);
    expect(daysWithBurst(15, ...series(15, '14:00', 59, 10))).toBe(0);
    // The 60th is answered exactly ten minutes after the first.
    expect(daysWithBurst(15, ...series(15, '14:00', 59, 10), ...series(15, '14:10', 1, 1))).toBe(0);
  });

  it('a call of 6 seconds is short, one of 7 is not', () => {
    expect(daysWithBurst(15, ...series(15, '14:00', 60, 9, 6))).toBe(1);
    expect(daysWithBurst(15, ...series(15, '14:00', 60, 9, 7))).toBe(0);
  });

  it('the short calls must be half of the calls answered in the stretch', () => {
    const short = series(15, '14:00', 60, 5);
    expect(daysWithBurst(15, ...short, ...series(15, '14:00', 60, 5, 40))).toBe(1);
    expect(daysWithBurst(15, ...short, ...series(15, '14:00', 61, 5, 40))).toBe(0);
  });

  it('stretches that overlap are one burst, of the day on which it begins', () => {
    // 100 short calls from 23:50 on: the stretches that begin before midnight reach into the next day.
    const night = series(15, '23:50', 130, 9);
    expect([daysWithBurst(15, ...night), daysWithBurst(16, ...night)]).toEqual([1, 1]);
    const finding = judged(22, ...night, ...series(22, '14:00', 60, 5))[21]?.findings[0];
    expect(finding?.bursts.map((burst) => [burst.day, burst.shortCalls])).toEqual([
      [localDateOf(dayOf(15)), 130],
      [localDateOf(dayOf(22)), 60],
    ]);
  });

  it('a burst that is complete only on the next day counts from that day’s judging, on the day it began', () => {
    const night = series(15, '23:56', 60, 9);
    expect([daysWithBurst(15, ...night), daysWithBurst(16, ...night)]).toEqual([0, 1]);
    const finding = judged(18, ...night, ...series(18, '14:00', 60, 5))[17]?.findings[0];
    expect(finding?.bursts[0]?.day).toBe(localDateOf(dayOf(15)));
  });

  it('a call that is cut by the end of the day is not a short call yet', () => {
    // 60 calls, the last answered two seconds before midnight with three seconds of talk.
    const until = callOn(16, '00:00', 3);
    const calls = Array.from({ length: 60 }, (_unused, index) => {
      const at = (until.startedAt - 2_000 - index * 5_000) as JudgedCall['startedAt'];
      return callOn(15, '23:00', 3, { startedAt: at, answeredAt: at });
    });
    expect([daysWithBurst(15, ...calls), daysWithBurst(16, ...calls)]).toEqual([0, 1]);
  });

  it('in the share, too: a call that is cut is a judged call, and short only from the next day on', () => {
    const midnight = callOn(21, '00:00', 3).startedAt;
    const across = Array.from({ length: 10 }, () => {
      const at = (midnight - 2_000) as JudgedCall['startedAt'];
      return callOn(20, '23:59', 3, { startedAt: at, answeredAt: at });
    });
    const days = judged(21, ...series(15, '14:00', 60, 5), ...series(20, '14:00', 60, 5), ...across);
    // 14 ordinary calls in each window, and 120 short ones of the bursts.
    expect([19, 20].map((index) => days[index]?.findings[0]?.second.value)).toEqual([0.833333, 0.902778]);
  });

  it('one that ends where the next begins is another burst', () => {
    // All of the first at one moment, so only one stretch begins before the second.
    const finding = judged(
      16,
      ...series(15, '14:00', 60, 0),
      ...series(15, '14:10', 60, 5),
      ...series(16, '14:00', 60, 5),
    )[15]?.findings[0];
    expect(finding?.bursts).toHaveLength(3);
  });

  it('a share at the limit is no breach: who calls briefly as a rule is like others who do', () => {
    const crowd = others.map((one) => ({ ...one, calls: [...one.calls, ...series(16, '09:00', 14, 60, 4)] }));
    const calls = [...series(15, '14:00', 60, 5), ...series(20, '14:00', 60, 5)];
    const days = judgeThrough({ customers: [...crowd, dialler(...calls)] }, 20);
    expect(verdictOn(days, 20, 'X', RULE)).toMatchObject({ status: 'warning', exceededDays: 0 });
  });

  it('is clear when there was no burst in 7 days', () => {
    const days = judged(36, ...series(15, '14:00', 60, 5), ...series(20, '14:00', 60, 5));
    expect([28, 29].map((n) => verdictOn(days, n, 'X', RULE)?.inBreach)).toEqual([true, false]);
  });
});
