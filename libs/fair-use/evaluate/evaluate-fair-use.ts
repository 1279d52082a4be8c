import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AMSTERDAM } from '#calendar/billing-zone.js';
import type { Instant } from '#calendar/instant.js';
import { type DayNumber, type LocalDate, dayNumberOf, localDateOf } from '#calendar/local-date.js';
import { readCatalogue } from '#catalogue/store/catalogue-store.js';
import { readReferenceHead } from '#catalogue/store/reference-head.js';
import { type Outcome, accepted, refused } from '#outcome/outcome.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import { Database } from '#platform/database/database.js';
import { dayAfter, daysFrom } from '../domain/judging-calendar.js';
import { readEarliestCall, readLogCursor, readSourcesSeen } from '../store/judged-call-reader.js';
import {
  type VerdictsOfDay,
  policiesInUse,
  readFirstCompleteDay,
  readIncompleteDays,
  readLastJudged,
  readVerdicts,
} from '../store/judging-reader.js';
import { CaseFollowUp, type JudgedCase } from './case-follow-up.js';
import { ACTIVE_DAYS, judgedNotBefore, missingSources, refuseIncomplete } from './complete-days.js';
import { JudgedDays } from './judged-days.js';
import { type EvaluationBasis, PolicyRun } from './policy-run.js';

export interface EvaluateOptions {
  /** Judges days although an active source has shown no instant past their end; recorded. */
  readonly force?: boolean;
  readonly by: string;
  /** Told after each judged day, for a progress bar. */
  readonly onDay?: (day: LocalDate, findings: number) => void;
}

export interface Evaluation {
  readonly through: LocalDate;
  /** Days judged now, over all policies. */
  readonly days: number;
  /** Accounts of which at least one rule could be judged on one of these days. */
  readonly accountsJudged: number;
  readonly findings: number;
  readonly casesOpened: number;
  readonly judgedAfterDeadline: readonly JudgedCase[];
}

/** Judges all days up to one that are not judged yet, in order; cases are opened and judged on the way. */
export class EvaluateFairUse extends Command<Outcome<Evaluation>> {
  constructor(
    readonly through: LocalDate,
    readonly options: EvaluateOptions,
  ) {
    super();
  }
}

/** Where the log begins, if another day than that of its earliest call. */
export class JudgingSettings {
  constructor(readonly firstCompleteDay: LocalDate | null = null) {}
}

/** One policy on its way through the days. */
interface Course {
  readonly run: PolicyRun;
  next: DayNumber;
  verdicts: VerdictsOfDay;
}

interface Tally {
  days: number;
  readonly accounts: Set<string>;
  findings: number;
  casesOpened: number;
  readonly judgedAfterDeadline: JudgedCase[];
}

@CommandHandler(EvaluateFairUse)
export class EvaluateFairUseHandler implements ICommandHandler<EvaluateFairUse> {
  constructor(
    private readonly database: Database,
    private readonly clock: BusinessClock,
    private readonly judgedDays: JudgedDays,
    private readonly followUp: CaseFollowUp,
    private readonly settings: JudgingSettings,
  ) {}

  async execute({ through, options }: EvaluateFairUse): Promise<Outcome<Evaluation>> {
    const now = await this.clock.now();
    const last = dayNumberOf(through);
    const first = await this.firstCompleteDay();
    if (first === undefined)
      return refused('no-calls', 'The call log is empty: there is nothing to judge. Load calls first.');
    const evaluation = await this.basis(first, last);
    const courses = await this.courses(evaluation);
    const missing = await this.checkDays(courses, last, now, options.force === true);
    if (!missing.ok) return missing;
    const tally: Tally = {
      days: 0,
      accounts: new Set(),
      findings: 0,
      casesOpened: 0,
      judgedAfterDeadline: [],
    };
    for (const course of courses) await this.followUpAgain(course, evaluation, tally);
    const begin = Math.min(...courses.map((course) => course.next)) as DayNumber;
    for (const day of daysFrom(begin, last))
      for (const course of courses)
        if (course.next === day)
          await this.judge(course, evaluation, missing.value.get(day) ?? [], now, options, tally);
    const { accounts, ...counts } = tally;
    return accepted({ through, accountsJudged: accounts.size, ...counts });
  }

  /** Once a day has been judged, the beginning of the log is what it was taken for then. */
  private async firstCompleteDay(): Promise<DayNumber | undefined> {
    const recorded = await readFirstCompleteDay(this.database);
    if (recorded !== undefined) return recorded;
    if (this.settings.firstCompleteDay !== null) return dayNumberOf(this.settings.firstCompleteDay);
    const earliest = await readEarliestCall(this.database);
    return earliest === undefined ? undefined : AMSTERDAM.dayNumberAt(earliest);
  }

