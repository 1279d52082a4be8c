import {
  Command,
  CommandHandler,
  type ICommandHandler,
  type IQueryHandler,
  Query,
  QueryHandler,
} from '@nestjs/cqrs';
import type { LocalDate } from '#calendar/local-date.js';
import type { Outcome } from '#outcome/outcome.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import type { FigureAfterDeadline } from '../domain/case-event.js';
import { CaseBook, type CaseDecision } from '../store/case-book.js';
import type { CaseFile } from '../store/case-file.js';
import { CaseReader } from '../store/case-reader.js';

export interface JudgementAfterDeadline {
  readonly result: 'cured' | 'continued';
  /** Last complete day that was looked at. */
  readonly through: LocalDate;
  readonly figures: readonly FigureAfterDeadline[];
}

/** What the days after the deadline show. It is the rules that judge, so the actor is the process and not a person. */
export class JudgeAfterDeadline extends Command<Outcome<CaseDecision>> {
  constructor(
    readonly caseId: string,
    readonly judgement: JudgementAfterDeadline,
    readonly by: string = 'fair-use',
  ) {
    super();
  }
}

@CommandHandler(JudgeAfterDeadline)
export class JudgeAfterDeadlineHandler implements ICommandHandler<JudgeAfterDeadline> {
  constructor(
    private readonly book: CaseBook,
    private readonly clock: BusinessClock,
  ) {}

  async execute({ caseId, judgement, by }: JudgeAfterDeadline): Promise<Outcome<CaseDecision>> {
    return this.book.decide(
      caseId,
      { type: 'judge-after-deadline', ...judgement, at: await this.clock.now() },
      { by, cause: ['judge-after-deadline', caseId, judgement.through] },
    );
  }
}

/** Cases whose customer has had the deadline and the days after it, once `day` is complete. */
export class CasesAwaitingJudgement extends Query<CaseFile[]> {
  constructor(readonly day: LocalDate) {
    super();
  }
}

@QueryHandler(CasesAwaitingJudgement)
export class CasesAwaitingJudgementHandler implements IQueryHandler<CasesAwaitingJudgement> {
  constructor(private readonly reader: CaseReader) {}

  async execute({ day }: CasesAwaitingJudgement): Promise<CaseFile[]> {
    return this.reader.awaitingJudgement(day);
  }
}
