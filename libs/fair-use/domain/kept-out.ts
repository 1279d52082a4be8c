import type { RuleName } from '#catalogue/domain/policy.js';
import type { DayNumber } from '#calendar/local-date.js';
import { type JudgedCall, type LineUseMark, isKeptOut } from './judged-call.js';

/** What a person has excepted for a time, both days inclusive; what is null is not limited. */
export interface DatedException {
  readonly account: string;
  readonly rule: string | null;
  readonly user: string | null;
  /** The number called. */
  readonly number: string | null;
  readonly from: DayNumber;
  readonly through: DayNumber;
}

/**
 * What does not count: accounts that an exception keeps out of a cohort, and calls that an exception for a user or number, or a mark
 * of line use, keeps out of a rule. A call is kept out by the day of its answer, so an exception that has ended still covers the days
 * of the window on which it held.
 */
export class KeptOut {
  private readonly byAccount: ReadonlyMap<string, readonly DatedException[]>;

  constructor(
    exceptions: readonly DatedException[],
    private readonly marks: readonly LineUseMark[],
  ) {
    const byAccount = new Map<string, DatedException[]>();
    for (const one of exceptions) byAccount.set(one.account, [...(byAccount.get(one.account) ?? []), one]);
    this.byAccount = byAccount;
  }

  /** An exception for the whole account keeps it out of the averages of others while it holds. */
  isAccountKeptOut(account: string, rule: RuleName, day: DayNumber): boolean {
    return this.exceptionsOf(account).some(
      (one) => one.user === null && one.number === null && applies(one, rule) && holds(one, day),
    );
  }

  isCallKeptOut(account: string, rule: RuleName, call: JudgedCall, answeredOn: DayNumber): boolean {
    if (rule !== 'excess-over-average' && isKeptOut(this.marks, call, answeredOn)) return true;
    return this.exceptionsOf(account).some(
      (one) =>
        (one.user !== null || one.number !== null) &&
        (one.user === null || one.user === call.user) &&
        (one.number === null || one.number === call.to) &&
        applies(one, rule) &&
        holds(one, answeredOn),
    );
  }

  private exceptionsOf(account: string): readonly DatedException[] {
    return this.byAccount.get(account) ?? [];
  }
}

function applies(exception: DatedException, rule: RuleName): boolean {
  return exception.rule === null || exception.rule === rule;
}

function holds(exception: DatedException, day: DayNumber): boolean {
  return exception.from <= day && day <= exception.through;
}
