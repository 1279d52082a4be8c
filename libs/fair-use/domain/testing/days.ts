import { AMSTERDAM } from '#calendar/billing-zone.js';
import { instant } from '#calendar/instant.js';
import { type DayNumber, dayNumberOf, localDate } from '#calendar/local-date.js';
import type { FairUsePolicy, RuleName } from '#catalogue/domain/policy.js';
import { type JudgedDay, type RunningVerdict, judgeDay } from '../judge-day.js';
import { type JudgedCall, type LineUseMark, inOrderOfStart } from '../judged-call.js';
import { type JudgingCalendar, type SeatSpan, accountDays, dayAfter, daysFrom } from '../judging-calendar.js';
import { type DatedException, KeptOut } from '../kept-out.js';
import { UseOfAccount } from '../use-of-account.js';

/** The figures of fair-use.md. */
export const STANDARD: FairUsePolicy = {
  id: 'standard',
  version: 1,
  from: localDate('2026-01-01'),
  cohort: { by: 'plan', minimumAccounts: 20, minimumShare: 0.5, outlierFactor: 3, trim: 0.05 },
  warnAt: 0.8,
  judgeAt: '06:00',
  notice: { deadlineDays: 7, afterDays: 7 },
  rules: {
    'excess-over-average': {
      windowDays: 28,
      factor: 1.5,
      percentile: 0.95,
      floorMinutes: 20,
      days: 10,
      holdDays: 3,
      clearFactor: 0.9,
      clearDays: 7,
    },
    'long-open-line': {
      windowDays: 14,
      redialSeconds: 30,
      episodeHours: 3,
      episodes: 3,
      factor: 3,
      singleHours: 12,
      clearDays: 14,
    },
    'short-call-burst': {
      windowDays: 14,
      withinMinutes: 10,
      shortSeconds: 6,
      calls: 60,
      share: 0.5,
      days: 2,
      shareFloor: 0.15,
      factor: 3,
      clearDays: 7,
    },
  },
};

export const FIRST = dayNumberOf(localDate('2026-09-01'));

/** Day `n` of the log, the first is 1. */
export function dayOf(n: number): DayNumber {
  return dayAfter(FIRST, n - 1);
}

let serial = 0;

/** A call on the local time `2026-10-25T02:30:00+02:00`. */
export function call(startedAt: string, talkSeconds: number, more: Partial<JudgedCall> = {}): JudgedCall {
  serial += 1;
  const at = instant(startedAt);
  return {
    callKey: `switch-1\nc-${serial}`,
    user: 'u1',
    to: '+31201234567',
    startedAt: at,
    answeredAt: at,
    talkSeconds,
    ...more,
  };
}

/** A call on day `n` of the log at `10:30` local time. */
export function callOn(
  n: number,
  time: string,
  talkSeconds: number,
  more: Partial<JudgedCall> = {},
): JudgedCall {
  const at = AMSTERDAM.at(localDateText(n), time);
  return { ...call('2026-09-01T00:00:00Z', talkSeconds), startedAt: at, answeredAt: at, ...more };
}

function localDateText(n: number) {
  return AMSTERDAM.localDateAt(AMSTERDAM.startOfDayNumber(dayOf(n)));
}

export interface Customer {
  readonly account: string;
  readonly calls: readonly JudgedCall[];
  readonly seats?: number;
  readonly spans?: readonly SeatSpan[];
}

/** `count` customers who each call `minutes` a day at ten o'clock on the days `from` to `through`. */
export function ordinaryCustomers(count: number, minutes: number, from = 1, through = 60): Customer[] {
  return Array.from({ length: count }, (_unused, index) => ({
    account: `O${String(index).padStart(2, '0')}`,
    calls: dailyCalls(minutes, from, through),
  }));
}

export function dailyCalls(minutes: number, from: number, through: number): JudgedCall[] {
  return Array.from({ length: through - from + 1 }, (_unused, index) =>
    callOn(from + index, '10:00', minutes * 60),
  );
}

export interface World {
  readonly customers: readonly Customer[];
  readonly policy?: FairUsePolicy;
  readonly exceptions?: readonly DatedException[];
  readonly marks?: readonly LineUseMark[];
  readonly incomplete?: readonly DayNumber[];
}

/** Judges the days from the first of the log through day `n`, in order. */
export function judgeThrough(world: World, n: number): JudgedDay[] {
  const policy = world.policy ?? STANDARD;
  const calendar: JudgingCalendar = {
    zone: AMSTERDAM,
    firstCompleteDay: FIRST,
    incompleteDays: new Set(world.incomplete),
  };
  const keptOut = new KeptOut(world.exceptions ?? [], world.marks ?? []);
  const [from, through] = [dayOf(-20), dayOf(n)];
  const accounts = world.customers.map(({ account, calls, seats = 1, spans }) => {
    const all = spans ?? [{ plan: 'unlimited', seats, from, to: null }];
    const days = accountDays(account, all, from, through);
    return new UseOfAccount(days, calls.toSorted(inOrderOfStart), {
      rules: policy.rules,
      calendar,
      keptOut,
      from,
      through,
    });
  });
  let known = new Map<string, RunningVerdict>();
  return [...daysFrom(FIRST, through)].map((day) => {
    const judged = judgeDay({
      policy,
      calendar,
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

/** The verdict of one account and rule on day `n`. */
export function verdictOn(days: readonly JudgedDay[], n: number, account: string, rule: RuleName) {
  return days[n - 1]?.verdicts.find((one) => one.account === account && one.rule === rule);
}

/** Days of the log (1, 2, ...) on which the rule has a finding of the account. */
export function findingDays(days: readonly JudgedDay[], account: string, rule: RuleName): number[] {
  return days.flatMap((judged, index) =>
    judged.findings.some((one) => one.account === account && one.rule === rule) ? [index + 1] : [],
  );
}
