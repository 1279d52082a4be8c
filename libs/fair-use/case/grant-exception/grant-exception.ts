import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { LocalDate } from '#calendar/local-date.js';
import type { Outcome } from '#outcome/outcome.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import { causedId } from '#platform/identity/ids.js';
import { CaseBook, type CaseDecision } from '../store/case-book.js';

export interface ExceptionGrant {
  /** What is absent is not limited: none of the three excepts the whole account. */
  readonly rule?: string;
  readonly user?: string;
  /** E.164. */
  readonly number?: string;
  /** Last day, inclusive. */
  readonly until: LocalDate;
  readonly reason: string;
}

/** Keeps a use out of the rules for a time, from the first day of the case on. */
export class GrantException extends Command<Outcome<CaseDecision>> {
  constructor(
    readonly caseId: string,
    readonly by: string,
    readonly grant: ExceptionGrant,
  ) {
    super();
  }
}

@CommandHandler(GrantException)
export class GrantExceptionHandler implements ICommandHandler<GrantException> {
  constructor(
    private readonly book: CaseBook,
    private readonly clock: BusinessClock,
  ) {}

  async execute({ caseId, by, grant }: GrantException): Promise<Outcome<CaseDecision>> {
    const { number } = grant;
    const numberId = number === undefined ? null : causedId('excepted-number', caseId, number);
    return this.book.decide(
      caseId,
      {
        type: 'grant-exception',
        rule: grant.rule ?? null,
        user: grant.user ?? null,
        numberId,
        until: grant.until,
        by,
        reason: grant.reason,
        at: await this.clock.now(),
      },
      {
        by,
        alongside: async (transaction) => {
          if (number === undefined) return;
          await transaction.query(
            'INSERT INTO fair_use.excepted_number (id, number) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING',
            [numberId, number],
          );
        },
      },
    );
  }
}
