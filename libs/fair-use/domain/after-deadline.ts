import type { DayNumber } from '#calendar/local-date.js';
import type { RuleName } from '#catalogue/domain/policy.js';
import { NOTHING } from './exact.js';
import { type DayToJudge, RULES, ruleOn } from './judge-day.js';
import type { Measured } from './judgement.js';
import { dayAfter } from './judging-calendar.js';

export interface FigureAfterDeadline {
  readonly rule: RuleName;
  /** Rounded, of the first condition. */
  readonly value: number;
  readonly limit: number;
  readonly exceeded: boolean;
}

/**
 * Cured or continued (fair-use rules): each rule over the days after the deadline only, from the first of them through `day`. The limits
 * are the same, worked out for these days; `days` is pro rata, and an episode or burst counts if it begins after the deadline.
 * `hold_days` asks for more windows than there are and does not apply; neither does "too new", since the account was in breach.
 * Who has no use to compare, or no unlimited calling any more, has stopped.
 */
export function judgeAfterDeadline(
  input: Omit<DayToJudge, 'before' | 'idOf'>,
  account: string,
  deadline: DayNumber,
  rules: readonly string[],
): FigureAfterDeadline[] {
  const use = input.accounts.find((one) => one.account === account);
  const from = dayAfter(deadline, 1);
  return RULES.filter((name) => rules.includes(name)).map((name) => {
    const rule = ruleOn(name, { ...input, from, begunFrom: from }, input.calendar);
    const judgement = use === undefined ? undefined : rule?.judge(use);
    if (judgement?.judged !== true) return figure(name, { value: NOTHING, limit: NOTHING }, false);
    return figure(name, judgement.first, judgement.exceeded);
  });
}

function figure(rule: RuleName, { value, limit }: Pick<Measured, 'value' | 'limit'>, exceeded: boolean) {
  return { rule, value: value.rounded(), limit: limit.rounded(), exceeded };
}
