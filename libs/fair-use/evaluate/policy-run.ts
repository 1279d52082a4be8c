import { type DayNumber, localDateOf } from '#calendar/local-date.js';
import type { CatalogueTimeline } from '#catalogue/domain/catalogue-timeline.js';
import type { FairUsePolicy, RuleName } from '#catalogue/domain/policy.js';
import type { Database } from '#platform/database/database.js';
import { causedId } from '#platform/identity/ids.js';
import { type FigureAfterDeadline, judgeAfterDeadline } from '../domain/after-deadline.js';
import { type JudgedDay, judgeDay } from '../domain/judge-day.js';
import { type JudgingCalendar, windowStart } from '../domain/judging-calendar.js';
import type { LogCursor } from '../store/judged-call-reader.js';
import { type VerdictsOfDay, readExceptions, verdictKey } from '../store/judging-reader.js';
import { type Basis, type FoldedUse, foldUse, longestWindow } from './folded-use.js';

/** So many days are judged from one reading: it bounds what is folded, and how often a window is read again (once per run of days). */
const DAYS_PER_FOLD = 92;

/** What is the same for all policies of one evaluation. */
export interface EvaluationBasis {
  readonly timeline: CatalogueTimeline;
  readonly calendar: JudgingCalendar;
  readonly referencePosition: number;
  readonly cursor: LogCursor;
  readonly through: DayNumber;
}

/** Judges the days of one policy in order; calls are read once for up to `DAYS_PER_FOLD` days of one policy version. */
export class PolicyRun {
  private folded: FoldedUse | undefined;

  constructor(
    private readonly database: Database,
    readonly policy: string,
    private readonly plans: readonly string[],
    private readonly evaluation: EvaluationBasis,
  ) {}

  /** Undefined on days for which the policy has no version yet. */
  versionOn(day: DayNumber): FairUsePolicy | undefined {
    return this.evaluation.timeline.policyAt(this.policy, localDateOf(day));
  }

  async judge(version: FairUsePolicy, day: DayNumber, before: VerdictsOfDay): Promise<JudgedDay> {
    return judgeFolded(await this.useOn(version, day, windowStart(day, longestWindow(version))), day, before);
  }

  /** What the days after a deadline show, up to `day`, by the version in force on it. */
  async judgeAfterDeadline(
    version: FairUsePolicy,
    day: DayNumber,
    noticed: { account: string; deadline: DayNumber; rules: readonly string[] },
  ): Promise<FigureAfterDeadline[]> {
    const { basis, accounts, keptOut } = await this.useOn(version, day, noticed.deadline);
    const { policy, calendar } = basis;
    return judgeAfterDeadline(
      { policy, calendar, day, keptOut, accounts },
      noticed.account,
      noticed.deadline,
      noticed.rules,
    );
  }

  /** What `judge` rested on. */
  basisOf(version: FairUsePolicy, day: DayNumber): { basis: Basis; calls: number; checksum: number } {
    if (this.folded === undefined) throw new Error(`${this.policy} has judged nothing yet`);
    const from = windowStart(day, longestWindow(version));
    return { basis: this.folded.basis, ...this.folded.digestOf(from, day) };
  }

  private async useOn(version: FairUsePolicy, day: DayNumber, from: DayNumber): Promise<FoldedUse> {
    const known = this.folded;
    if (
      known !== undefined &&
      known.basis.policy === version &&
      known.basis.windowsFrom <= from &&
      day <= known.basis.through
    )
      return known;
    const windowsFrom = Math.min(from, windowStart(day, longestWindow(version))) as DayNumber;
    const through = this.lastDayOf(version, day);
    this.folded = undefined;
    this.folded = await foldUse(this.database, {
      policy: version,
      plans: this.plans,
      ...this.evaluation,
      exceptions: await readExceptions(this.database, windowsFrom, through),
      windowsFrom,
      through,
    });
    return this.folded;
  }

  /** The last day that this version judges in this run, and not more than one reading is for. */
  private lastDayOf(version: FairUsePolicy, day: DayNumber): DayNumber {
    let last = day;
    while (
      last < this.evaluation.through &&
      last - day < DAYS_PER_FOLD &&
      this.versionOn((last + 1) as DayNumber) === version
    )
      last = (last + 1) as DayNumber;
    return last;
  }
}

/** One day of a folded run. */
export function judgeFolded(
  { basis, accounts, keptOut }: FoldedUse,
  day: DayNumber,
  before: VerdictsOfDay,
): JudgedDay {
  return judgeDay({
    policy: basis.policy,
    calendar: basis.calendar,
    day,
    keptOut,
    accounts,
    before: (account: string, rule: RuleName) => before.get(verdictKey(account, rule)),
    idOf: causedId,
  });
}

/** The verdicts of a day as the next day asks for them. */
export function verdictsOf(judged: JudgedDay): VerdictsOfDay {
  return new Map(
    judged.verdicts.map(({ account, rule, exceededDays, calmDays, inBreach }) => [
      verdictKey(account, rule),
      { exceededDays, calmDays, inBreach },
    ]),
  );
}
