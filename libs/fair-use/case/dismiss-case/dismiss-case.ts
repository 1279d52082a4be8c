import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { LocalDate } from '#calendar/local-date.js';
import type { Outcome } from '#outcome/outcome.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import { CaseBook, type CaseDecision } from '../store/case-book.js';

/** The use is not held against the customer; the same behaviour opens no case up to `until`, inclusive. */
export class DismissCase extends Command<Outcome<CaseDecision>> {
  constructor(
    readonly caseId: string,
    readonly by: string,
    readonly reason: string,
    readonly until: LocalDate,
  ) {
    super();
  }
}

@CommandHandler(DismissCase)
export class DismissCaseHandler implements ICommandHandler<DismissCase> {
  constructor(
    private readonly book: CaseBook,
    private readonly clock: BusinessClock,
  ) {}

  async execute({ caseId, by, reason, until }: DismissCase): Promise<Outcome<CaseDecision>> {
    const at = await this.clock.now();
    return this.book.decide(caseId, { type: 'dismiss', by, reason, until, at }, { by });
  }
}
