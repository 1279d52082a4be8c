import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Outcome } from '#outcome/outcome.js';
import { CaseBook, type CaseDecision } from '../store/case-book.js';

/** Ends a case that ran its course: cured, or its measure applied. */
export class CloseCase extends Command<Outcome<CaseDecision>> {
  constructor(
    readonly caseId: string,
    readonly by: string,
    readonly reason: string | null = null,
  ) {
    super();
  }
}

@CommandHandler(CloseCase)
export class CloseCaseHandler implements ICommandHandler<CloseCase> {
  constructor(private readonly book: CaseBook) {}

  async execute({ caseId, by, reason }: CloseCase): Promise<Outcome<CaseDecision>> {
    return this.book.decide(caseId, { type: 'close', by, reason }, { by });
  }
}
