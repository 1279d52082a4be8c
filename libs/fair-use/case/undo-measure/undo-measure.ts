import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Outcome } from '#outcome/outcome.js';
import { CaseBook, type CaseDecision } from '../store/case-book.js';

/** Takes back a measure in force, or a proposal that nobody has approved. */
export class UndoMeasure extends Command<Outcome<CaseDecision>> {
  constructor(
    readonly caseId: string,
    readonly by: string,
    readonly reason: string,
  ) {
    super();
  }
}

@CommandHandler(UndoMeasure)
export class UndoMeasureHandler implements ICommandHandler<UndoMeasure> {
  constructor(private readonly book: CaseBook) {}

  async execute({ caseId, by, reason }: UndoMeasure): Promise<Outcome<CaseDecision>> {
    return this.book.decide(caseId, { type: 'undo-measure', by, reason }, { by });
  }
}
