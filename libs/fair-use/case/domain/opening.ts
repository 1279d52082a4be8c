import type { LocalDate } from '#calendar/local-date.js';
import type { FindingReference } from './case-event.js';
import type { CaseStatus } from './case-state.js';

/** What is known of an account's cases when a finding comes. */
export interface KnownCase {
  readonly caseId: string;
  readonly status: CaseStatus;
  readonly answeredThrough: LocalDate | null;
  readonly answeredRules: readonly string[];
}

/** An exception for the account, or for one rule of it. Those for a user or number are kept out of the judging itself. */
export interface StandingException {
  readonly rule: string | null;
  readonly from: LocalDate;
  readonly until: LocalDate;
}

export type WhatToDo =
  | { readonly kind: 'hold-back'; readonly because: 'exception' | 'answered' }
  | { readonly kind: 'add'; readonly caseId: string }
  | { readonly kind: 'open' }
  /** The cured case is over: this is another breach. */
  | { readonly kind: 'close-and-open'; readonly caseId: string };

/**
 * What becomes of a finding: a case of its own, evidence in the account's case, or nothing, because the same behaviour is dealt with.
 * - An exception or a dismissal holds back what happens up to its last day.
 * - A cured or closed case has answered for everything up to its deadline (or its measure). A window that reaches back to that day
 *   shows partly the old behaviour: whoever stopped is not told a second time because the window still remembers.
 */
export function whatToDoWith(
  finding: FindingReference,
  cases: readonly KnownCase[],
  exceptions: readonly StandingException[],
): WhatToDo {
  if (exceptions.some((exception) => excepts(exception, finding))) {
    return { kind: 'hold-back', because: 'exception' };
  }
  const live = cases.find((one) => one.status !== 'closed' && one.status !== 'dismissed');
  if (live !== undefined) {
    const another = live.status === 'cured' && !answers(live, finding);
    return { kind: another ? 'close-and-open' : 'add', caseId: live.caseId };
  }
  if (cases.some((one) => answers(one, finding))) return { kind: 'hold-back', because: 'answered' };
  return { kind: 'open' };
}

function excepts(exception: StandingException, finding: FindingReference): boolean {
  const sameRule = exception.rule === null || exception.rule === finding.rule;
  return sameRule && exception.from <= finding.lastDay && finding.lastDay <= exception.until;
}

function answers(one: KnownCase, finding: FindingReference): boolean {
  if (one.answeredThrough === null || !one.answeredRules.includes(finding.rule)) return false;
  const reachesBackTo = one.status === 'dismissed' ? finding.lastDay : finding.windowFrom;
  return reachesBackTo <= one.answeredThrough;
}
