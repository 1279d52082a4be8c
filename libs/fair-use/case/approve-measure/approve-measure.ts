import { Injectable } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Outcome } from '#outcome/outcome.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import { CaseBook, type CaseDecision } from '../store/case-book.js';

/** How the organisation works with cases. */
@Injectable()
export class CaseSettings {
  /** Who approves a measure is another person than who proposed it. */
  readonly fourEyes: boolean = true;
}

export class ApproveMeasure extends Command<Outcome<CaseDecision>> {
  constructor(
    readonly caseId: string,
    readonly by: string,
    /** The one that was looked at: another may have been proposed in between. */
    readonly measureId: string,
  ) {
    super();
  }
}

@CommandHandler(ApproveMeasure)
export class ApproveMeasureHandler implements ICommandHandler<ApproveMeasure> {
  constructor(
    private readonly book: CaseBook,
    private readonly clock: BusinessClock,
    private readonly settings: CaseSettings,
  ) {}

  async execute({ caseId, by, measureId }: ApproveMeasure): Promise<Outcome<CaseDecision>> {
    const { fourEyes } = this.settings;
    return this.book.decide(
      caseId,
      { type: 'approve-measure', measureId, by, fourEyes, at: await this.clock.now() },
      { by },
    );
  }
}
