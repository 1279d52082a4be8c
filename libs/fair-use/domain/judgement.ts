import type { RuleName } from '#catalogue/domain/policy.js';
import type { Cohort } from './cohort.js';
import type { Exact } from './exact.js';
import type { LineOpenEpisode } from './line-open-episodes.js';
import type { Burst } from './bursts.js';
import type { DayNumber } from '#calendar/local-date.js';

export type Unit = 'minutes-per-seat-per-day' | 'episodes' | 'episodes-per-seat' | 'days' | 'share';

/** A figure and its limit. `at-least`: the limit itself is over it. */
export interface Measured {
  readonly measure: string;
  readonly unit: Unit;
  readonly value: Exact;
  readonly limit: Exact;
  readonly over: 'above' | 'at-least';
}

export function isOver(measured: Measured): boolean {
  return measured.over === 'above'
    ? measured.value.isAbove(measured.limit)
    : measured.value.isAtLeast(measured.limit);
}

/** The averages that an account is compared with: without itself. */
export interface ComparedWith {
  readonly plan: string | null;
  /** Other members of the cohort, and those of them whose figures make the mean. */
  readonly accounts: number;
  readonly averaged: number;
  readonly mean: Exact;
  readonly median: Exact;
  readonly p10: Exact;
  readonly p90: Exact;
}

/** One rule, one account, one day: the figures, before it is known what the days before were like. */
export interface Judgement {
  readonly rule: RuleName;
  readonly judged: true;
  readonly first: Measured;
  /** Worked out when it is asked for: most accounts are far below the first limit. */
  readonly second: () => Measured;
  /** Both conditions. */
  readonly exceeded: boolean;
  readonly warning: boolean;
  /** This day counts towards the end of a breach. */
  readonly calm: boolean;
  readonly compared: () => ComparedWith;
  readonly evidence: () => RuleEvidence;
}

export interface NotJudged {
  readonly rule: RuleName;
  readonly judged: false;
  readonly reason: 'too-new' | 'log-too-short' | 'too-few-to-compare';
}

/** What makes the figures, beside the days: to recompute them by hand. */
export interface RuleEvidence {
  /** The parts of the first limit and other figures of the cohort that it needs, by name. */
  readonly parts: Readonly<Record<string, Exact>>;
  readonly days: readonly DayEvidence[];
  readonly episodes: readonly LineOpenEpisode[];
  readonly bursts: readonly Burst[];
}

export interface DayEvidence {
  readonly day: DayNumber;
  readonly seats: number;
  readonly minutes: Exact;
  readonly calls: number;
  /** The mean of the others on that day, where the rule compares with it. */
  readonly meanOfOthers: Exact | null;
  /** The day is one of those that make the breach. */
  readonly counts: boolean;
}

export function comparedWith(cohort: Cohort, account: string, mean: Exact, averaged: number): ComparedWith {
  const { figures } = cohort;
  return {
    plan: cohort.plan,
    accounts: cohort.others(account),
    averaged,
    mean,
    median: figures.quantileWithout(account, 0.5),
    p10: figures.quantileWithout(account, 0.1),
    p90: figures.quantileWithout(account, 0.9),
  };
}
