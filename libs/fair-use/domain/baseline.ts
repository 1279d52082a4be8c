import type { DayNumber } from '#calendar/local-date.js';
import type { Cohort, Scope } from './cohort.js';
import { Exact, NOTHING } from './exact.js';
import { type Ratio, sumOf } from './ratio.js';
import type { UseOfAccount } from './use-of-account.js';

/**
 * The average customer of a cohort: the mean use of its ordinary members, those whose use is at most `outlier_factor` x the median.
 * So an abuser does not raise the yardstick, and no click of a person changes it. For one account it is taken without that account.
 */
export class Baseline {
  readonly median: Exact;
  /** `outlier_factor` x the median: up to this, a member is ordinary. */
  readonly outlierLimit: Exact;
  /** Ordinary members; on the ordered figures they are the lowest. */
  readonly ordinary: number;
  private readonly days = new Map<DayNumber, { sum: Exact; count: number }>();

  constructor(
    readonly cohort: Cohort,
    private readonly scope: Scope,
  ) {
    this.median = cohort.figures.quantile(0.5);
    this.outlierLimit = Exact.decimal(scope.policy.cohort.outlierFactor).times(this.median);
    this.ordinary = cohort.figures.countUpTo(this.outlierLimit);
  }

  isOrdinary(account: string): boolean {
    return this.cohort.figures.isAmongLowest(account, this.ordinary);
  }

  ordinaryWithout(account: string): number {
    return this.ordinary - (this.isOrdinary(account) ? 1 : 0);
  }

  /** Mean use of the ordinary members without `account`. */
  without(account: string): Exact {
    return this.cohort.figures.meanOfLowestWithout(account, this.ordinaryWithout(account));
  }

  /** Mean daily use, on one day, of the other ordinary members for whom it is a subscribed day; no calls are 0 minutes. */
  meanOfDayWithout(use: UseOfAccount, day: DayNumber): Exact {
    const { sum, count } = this.ofDay(day);
    if (!this.isOrdinary(use.account) || use.seatsOn(day) === 0)
      return count === 0 ? NOTHING : sum.dividedBy(count);
    return count <= 1 ? NOTHING : sum.minus(use.dailyUse(day)).dividedBy(count - 1);
  }

  /** The same with everybody in it, for the record. */
  meanOfDay(day: DayNumber): Exact {
    const { sum, count } = this.ofDay(day);
    return count === 0 ? NOTHING : sum.dividedBy(count);
  }

  private ofDay(day: DayNumber): { sum: Exact; count: number } {
    const known = this.days.get(day);
    if (known !== undefined) return known;
    const subscribed = this.cohort.members.filter(
      (member) => member.seatsOn(day) > 0 && this.isOrdinary(member.account),
    );
    const uses = subscribed.map((member) => member.dailyUse(day));
    const made = { sum: exactSumOf(uses), count: uses.length };
    this.days.set(day, made);
    return made;
  }

  get day(): DayNumber {
    return this.scope.day;
  }
}

function exactSumOf(figures: readonly Exact[]): Exact {
  let approximate = 0;
  let error = 0;
  for (const figure of figures) {
    approximate += figure.approximate;
    error += figure.errorBound + Math.abs(approximate) * 2 ** -52;
  }
  return Exact.enclosed(approximate, error, (): Ratio => sumOf(figures.map((figure) => figure.toRatio())));
}
