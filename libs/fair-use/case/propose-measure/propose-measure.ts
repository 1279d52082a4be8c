import { randomUUID } from 'node:crypto';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { LocalDate } from '#calendar/local-date.js';
import type { Outcome } from '#outcome/outcome.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import { causedId } from '#platform/identity/ids.js';
import type { MeasureKind } from '../domain/case-event.js';
import { CaseBook, type CaseDecision } from '../store/case-book.js';

export interface MeasureProposal {
  readonly kind: MeasureKind;
  /** Either of the two has to be given. */
  readonly reason?: string;
  readonly hindrance?: string;
  /** First day of the end of unlimited calling; the day after the deadline when absent. */
  readonly from?: LocalDate;
  /** Hash of the preview of the retroactive change that the proposer was shown. */
  readonly previewHash?: string;
  /** Of the request, so that the same click twice is one proposal; made up when absent. */
  readonly requestId?: string;
}

export class ProposeMeasure extends Command<Outcome<CaseDecision & { readonly measureId: string }>> {
  constructor(
    readonly caseId: string,
    readonly by: string,
    readonly proposal: MeasureProposal,
  ) {
    super();
  }
}

@CommandHandler(ProposeMeasure)
export class ProposeMeasureHandler implements ICommandHandler<ProposeMeasure> {
  constructor(
    private readonly book: CaseBook,
    private readonly clock: BusinessClock,
  ) {}

  async execute({ caseId, by, proposal }: ProposeMeasure) {
    const requestId = proposal.requestId ?? randomUUID();
    const measureId = causedId('measure', caseId, requestId);
    const decided = await this.book.decide(
      caseId,
      {
        type: 'propose-measure',
        measureId,
        kind: proposal.kind,
        by,
        reason: proposal.reason ?? null,
        hindrance: proposal.hindrance ?? null,
        from: proposal.from ?? null,
        previewHash: proposal.previewHash ?? null,
        at: await this.clock.now(),
      },
      { by, cause: ['propose-measure', caseId, requestId] },
    );
    return decided.ok ? { ok: true as const, value: { ...decided.value, measureId } } : decided;
  }
}
