import type { LongOpenLineParameters } from '#catalogue/domain/policy.js';
import { Cohorts, type Scope } from './cohort.js';
import { Exact, NOTHING } from './exact.js';
import {
  type DayEvidence,
  type Judgement,
  type Measured,
  type NotJudged,
  comparedWith,
  isOver,
} from './judgement.js';
import { type JudgingCalendar, dayAfter, daysFrom, endOfDay } from './judging-calendar.js';
import { type LineOpenEpisode, millisOfHours } from './line-open-episodes.js';
import { trimmedOff } from './ordered-figures.js';
import type { UseInSpan, UseOfAccount } from './use-of-account.js';

const RULE = 'long-open-line';

/** Connections left open: one user's line-open episodes, if the account has far more of them per seat than others. */
export class LongOpenLine {
  private readonly cohorts: Cohorts;
  private readonly episodes = new Map<string, readonly LineOpenEpisode[]>();

  constructor(
    private readonly rule: LongOpenLineParameters,
    private readonly scope: Scope,
    private readonly calendar: JudgingCalendar,
  ) {
    this.cohorts = new Cohorts(scope, RULE, (use, span) => this.perSeat(use, span));
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
      measure: 'episodes-of-one-user',
      unit: 'episodes',
      value: Exact.whole(this.mostOfOneUser(use)),
      limit: Exact.whole(this.rule.episodes),
      over: 'at-least',
    };
    const second = (): Measured => ({
      measure: 'episodes-per-seat',
      unit: 'episodes-per-seat',
      value: this.perSeat(use, use.span(this.scope.from, this.scope.day)),
      limit: Exact.decimal(this.rule.factor).times(mean),
      over: 'above',
    });
    return {
      rule: RULE,
      judged: true,
      first,
      second,
      exceeded: isOver(first) && isOver(second()),
      warning: this.isWarning(use, first),
      calm: !this.hasEpisodeSince(use, dayAfter(this.scope.day, 1 - this.rule.clearDays)),
      compared: () => comparedWith(cohort, use.account, mean, others - trimmedOff(trim, others)),
      evidence: () => ({
        parts: { trimmedMean: mean },
        days: this.daysOf(use),
        episodes: this.episodesOf(use),
        bursts: [],
      }),
    };
  }

  /** Near the limit, or one line open so long that somebody should look. */
  private isWarning(use: UseOfAccount, first: Measured): boolean {
    const warnAt = Exact.decimal(this.scope.policy.warnAt).times(first.limit);
    if (first.value.approximate > 0 && first.value.isAtLeast(warnAt)) return true;
    const single = millisOfHours(this.rule.singleHours);
    return this.episodesOf(use).some((episode) => episode.lengthMillis >= single);
  }

  private mostOfOneUser(use: UseOfAccount): number {
    const byUser = new Map<string, number>();
    for (const episode of this.episodesOf(use))
      byUser.set(episode.user, (byUser.get(episode.user) ?? 0) + episode.countedOn.length);
    return Math.max(0, ...byUser.values());
  }

  /** Counted episodes of all users over the mean seats of the subscribed days. */
  private perSeat(use: UseOfAccount, span: UseInSpan): Exact {
    if (span.seats === 0) return NOTHING;
    const counted = this.episodesOf(use).reduce((sum, episode) => sum + episode.countedOn.length, 0);
    return Exact.fraction(counted * span.subscribedDays, span.seats);
  }

  private hasEpisodeSince(use: UseOfAccount, from: number): boolean {
    return use.episodesAt(this.scope.day).some((episode) => episode.countedOn.some((day) => day >= from));
  }

  /** Episodes that count on days of the window, with those days only. */
  private episodesOf(use: UseOfAccount): readonly LineOpenEpisode[] {
    const known = this.episodes.get(use.account);
    if (known !== undefined) return known;
    const { from, day, begunFrom } = this.scope;
    const begin =
      begunFrom === null ? Number.NEGATIVE_INFINITY : endOfDay(this.calendar, dayAfter(begunFrom, -1));
    const made = use
      .episodesAt(day)
      .filter((episode) => episode.from >= begin)
      .map((episode) => ({
        ...episode,
        countedOn: episode.countedOn.filter((on) => on >= from && on <= day),
      }))
      .filter((episode) => episode.countedOn.length > 0);
    this.episodes.set(use.account, made);
    return made;
  }

  private daysOf(use: UseOfAccount): DayEvidence[] {
    const counted = new Set(this.episodesOf(use).flatMap((episode) => episode.countedOn));
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
