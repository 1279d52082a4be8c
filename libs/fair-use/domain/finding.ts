import { formatInstant } from '#calendar/instant.js';
import { type LocalDate, localDateOf } from '#calendar/local-date.js';
import type { RuleName } from '#catalogue/domain/policy.js';
import { type JudgedCall, instantAt } from './judged-call.js';
import type { ComparedWith, DayEvidence, Judgement, Measured, NotJudged, Unit } from './judgement.js';

/** Figures for people and records, rounded to 6 decimals; verdicts never rest on them. */
export interface ShownFigure {
  readonly measure: string;
  readonly unit: Unit;
  readonly value: number;
  readonly limit: number;
  /** The limit itself is over it (`at-least`) or not (`above`). */
  readonly over: 'above' | 'at-least';
}

export interface ShownCohort {
  /** Null: all accounts on plans with the policy, since those on the same plan were too few. */
  readonly plan: string | null;
  /** Others than the judged account; of these, so many make the mean. */
  readonly accounts: number;
  readonly averaged: number;
  readonly mean: number;
  readonly median: number;
  readonly p10: number;
  readonly p90: number;
}

export interface ShownDay {
  readonly day: LocalDate;
  readonly seats: number;
  readonly minutes: number;
  readonly calls: number;
  readonly meanOfOthers: number | null;
  readonly counts: boolean;
}

/** A call as the switch names it. */
export interface CallReference {
  readonly source: string;
  readonly id: string;
  readonly answeredAt: string;
  readonly talkSeconds: number;
}

export interface ShownEpisode {
  readonly user: string;
  readonly number: string;
  readonly from: string;
  readonly until: string;
  readonly seconds: number;
  readonly countedOn: readonly LocalDate[];
  readonly calls: readonly CallReference[];
}

export interface ShownBurst {
  readonly day: LocalDate;
  readonly from: string;
  readonly until: string;
  readonly shortCalls: number;
  readonly judgedCalls: number;
  readonly calls: readonly CallReference[];
}

export type OtherRule =
  | {
      readonly rule: RuleName;
      readonly status: 'breached' | 'warning' | 'clear';
      readonly first: ShownFigure;
      readonly second: ShownFigure;
    }
  | { readonly rule: RuleName; readonly status: 'not-judged'; readonly reason: string };

/** One rule, one account, one window: everything that is needed to recompute it by hand. */
export interface Finding {
  readonly findingId: string;
  readonly account: string;
  readonly rule: RuleName;
  /** The plan with most seats on the day. */
  readonly plan: string;
  readonly policy: string;
  readonly policyVersion: number;
  /** The last of the days held. */
  readonly day: LocalDate;
  readonly firstDay: LocalDate;
  readonly windowFrom: LocalDate;
  readonly first: ShownFigure;
  readonly second: ShownFigure;
  /** What the limits are made of. */
  readonly parts: Readonly<Record<string, number>>;
  readonly cohort: ShownCohort;
  readonly days: readonly ShownDay[];
  readonly episodes: readonly ShownEpisode[];
  readonly bursts: readonly ShownBurst[];
  readonly otherRules: readonly OtherRule[];
  readonly hindrance: 'none measured';
}

export function shownFigure({ measure, unit, value, limit, over }: Measured): ShownFigure {
  return { measure, unit, value: value.rounded(), limit: limit.rounded(), over };
}

export function shownCohort(compared: ComparedWith): ShownCohort {
  const { plan, accounts, averaged, mean, median, p10, p90 } = compared;
  return {
    plan,
    accounts,
    averaged,
    mean: mean.rounded(),
    median: median.rounded(),
    p10: p10.rounded(),
    p90: p90.rounded(),
  };
}

/** The figures of a judgement as a finding shows them. */
export function shownEvidence(judgement: Judgement) {
  const evidence = judgement.evidence();
  return {
    first: shownFigure(judgement.first),
    second: shownFigure(judgement.second()),
    parts: Object.fromEntries(Object.entries(evidence.parts).map(([name, part]) => [name, part.rounded()])),
    cohort: shownCohort(judgement.compared()),
    days: evidence.days.map(shownDay),
    episodes: evidence.episodes.map((episode) => ({
      user: episode.user,
      number: episode.number,
      from: formatInstant(instantAt(episode.from)),
      until: formatInstant(instantAt(episode.until)),
      seconds: Math.floor(episode.lengthMillis / 1000),
      countedOn: episode.countedOn.map(localDateOf),
      calls: episode.calls.map(callReference),
    })),
    bursts: evidence.bursts.map((burst) => ({
      day: localDateOf(burst.day),
      from: formatInstant(instantAt(burst.from)),
      until: formatInstant(instantAt(burst.until)),
      shortCalls: burst.shortCalls.length,
      judgedCalls: burst.calls,
      calls: burst.shortCalls.map(callReference),
    })),
  };
}

export function otherRule(judgement: Judgement | NotJudged, status: OtherRule['status']): OtherRule {
  if (!judgement.judged || status === 'not-judged') {
    return { rule: judgement.rule, status: 'not-judged', reason: judgement.judged ? '' : judgement.reason };
  }
  const { rule, first, second } = judgement;
  return { rule, status, first: shownFigure(first), second: shownFigure(second()) };
}

function shownDay({ day, seats, minutes, calls, meanOfOthers, counts }: DayEvidence): ShownDay {
  return {
    day: localDateOf(day),
    seats,
    minutes: minutes.rounded(),
    calls,
    meanOfOthers: meanOfOthers?.rounded() ?? null,
    counts,
  };
}

const KEY_SEPARATOR = '\n';

/** Source and id hold no control characters, so one text names a call without doubt. */
export function judgedCallKey(source: string, id: string): string {
  return `${source}${KEY_SEPARATOR}${id}`;
}

export function callReference(call: JudgedCall): CallReference {
  const [source = '', id = ''] = call.callKey.split(KEY_SEPARATOR);
  return { source, id, answeredAt: formatInstant(call.answeredAt), talkSeconds: call.talkSeconds };
}