  /** Fixed before anything is judged: calls, seats and days as known now. */
  private async basis(firstCompleteDay: DayNumber, through: DayNumber): Promise<EvaluationBasis> {
    const referencePosition = await readReferenceHead(this.database);
    return {
      timeline: await readCatalogue(this.database, referencePosition),
      calendar: {
        zone: AMSTERDAM,
        firstCompleteDay,
        incompleteDays: await readIncompleteDays(this.database),
      },
      referencePosition,
      cursor: await readLogCursor(this.database),
      through,
    };
  }

  private async courses(evaluation: EvaluationBasis): Promise<Course[]> {
    const { firstCompleteDay } = evaluation.calendar;
    const courses: Course[] = [];
    const policies = policiesInUse(evaluation.timeline, firstCompleteDay, evaluation.through);
    for (const [policy, plans] of [...policies].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const judged = await readLastJudged(this.database, policy);
      courses.push({
        run: new PolicyRun(this.database, policy, [...plans], evaluation),
        next: judged === undefined ? firstCompleteDay : dayAfter(judged.day, 1),
        verdicts: judged === undefined ? new Map() : await readVerdicts(this.database, policy, judged.day),
      });
    }
    return courses;
  }

  /** @returns sources that are missing per day, when that is forced; refuses days that are not over or not complete */
  private async checkDays(
    courses: readonly Course[],
    through: DayNumber,
    now: Instant,
    force: boolean,
  ): Promise<Outcome<Map<DayNumber, string[]>>> {
    const due = courses.filter((course) => course.next <= through);
    for (const course of due) {
      const version = course.run.versionOn(through);
      const over = judgedNotBefore(through, version?.judgeAt ?? '00:00', now);
      if (!over.ok) return over;
    }
    if (due.length === 0) return accepted(new Map());
    const from = Math.min(...due.map((course) => course.next)) as DayNumber;
    const seen = await readSourcesSeen(
      this.database,
      AMSTERDAM.startOfDayNumber(dayAfter(from, -2 * ACTIVE_DAYS)),
      now,
    );
    const missing = missingSources(seen, from, through);
    const complete = refuseIncomplete(missing);
    return complete.ok || force ? accepted(missing) : complete;
  }

  /** A run that was stopped after a day was recorded, and before its cases were; or a deadline that has passed since. */
  private async followUpAgain(course: Course, evaluation: EvaluationBasis, tally: Tally): Promise<void> {
    const last = dayAfter(course.next, -1);
    if (last < evaluation.calendar.firstCompleteDay || last > evaluation.through) return;
    const version = course.run.versionOn(last);
    if (version === undefined) return;
    tally.casesOpened += await this.followUp.openCases(await this.judgedDays.event(course.run.policy, last));
    tally.judgedAfterDeadline.push(
      ...(await this.followUp.judgeCases(course.run, version, last, evaluation.calendar)),
    );
  }

  private async judge(
    course: Course,
    evaluation: EvaluationBasis,
    missing: readonly string[],
    at: Instant,
    { by, onDay }: EvaluateOptions,
    tally: Tally,
  ): Promise<void> {
    const day = course.next;
    course.next = dayAfter(day, 1);
    const { run } = course;
    const version = run.versionOn(day);
    if (version === undefined) return;
    const judged = await run.judge(version, day, course.verdicts);
    const { basis, calls, checksum } = run.basisOf(version, day);
    const recorded = await this.judgedDays.record(judged, {
      policy: version,
      at,
      by,
      forced: missing.length > 0,
      missingSources: missing,
      firstCompleteDay: localDateOf(evaluation.calendar.firstCompleteDay),
      referencePosition: basis.referencePosition,
      cursor: basis.cursor,
      calls,
      checksum,
      exceptions: basis.exceptions,
      incompleteDays: Array.from(evaluation.calendar.incompleteDays, localDateOf),
    });
    course.verdicts = recorded.verdicts;
    if (recorded.recordedNow) {
      tally.days += 1;
      tally.findings += judged.findings.length;
      for (const account of judged.accountsJudged) tally.accounts.add(account);
    }
    tally.casesOpened += await this.followUp.openCases(recorded.event);
    tally.judgedAfterDeadline.push(
      ...(await this.followUp.judgeCases(run, version, day, evaluation.calendar)),
    );
    onDay?.(localDateOf(day), judged.findings.length);
  }
}
