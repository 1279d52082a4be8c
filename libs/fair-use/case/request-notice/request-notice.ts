import { randomUUID } from 'node:crypto';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Outcome } from '#outcome/outcome.js';
import { causedId } from '#platform/identity/ids.js';
import { CaseBook, type CaseDecision } from '../store/case-book.js';

export interface NoticeRequest {
  /** What going on would cost on the regular tariffs, in whole cents; the notice says it when given. */
  readonly estimateCents?: number;
  /** Of the request, so that the same click twice is one request; made up when absent. */
  readonly requestId?: string;
}

/** An account manager has looked at the evidence and wants the customer told. The mail follows from the event. */
export class RequestNotice extends Command<Outcome<CaseDecision & { readonly noticeId: string }>> {
  constructor(
    readonly caseId: string,
    readonly by: string,
    readonly request: NoticeRequest = {},
  ) {
    super();
  }
}

@CommandHandler(RequestNotice)
export class RequestNoticeHandler implements ICommandHandler<RequestNotice> {
  constructor(private readonly book: CaseBook) {}

  async execute({ caseId, by, request }: RequestNotice) {
    const requestId = request.requestId ?? randomUUID();
    const noticeId = causedId('notice', caseId, requestId);
    const decided = await this.book.decide(
      caseId,
      { type: 'request-notice', noticeId, by, estimateCents: request.estimateCents ?? null },
      { by, cause: ['request-notice', caseId, requestId] },
    );
    return decided.ok ? { ok: true as const, value: { ...decided.value, noticeId } } : decided;
  }
}
