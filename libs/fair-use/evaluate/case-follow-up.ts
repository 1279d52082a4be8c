import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { type DayNumber, dayNumberOf, localDateOf } from '#calendar/local-date.js';
import type { FairUsePolicy } from '#catalogue/domain/policy.js';
import type { RecordedEvent } from '#event-store/event.js';
import { Database } from '#platform/database/database.js';
import { causedId } from '#platform/identity/ids.js';
import { JudgeAfterDeadline } from '../case/judge-after-deadline/judge-after-deadline.js';
import { CaseOpening } from '../case/open-case/case-opening.js';
import type { CaseFile } from '../case/store/case-file.js';
import { CaseReader } from '../case/store/case-reader.js';
import { type JudgingCalendar, dayAfter, daysFrom, isCounted } from '../domain/judging-calendar.js';
import { dayJudged } from '../events/events.js';
import type { PolicyRun } from './policy-run.js';

export interface JudgedCase {
  readonly case: string;
  readonly account: string;
  readonly result: 'cured' | 'continued';
}

/** Somebody else judged the case at the same moment, or a person decided something else in it. */
const DECIDED_MEANWHILE = new Set(['wrong-state', 'too-early']);

/** What follows from a judged day for cases, before the next day is judged. Idempotent: a day can be followed up again after a crash. */
@Injectable()
export class CaseFollowUp {
  constructor(
    private readonly database: Database,
    private readonly opening: CaseOpening,
    private readonly cases: CaseReader,
    private readonly commands: CommandBus,
  ) {}

  /** @returns how many cases are open now that were not before */
  async openCases(event: RecordedEvent): Promise<number> {
    const { findings } = dayJudged.schema.parse(event.data);
    if (findings.length === 0) return 0;
    const ids = findings.map((finding) => causedId('case', finding.findingId));
    const before = await this.countCases(ids);
    await this.opening.react(event);
    return (await this.countCases(ids)) - before;
  }

  /** Cured or continued: the noticed cases of the policy whose days after the deadline are complete with `day`. */
  async judgeCases(
    run: PolicyRun,
    version: FairUsePolicy,
    day: DayNumber,
    calendar: JudgingCalendar,
  ): Promise<JudgedCase[]> {
    const judged: JudgedCase[] = [];
    for (const file of await this.cases.awaitingJudgement(localDateOf(day))) {
      if (file.policy !== run.policy || file.deadline === null) continue;
      const deadline = dayNumberOf(file.deadline);
      if (completeDays(calendar, deadline, day) < file.afterDays) continue;
      const figures = await run.judgeAfterDeadline(version, day, {
        account: file.account,
        deadline,
        rules: file.noticeRules,
      });
      const result = figures.some((figure) => figure.exceeded) ? 'continued' : 'cured';
      if (await this.record(file, day, result, figures))
        judged.push({ case: file.id, account: file.account, result });
    }
    return judged;
  }

  private async record(
    file: CaseFile,
    day: DayNumber,
    result: JudgedCase['result'],
    figures: JudgeAfterDeadline['judgement']['figures'],
  ): Promise<boolean> {
    const outcome = await this.commands.execute(
      new JudgeAfterDeadline(file.id, { result, through: localDateOf(day), figures }),
    );
    if (outcome.ok) return outcome.value.changed;
    if (DECIDED_MEANWHILE.has(outcome.refusal.code)) return false;
    throw new Error(`Case ${file.id} could not be judged: ${outcome.refusal.message}`);
  }

  private async countCases(ids: readonly string[]): Promise<number> {
    const [row] = await this.database.query<{ cases: number }>(
      'SELECT count(*) AS cases FROM fair_use.case_file WHERE id = ANY ($1::uuid[])',
      [ids],
    );
    return row?.cases ?? 0;
  }
}

function completeDays(calendar: JudgingCalendar, deadline: DayNumber, through: DayNumber): number {
  return [...daysFrom(dayAfter(deadline, 1), through)].filter((day) => isCounted(calendar, day)).length;
}
