import { localDateOf } from '#calendar/local-date.js';
import {
  STANDARD,
  callOn,
  dailyCalls,
  dayOf,
  findingDays,
  judgeThrough,
  ordinaryCustomers,
  verdictOn,
} from './testing/days.js';

const RULE = 'excess-over-average';
const others = ordinaryCustomers(20, 20);
const heavy = (minutes: number, from = 1, through = 60) => ({
  account: 'X',
  calls: dailyCalls(minutes, from, through),
});

describe('excess-over-average', () => {
  it('is judged only when the call log holds the whole window', () => {
    const days = judgeThrough({ customers: [...others, heavy(60)] }, 28);
    expect(verdictOn(days, 27, 'X', RULE)).toMatchObject({ status: 'not-judged', reason: 'log-too-short' });
    expect(verdictOn(days, 28, 'X', RULE)?.status).toBe('warning');
  });

  it('makes a finding when it holds on 3 judged days in a row, dated on the last, from the first of them', () => {
    const days = judgeThrough({ customers: [...others, heavy(60)] }, 31);
    expect(findingDays(days, 'X', RULE)).toEqual([30, 31]);
    expect(days[29]?.findings[0]).toMatchObject({
      day: localDateOf(dayOf(30)),
      firstDay: localDateOf(dayOf(28)),
      windowFrom: localDateOf(dayOf(3)),
      first: { value: 60, limit: 30, over: 'above' },
      second: { value: 28, limit: 10 },
      cohort: { plan: 'unlimited', accounts: 20, averaged: 20, mean: 20, median: 20, p10: 20, p90: 20 },
      parts: {
        factorTimesMean: 30,
        percentileOfOthers: 20,
        cohortMedian: 20,
        outlierFactorTimesMedian: 60,
        floorMinutes: 20,
      },
    });
  });

  it('a use that is exactly the limit is no breach', () => {
    const days = judgeThrough({ customers: [...others, heavy(30)] }, 30);
    expect(verdictOn(days, 30, 'X', RULE)).toMatchObject({ status: 'warning', exceededDays: 0 });
  });

  it('below the floor of 20 minutes nothing is excessive, whatever the average is', () => {
    const days = judgeThrough({ customers: [...ordinaryCustomers(20, 2), heavy(20)] }, 30);
    expect(days.flatMap((judged) => judged.findings)).toEqual([]);
  });

  it('few wild days are not enough: 10 days of the window must be above the others', () => {
    const nine = {
      account: 'X',
      calls: Array.from({ length: 9 }, (_unused, index) => callOn(20 + index, '08:00', 8 * 3_600)),
    };
    const days = judgeThrough({ customers: [...others, nine] }, 32);
    expect(verdictOn(days, 30, 'X', RULE)).toMatchObject({ status: 'warning', exceededDays: 0 });
    const ten = { account: 'X', calls: [...nine.calls, callOn(29, '08:00', 8 * 3_600)] };
    expect(findingDays(judgeThrough({ customers: [...others, ten] }, 32), 'X', RULE)).toEqual([31, 32]);
  });

  it('a busy season of everybody raises the yardstick of its days', () => {
    // Everybody calls 100 minutes on ten days; X calls 100 on these days too, and 40 on the others.
    const busy = (minutes: number, calm: number) =>
      Array.from({ length: 40 }, (_unused, index) =>
        callOn(index + 1, '10:00', 60 * (index >= 20 && index < 30 ? minutes : calm)),
      );
    const crowd = others.map(({ account }) => ({ account, calls: busy(100, 20) }));
    const days = judgeThrough({ customers: [...crowd, { account: 'X', calls: busy(100, 40) }] }, 40);
    expect(days[39]?.verdicts.find((one) => one.account === 'X' && one.rule === RULE)?.exceededDays).toBe(0);
  });

  it('ten seats may use ten times as much', () => {
    const company = { account: 'X', seats: 10, calls: dailyCalls(200, 1, 40) };
    const days = judgeThrough({ customers: [...others, company] }, 30);
    expect(verdictOn(days, 30, 'X', RULE)?.value?.rounded()).toBe(20);
  });

  it('daily use goes by the seats of each day', () => {
    const plan = 'unlimited';
    const grown = {
      account: 'X',
      calls: dailyCalls(60, 1, 40),
      spans: [
        { plan, seats: 1, from: dayOf(-20), to: dayOf(15) },
        { plan, seats: 3, from: dayOf(15), to: null },
      ],
    };
    const days = judgeThrough({ customers: [...others, grown] }, 28);
    // 14 days of 60 minutes and 14 of 20.
    expect(verdictOn(days, 28, 'X', RULE)?.value?.rounded()).toBe(40);
  });

  it('an abuser does not raise the yardstick: who is above 3 x the median makes no average', () => {
    const abusers = Array.from({ length: 5 }, (_unused, index) => ({ ...heavy(600), account: `X${index}` }));
    const days = judgeThrough({ customers: [...others, ...abusers] }, 30);
    expect(
      days[29]?.findings
        .filter((one) => one.rule === RULE)
        .map((one) => [one.account, one.cohort.averaged, one.cohort.mean]),
    ).toEqual(abusers.map(({ account }) => [account, 20, 20]));
  });

  it('is "too new" until it is subscribed on half of the window', () => {
    const spans = [{ plan: 'unlimited', seats: 1, from: dayOf(20), to: null }];
    const days = judgeThrough({ customers: [...others, { ...heavy(60, 20), spans }] }, 33);
    expect(verdictOn(days, 32, 'X', RULE)).toMatchObject({ status: 'not-judged', reason: 'too-new' });
    expect(verdictOn(days, 33, 'X', RULE)).toMatchObject({ status: 'warning', exceededDays: 1 });
  });

  it('with fewer than 20 others nobody is judged, and it is never a breach', () => {
    const days = judgeThrough({ customers: [...others.slice(1), heavy(600)] }, 30);
    expect(verdictOn(days, 30, 'X', RULE)).toMatchObject({
      status: 'not-judged',
      reason: 'too-few-to-compare',
    });
    expect(days[29]?.accountsJudged).toEqual([]);
  });

  it('too few on the same plan are compared with all accounts on plans with the policy', () => {
    const spans = [{ plan: 'premium', seats: 1, from: dayOf(-20), to: null }];
    const days = judgeThrough({ customers: [...others, { ...heavy(60), spans }] }, 30);
    expect(days[29]?.findings).toMatchObject([
      { account: 'X', plan: 'premium', cohort: { plan: null, accounts: 20 } },
    ]);
  });

  it('who made no call in the window, and whom an exception keeps out, is not in the cohort', () => {
    const silent = { account: 'S', calls: [] };
    const world = { customers: [...others, silent, heavy(60)] };
    expect(judgeThrough(world, 30)[29]?.findings).toMatchObject([{ cohort: { accounts: 20 } }]);
    const exception = {
      account: 'O00',
      rule: null,
      user: null,
      number: null,
      from: dayOf(1),
      through: dayOf(60),
    };
    const days = judgeThrough({ ...world, exceptions: [exception] }, 30);
    expect(verdictOn(days, 30, 'X', RULE)).toMatchObject({ reason: 'too-few-to-compare' });
  });

  it('an incomplete day counts for nobody and breaks a run of days', () => {
    const days = judgeThrough({ customers: [...others, heavy(60)], incomplete: [dayOf(30)] }, 33);
    expect(days[29]?.verdicts).toEqual([]);
    expect(findingDays(days, 'X', RULE)).toEqual([33]);
    expect(days[32]?.findings[0]?.days).toHaveLength(27);
  });

  it('talk across midnight is split, also on the days of 23 and 25 hours', () => {
    const night = { account: 'X', calls: [callOn(55, '23:00', 2 * 3_600 + 1_800)] };
    const days = judgeThrough({ customers: [...others, night] }, 56);
    const use = verdictOn(days, 55, 'X', RULE)?.value;
    // Day 55 of the log is 25 October, with 25 hours: one hour of the call falls on it.
    expect(localDateOf(dayOf(55))).toBe('2026-10-25');
    expect(use?.toRatio()).toEqual({ numerator: 15n, denominator: 7n });
    expect(verdictOn(days, 56, 'X', RULE)?.value?.toRatio()).toEqual({ numerator: 75n, denominator: 14n });
  });

  it('is clear when the use is at most 0.9 of the limit on 7 judged days in a row', () => {
    // After day 30 X stops; its use falls below 27 minutes when 15 of the 28 days are without calls.
    const days = judgeThrough({ customers: [...others, heavy(60, 1, 30)] }, 55);
    const ended =
      days.findIndex(
        (judged, index) =>
          index > 30 &&
          judged.verdicts.some((one) => one.account === 'X' && one.rule === RULE && !one.inBreach),
      ) + 1;
    const calm =
      days.findIndex(
        (_judged, index) => (verdictOn(days, index + 1, 'X', RULE)?.calmDays ?? 0) > 0 && index > 30,
      ) + 1;
    expect([calm, ended]).toEqual([46, 52]);
  });

  it('warns from 0.8 of the limit on', () => {
    const statusOf = (minutes: number) =>
      verdictOn(judgeThrough({ customers: [...others, heavy(minutes)] }, 28), 28, 'X', RULE)?.status;
    expect([statusOf(24), statusOf(23)]).toEqual(['warning', 'clear']);
  });

  it('names the rules that were judged and not breached', () => {
    const days = judgeThrough({ customers: [...others, heavy(60)], policy: STANDARD }, 30);
    expect(days[29]?.findings[0]?.otherRules.map((one) => [one.rule, one.status])).toEqual([
      ['long-open-line', 'clear'],
      ['short-call-burst', 'clear'],
    ]);
  });
});
