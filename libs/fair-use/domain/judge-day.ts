import { type DayNumber, localDateOf } from '#calendar/local-date.js';
import type { FairUsePolicy, RuleName } from '#catalogue/domain/policy.js';
import type { Baseline } from './baseline.js';
import type { Cohort, Scope } from './cohort.js';
import type { Exact } from './exact.js';
import { ExcessOverAverage } from './excess-over-average.js';
import { type Finding, otherRule, shownEvidence } from './finding.js';
import type { Judgement, NotJudged } from './judgement.js';
import { type JudgingCalendar, dayAfter, isCounted, windowStart } from './judging-calendar.js';
import type { KeptOut } from './kept-out.js';
import { LongOpenLine } from './long-open-line.js';
import { trimmedOff } from './ordered-figures.js';
import { ShortCallBurst } from './short-call-burst.js';
import type { UseOfAccount } from './use-of-account.js';

/** What the judged days before are remembered by, per account and rule. */
export interface RunningVerdict {
  /** Judged days in a row, up to this one, on which both conditions held. */
  readonly exceededDays: number;
  /** Judged days in a row on which the figures were calm enough to end a breach. */
  readonly calmDays: number;
  /** A finding was made and the breach has not been cleared since. */
  readonly inBreach: boolean;
}

export const NO_HISTORY: RunningVerdict = { exceededDays: 0, calmDays: 0, inBreach: false };

export interface RuleVerdict extends RunningVerdict {
  readonly account: string;
  readonly rule: RuleName;
  /** `warning`: near or over a limit without a finding; a breach that is not cleared yet is told by `inBreach`. */
  readonly status: 'breached' | 'warning' | 'clear' | 'not-judged';
  readonly reason: NotJudged['reason'] | null;
  readonly value: Exact | null;
  readonly limit: Exact | null;
}

/** The average customer of a cohort on a judged day, with everybody in it: a recorded fact. */
export interface RecordedBaseline {
  readonly rule: RuleName;
  readonly plan: string | null;
  readonly accounts: number;
  /** So many of them make the mean. */
  readonly averaged: number;
  readonly mean: Exact;
  readonly median: Exact;
  readonly p10: Exact;
  readonly p90: Exact;
  /** Mean daily use of the ordinary members on the judged day itself; null for rules that do not compare with it. */
  readonly meanOfDay: Exact | null;
}

export interface JudgedDay {
  readonly day: DayNumber;
  readonly accountsJudged: readonly string[];
  readonly verdicts: readonly RuleVerdict[];
  readonly findings: readonly Finding[];
  readonly baselines: readonly RecordedBaseline[];
}

export interface DayToJudge {
  readonly policy: FairUsePolicy;
  readonly calendar: JudgingCalendar;
  readonly day: DayNumber;
  readonly keptOut: KeptOut;
  /** Folded use of all accounts that have seats of plans with this policy in the window. */
  readonly accounts: readonly UseOfAccount[];
  /** The verdicts of the day before; undefined where there is none. */
  readonly before: (account: string, rule: RuleName) => RunningVerdict | undefined;
  /** The id that a cause has: the same finding judged again has the same one. */
  readonly idOf: (...cause: string[]) => string;
}

export const RULES = ['excess-over-average', 'long-open-line', 'short-call-burst'] as const;

/** One rule on one day, ready to judge accounts. */
export interface RuleOfDay {
  readonly rule: RuleName;
  readonly from: DayNumber;
  readonly holdDays: number;
  /** Calm days in a row that end a breach. */
  readonly clearAfter: number;
  judge(use: UseOfAccount): Judgement | NotJudged;
  recorded(): RecordedBaseline[];
}

/**
 * Judges one day by one policy: a pure function of the calls (as folded), seats, exceptions and the verdicts of the day before.
 * A day that does not count (before the log, or incomplete) judges nobody and breaks every run of days.
 * Cost: per rule one sort of the cohort, and per account the days of its window.
 */
export function judgeDay(input: DayToJudge): JudgedDay {
  const { day } = input;
  const verdicts: RuleVerdict[] = [];
  const findings: Finding[] = [];
  const accountsJudged: string[] = [];
  const rules = isCounted(input.calendar, day) ? rulesOfDay(input) : [];
  for (const use of input.accounts) {
    if (use.seatsOn(day) === 0) continue;
    const judged = rules.map((rule) => ({ rule, judgement: rule.judge(use) }));
    const ofAccount = judged.map(({ rule, judgement }) =>
      verdictOf(use.account, rule, judgement, input.before(use.account, rule.rule) ?? NO_HISTORY),
    );
    verdicts.push(...ofAccount);
    if (ofAccount.some((verdict) => verdict.status !== 'not-judged')) accountsJudged.push(use.account);
    for (const [index, { rule, judgement }] of judged.entries()) {
      if (!judgement.judged || ofAccount[index]?.status !== 'breached') continue;
      const others = judged.flatMap((other, place) =>
        place === index ? [] : [otherRule(other.judgement, ofAccount[place]?.status ?? 'not-judged')],
      );
      findings.push(findingOf(input, use, rule, judgement, others));
    }
  }
  return { day, accountsJudged, verdicts, findings, baselines: rules.flatMap((rule) => rule.recorded()) };
}

