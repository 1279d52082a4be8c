import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Outcome } from '#outcome/outcome.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import { CaseBook, type CaseDecision } from '../store/case-book.js';

/** A limit or suspension is in force; the end of unlimited calling reports itself (see `CaseMeasure`). */
export class RecordMeasureApplied extends Command<Outcome<CaseDecision>> {
  constructor(
    readonly caseId: string,
    readonly by: string,
    readonly measureId: string,
  ) {
    super();
  }
}

@CommandHandler(RecordMeasureApplied)
export class RecordMeasureAppliedHandler implements ICommandHandler<RecordMeasureApplied> {
  constructor(
    private readonly book: CaseBook,
    private readonly clock: BusinessClock,
  ) {}

  async execute({ caseId, by, measureId }: RecordMeasureApplied): Promise<Outcome<CaseDecision>> {
    const at = await this.clock.now();
    return this.book.decide(caseId, { type: 'record-measure-applied', measureId, at }, { by });
  }
}

/** An approved measure could not be carried out as approved; the case can get another proposal. */
export class RecordMeasureNotExecuted extends Command<Outcome<CaseDecision>> {
  constructor(
    readonly caseId: string,
    readonly by: string,
    readonly measureId: string,
    readonly reason: string,
  ) {
    super();
  }
}

@CommandHandler(RecordMeasureNotExecuted)
export class RecordMeasureNotExecutedHandler implements ICommandHandler<RecordMeasureNotExecuted> {
  constructor(private readonly book: CaseBook) {}

  async execute({ caseId, by, measureId, reason }: RecordMeasureNotExecuted): Promise<Outcome<CaseDecision>> {
    return this.book.decide(
      caseId,
      { type: 'record-measure-not-executed', measureId, by, reason },
      { by, cause: ['record-measure-not-executed', caseId, measureId] },
    );
  }
}
