import type { DayNumber } from '#calendar/local-date.js';
import type { FairUsePolicy, RuleName } from '#catalogue/domain/policy.js';
import { Exact } from './exact.js';
import type { KeptOut } from './kept-out.js';
import { OrderedFigures } from './ordered-figures.js';
import type { UseInSpan, UseOfAccount } from './use-of-account.js';

/** Which days a rule looks at when it judges `day`, and of whom. */
export interface Scope {
  readonly policy: FairUsePolicy;
  readonly keptOut: KeptOut;
  /** Every account that has seats of plans with the policy on some day of the window. */
  readonly accounts: readonly UseOfAccount[];
  readonly day: DayNumber;
  readonly from: DayNumber;
  /** Episodes and bursts that begin before this day do not count (judging after a deadline); null: all count. */
  readonly begunFrom: DayNumber | null;
}

export function lengthOf(scope: Scope): number {
  return scope.day - scope.from + 1;
}

/** The accounts compared with each other. */
export interface Cohort {
  /** Null: all accounts on plans with this policy. */
  readonly plan: string | null;
  readonly members: readonly UseOfAccount[];
  /** Of the members that have a figure: those whose calls are all kept out of a rule have none, and make no average. */
  readonly figures: OrderedFigures;
  /** How many members there are without an account. */
  others(account: string): number;
}

interface Member {
  readonly use: UseOfAccount;
  readonly figure: Exact | undefined;
}

/**
 * The cohorts of one rule on one day (fair-use rules, "Cohort"): per plan, and of all plans for whom that is too few.
 * A member has seats on the day, was subscribed on `minimum_share` of the window, made a judged call in it, and no exception keeps it out.
 */
export class Cohorts {
  private readonly byPlan = new Map<string, Cohort>();
  private readonly all: Cohort;

  /** @param figureOf what is compared; undefined for a member that has no such figure */
  constructor(
    private readonly scope: Scope,
    rule: RuleName,
    figureOf: (use: UseOfAccount, span: UseInSpan) => Exact | undefined,
  ) {
    const members: Member[] = [];
    const byPlan = new Map<string, Member[]>();
    for (const use of scope.accounts) {
      const plan = use.planOn(scope.day);
      if (plan === undefined || use.seatsOn(scope.day) === 0) continue;
      const span = use.span(scope.from, scope.day);
      if (!isLongEnough(scope, span) || span.calls === 0) continue;
      if (scope.keptOut.isAccountKeptOut(use.account, rule, scope.day)) continue;
      const figure = figureOf(use, span);
      members.push({ use, figure });
      const ofPlan = byPlan.get(plan);
      if (ofPlan === undefined) byPlan.set(plan, [{ use, figure }]);
      else ofPlan.push({ use, figure });
    }
    this.all = cohortOf(null, members);
    for (const [plan, ofPlan] of byPlan) this.byPlan.set(plan, cohortOf(plan, ofPlan));
  }

  /** Whom an account is compared with; undefined: too few others. */
  cohortOf(use: UseOfAccount): Cohort | undefined {
    const minimum = this.scope.policy.cohort.minimumAccounts;
    const ofPlan = this.byPlan.get(use.planOn(this.scope.day) ?? '');
    if (ofPlan !== undefined && ofPlan.others(use.account) >= minimum) return ofPlan;
    return this.all.others(use.account) >= minimum ? this.all : undefined;
  }

  /** Those that are large enough to judge by, for the record. */
  get recorded(): Cohort[] {
    const minimum = this.scope.policy.cohort.minimumAccounts;
    return [...this.byPlan.values(), this.all].filter((cohort) => cohort.members.length >= minimum);
  }
}

/** Subscribed on at least `minimum_share` of the days looked at. */
export function isLongEnough(scope: Scope, span: UseInSpan): boolean {
  const needed = Exact.decimal(scope.policy.cohort.minimumShare).times(Exact.whole(lengthOf(scope)));
  return Exact.whole(span.subscribedDays).isAtLeast(needed);
}

function cohortOf(plan: string | null, members: readonly Member[]): Cohort {
  const names = new Set(members.map(({ use }) => use.account));
  return {
    plan,
    members: members.map(({ use }) => use),
    figures: new OrderedFigures(
      members.flatMap(({ use, figure }) => (figure === undefined ? [] : [{ account: use.account, figure }])),
    ),
    others: (account) => names.size - (names.has(account) ? 1 : 0),
  };
}