function rulesOfDay({ policy, calendar, day, keptOut, accounts }: DayToJudge): RuleOfDay[] {
  return RULES.flatMap((name) => {
    const windowDays = policy.rules[name]?.windowDays;
    if (windowDays === undefined) return [];
    const from = windowStart(day, windowDays);
    const rule = ruleOn(name, { policy, keptOut, accounts, day, from, begunFrom: null }, calendar);
    return rule === undefined ? [] : [rule];
  });
}

/** A rule over a scope; undefined when the policy does not have it. */
export function ruleOn(name: RuleName, scope: Scope, calendar: JudgingCalendar): RuleOfDay | undefined {
  const { rules, cohort } = scope.policy;
  if (name === 'excess-over-average' && rules[name] !== undefined) {
    const rule = new ExcessOverAverage(rules[name], scope, calendar);
    return {
      rule: name,
      from: scope.from,
      holdDays: rules[name].holdDays,
      clearAfter: rules[name].clearDays,
      judge: (use) => rule.judge(use),
      recorded: () => rule.recorded.map((baseline) => recordedAverage(baseline, scope.day)),
    };
  }
  if (name === 'long-open-line' && rules[name] !== undefined) {
    const rule = new LongOpenLine(rules[name], scope, calendar);
    return {
      ...heldAtOnce(name, scope, (use) => rule.judge(use)),
      recorded: () => rule.recorded.map((one) => recordedTrimmed(name, one, cohort.trim)),
    };
  }
  if (name === 'short-call-burst' && rules[name] !== undefined) {
    const rule = new ShortCallBurst(rules[name], scope);
    return {
      ...heldAtOnce(name, scope, (use) => rule.judge(use)),
      recorded: () => rule.recorded.map((one) => recordedTrimmed(name, one, cohort.trim)),
    };
  }
  return undefined;
}

/** These rules look back over `clear_days` themselves, so one calm day is enough. */
function heldAtOnce(rule: RuleName, scope: Scope, judge: RuleOfDay['judge']) {
  return { rule, from: scope.from, holdDays: 1, clearAfter: 1, judge };
}

function verdictOf(
  account: string,
  rule: RuleOfDay,
  judgement: Judgement | NotJudged,
  before: RunningVerdict,
): RuleVerdict {
  if (!judgement.judged) {
    const { reason } = judgement;
    const broken = { exceededDays: 0, calmDays: 0, inBreach: before.inBreach };
    return { account, rule: rule.rule, status: 'not-judged', reason, value: null, limit: null, ...broken };
  }
  const exceededDays = judgement.exceeded ? before.exceededDays + 1 : 0;
  const calmDays = judgement.calm ? before.calmDays + 1 : 0;
  const breached = exceededDays >= rule.holdDays;
  return {
    account,
    rule: rule.rule,
    status: breached ? 'breached' : judgement.exceeded || judgement.warning ? 'warning' : 'clear',
    reason: null,
    value: judgement.first.value,
    limit: judgement.first.limit,
    exceededDays,
    calmDays,
    inBreach: breached || (before.inBreach && calmDays < rule.clearAfter),
  };
}

function findingOf(
  { policy, day, idOf }: DayToJudge,
  use: UseOfAccount,
  rule: RuleOfDay,
  judgement: Judgement,
  otherRules: Finding['otherRules'],
): Finding {
  return {
    findingId: idOf('finding', policy.id, use.account, rule.rule, localDateOf(day)),
    account: use.account,
    rule: rule.rule,
    plan: use.planOn(day) ?? '',
    policy: policy.id,
    policyVersion: policy.version,
    day: localDateOf(day),
    firstDay: localDateOf(dayAfter(day, 1 - rule.holdDays)),
    windowFrom: localDateOf(rule.from),
    ...shownEvidence(judgement),
    otherRules,
    hindrance: 'none measured',
  };
}

function recordedAverage(baseline: Baseline, day: DayNumber): RecordedBaseline {
  const { figures } = baseline.cohort;
  return {
    rule: 'excess-over-average',
    ...recordedQuantiles(baseline.cohort),
    averaged: baseline.ordinary,
    mean: figures.meanOfLowest(baseline.ordinary),
    meanOfDay: baseline.meanOfDay(day),
  };
}

function recordedTrimmed(rule: RuleName, cohort: Cohort, trim: number): RecordedBaseline {
  const { figures } = cohort;
  const averaged = figures.size - trimmedOff(trim, figures.size);
  const mean = figures.meanOfLowest(averaged);
  return { rule, ...recordedQuantiles(cohort), averaged, mean, meanOfDay: null };
}

function recordedQuantiles({ plan, figures, members }: Cohort) {
  return {
    plan,
    accounts: members.length,
    median: figures.quantile(0.5),
    p10: figures.quantile(0.1),
    p90: figures.quantile(0.9),
  };
}
