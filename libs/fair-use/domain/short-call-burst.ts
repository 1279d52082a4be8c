import type { ShortCallBurstParameters } from '#catalogue/domain/policy.js';
import type { Burst } from './bursts.js';
import { Cohorts, type Scope, lengthOf } from './cohort.js';
import { Exact, NOTHING, larger } from './exact.js';
import {
  type DayEvidence,
  type Judgement,
  type Measured,
  type NotJudged,
  comparedWith,
  isOver,
} from './judgement.js';
import { dayAfter, daysFrom } from './judging-calendar.js';
import { trimmedOff } from './ordered-figures.js';
import type { UseOfAccount } from './use-of-account.js';

const RULE = 'short-call-burst';

/** Large numbers of short calls in a short time, by an account whose calls are short far more often than those of others. */
export class ShortCallBurst {
  private readonly cohorts: Cohorts;
  private readonly bursts = new Map<string, readonly Burst[]>();

  constructor(
    private readonly rule: ShortCallBurstParameters,
    private readonly scope: Scope,
  ) {
    this.cohorts = new Cohorts(scope, RULE, (use) => this.shareOf(use));
  }

  get recorded() {
    return this.cohorts.recorded;
  }

  judge(use: UseOfAccount): Judgement | NotJudged {
    const cohort = this.cohorts.cohortOf(use);
    if (cohort === undefined) return { rule: RULE, judged: false, reason: 'too-few-to-compare' };
    const { trim } = this.scope.policy.cohort;
    const others = cohort.figures.sizeWithout(use.account);
    const mean = cohort.figures.trimmedMeanWithout(use.account, trim);
    const first: Measured = {
      measure: 'days-with-a-burst',
      unit: 'days',
      value: Exact.whole(new Set(this.burstsOf(use).map((burst) => burst.day)).size),
      // `days` holds for a whole window; over fewer days it is pro rata.
      limit: Exact.fraction(this.rule.days * lengthOf(this.scope), this.rule.windowDays),
      over: 'at-least',
    };
    const second = (): Measured => ({
      measure: 'share-of-short-calls',
      unit: 'share',
      value: this.shareOf(use) ?? NOTHING,
      limit: larger(Exact.decimal(this.rule.shareFloor), Exact.decimal(this.rule.factor).times(mean)),
      over: 'above',
    });
    const warnAt = Exact.decimal(this.scope.policy.warnAt).times(first.limit);
    return {
      rule: RULE,
      judged: true,
      first,
      second,
      exceeded: isOver(first) && isOver(second()),
      warning: first.value.approximate > 0 && first.value.isAtLeast(warnAt),
      calm: !this.hasBurstSince(use, dayAfter(this.scope.day, 1 - this.rule.clearDays)),
      compared: () => comparedWith(cohort, use.account, mean, others - trimmedOff(trim, others)),
      evidence: () => ({
        parts: { trimmedMean: mean, shareFloor: Exact.decimal(this.rule.shareFloor) },
        days: this.daysOf(use),
        episodes: [],
        bursts: this.burstsOf(use),
      }),
    };
  }

  /** Undefined for who did not call: nobody is compared with it. */
  private shareOf(use: UseOfAccount): Exact | undefined {
    const { short, judged } = use.shortCallsIn(this.scope.from, this.scope.day);
    return judged === 0 ? undefined : Exact.fraction(short, judged);
  }

  private hasBurstSince(use: UseOfAccount, from: number): boolean {
    return use.burstsAt(this.scope.day).some((burst) => burst.day >= from && burst.day <= this.scope.day);
  }

  /** Bursts that begin on a day of the window. */
  private burstsOf(use: UseOfAccount): readonly Burst[] {
    const known = this.bursts.get(use.account);
    if (known !== undefined) return known;
    const from = Math.max(this.scope.from, this.scope.begunFrom ?? this.scope.from);
    const made = use
      .burstsAt(this.scope.day)
      .filter((burst) => burst.day >= from && burst.day <= this.scope.day);
    this.bursts.set(use.account, made);
    return made;
  }

  private daysOf(use: UseOfAccount): DayEvidence[] {
    const counted = new Set(this.burstsOf(use).map((burst) => burst.day));
    return [...daysFrom(this.scope.from, this.scope.day)]
      .filter((day) => use.seatsOn(day) > 0)
      .map((day) => ({
        day,
        seats: use.seatsOn(day),
        minutes: Exact.fraction(use.talkMillisOn(day), 60_000),
        calls: use.callsOn(day),
        meanOfOthers: null,
        counts: counted.has(day),
      }));
  }
}
