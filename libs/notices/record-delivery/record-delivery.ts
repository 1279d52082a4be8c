import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Outcome } from '#outcome/outcome.js';
import type { Acknowledgement } from '../domain/notice-event.js';
import { NoticeBook, type NoticeDecision } from '../store/notice-book.js';

/** A person has evidence that the customer has the notice: an answer, a recorded letter, a report read elsewhere. */
export class RecordDelivery extends Command<Outcome<NoticeDecision>> {
  constructor(
    readonly noticeId: string,
    readonly evidence: Acknowledgement,
    readonly by: string,
  ) {
    super();
  }
}

@CommandHandler(RecordDelivery)
export class RecordDeliveryHandler implements ICommandHandler<RecordDelivery> {
  constructor(private readonly book: NoticeBook) {}

  async execute({ noticeId, evidence, by }: RecordDelivery): Promise<Outcome<NoticeDecision>> {
    return this.book.decide(noticeId, { type: 'record-delivery', evidence, by }, { by });
  }
}

/** A person knows that the notice came back. Say why without names and addresses: the words stand in the log for ever. */
export class RecordBounce extends Command<Outcome<NoticeDecision>> {
  constructor(
    readonly noticeId: string,
    readonly reason: string,
    readonly by: string,
  ) {
    super();
  }
}

@CommandHandler(RecordBounce)
export class RecordBounceHandler implements ICommandHandler<RecordBounce> {
  constructor(private readonly book: NoticeBook) {}

  async execute({ noticeId, reason, by }: RecordBounce): Promise<Outcome<NoticeDecision>> {
    return this.book.decide(noticeId, { type: 'record-bounce', by, reason, statusCode: null }, { by });
  }
}
