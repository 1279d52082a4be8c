import type { DayNumber } from '#calendar/local-date.js';
import type { ExcessOverAverageParameters } from '#catalogue/domain/policy.js';
import { Baseline } from './baseline.js';
import { type Cohort, Cohorts, type Scope, isLongEnough, lengthOf } from './cohort.js';
import { Exact, larger, smaller } from './exact.js';
import {
  type DayEvidence,
  type Judgement,
  type Measured,
  type NotJudged,
  comparedWith,
  isOver,
} from './judgement.js';
import { type JudgingCalendar, daysFrom } from './judging-calendar.js';
import type { UseOfAccount } from './use-of-account.js';

/**
 * Over a longer period clearly more than the average customer: use above the limit, and above the others' own mean of the day on many
 * days of the window (so that neither one wild day nor a busy season of everybody makes a breach).
 */
export class ExcessOverAverage {
  private readonly cohorts: Cohorts;
  private readonly baselines = new Map<Cohort, Baseline>();

  constructor(
    private readonly rule: ExcessOverAverageParameters,
    private readonly scope: Scope,
    private readonly calendar: JudgingCalendar,
  ) {
    this.cohorts = new Cohorts(scope, 'excess-over-average', (use) =>
      use.meanDailyUse(scope.from, scope.day),
    );
  }

  get recorded(): Baseline[] {
    return this.cohorts.recorded.map((cohort) => this.baselineOf(cohort));
  }

  judge(use: UseOfAccount): Judgement | NotJudged {
    const rule = 'excess-over-average';
    if (this.scope.from < this.calendar.firstCompleteDay)
      return { rule, judged: false, reason: 'log-too-short' };
    if (!isLongEnough(this.scope, use.span(this.scope.from, this.scope.day)))
      return { rule, judged: false, reason: 'too-new' };
    const cohort = this.cohorts.cohortOf(use);
    if (cohort === undefined) return { rule, judged: false, reason: 'too-few-to-compare' };
    const baseline = this.baselineOf(cohort);
    const average = baseline.without(use.account);
    const first = this.useAgainstLimit(use, baseline, average);
    const warnAt = Exact.decimal(this.scope.policy.warnAt).times(first.limit);
    const second = () => this.daysAgainstLimit(use, baseline, average);
    return {
      rule,
      judged: true,
      first,
      second,
      exceeded: isOver(first) && isOver(second()),
      warning: first.value.approximate > 0 && first.value.isAtLeast(warnAt),
      calm: !first.value.isAbove(Exact.decimal(this.rule.clearFactor).times(first.limit)),
      compared: () => comparedWith(cohort, use.account, average, baseline.ordinaryWithout(use.account)),
      evidence: () => ({
        parts: {
          factorTimesMean: Exact.decimal(this.rule.factor).times(average),
          percentileOfOthers: cohort.figures.quantileWithout(use.account, this.rule.percentile),
          cohortMedian: baseline.median,
          outlierFactorTimesMedian: baseline.outlierLimit,
          floorMinutes: Exact.decimal(this.rule.floorMinutes),
        },
        days: this.daysOf(use, baseline, average),
        episodes: [],
        bursts: [],
      }),
    };
  }

  private useAgainstLimit(use: UseOfAccount, baseline: Baseline, average: Exact): Measured {
    const percentile = baseline.cohort.figures.quantileWithout(use.account, this.rule.percentile);
    return {
      measure: 'use',
      unit: 'minutes-per-seat-per-day',
      value: use.meanDailyUse(this.scope.from, this.scope.day),
      limit: larger(
        larger(Exact.decimal(this.rule.factor).times(average), smaller(percentile, baseline.outlierLimit)),
        Exact.decimal(this.rule.floorMinutes),
      ),
      over: 'above',
    };
  }

  /** `days` holds for a whole window; over fewer days it is pro rata. */
  private daysAgainstLimit(use: UseOfAccount, baseline: Baseline, average: Exact): Measured {
    let days = 0;
    for (const day of daysFrom(this.scope.from, this.scope.day))
      if (this.isHighDay(use, baseline, average, day)) days += 1;
    return {
      measure: 'days-above-average',
      unit: 'days',
      value: Exact.whole(days),
      limit: Exact.fraction(this.rule.days * lengthOf(this.scope), this.rule.windowDays),
      over: 'at-least',
    };
  }

  private isHighDay(use: UseOfAccount, baseline: Baseline, average: Exact, day: DayNumber): boolean {
    if (use.seatsOn(day) === 0 || use.talkMillisOn(day) === 0) return false;
    const yardstick = larger(baseline.meanOfDayWithout(use, day), average);
    return use.dailyUse(day).isAbove(Exact.decimal(this.rule.factor).times(yardstick));
  }

  private daysOf(use: UseOfAccount, baseline: Baseline, average: Exact): DayEvidence[] {
    return [...daysFrom(this.scope.from, this.scope.day)]
      .filter((day) => use.seatsOn(day) > 0)
      .map((day) => ({
        day,
        seats: use.seatsOn(day),
        minutes: Exact.fraction(use.talkMillisOn(day), 60_000),
        calls: use.callsOn(day),
        meanOfOthers: baseline.meanOfDayWithout(use, day),
        counts: this.isHighDay(use, baseline, average, day),
      }));
  }

  private baselineOf(cohort: Cohort): Baseline {
    const known = this.baselines.get(cohort);
    if (known !== undefined) return known;
    const made = new Baseline(cohort, this.scope);
    this.baselines.set(cohort, made);
    return made;
  }
}
