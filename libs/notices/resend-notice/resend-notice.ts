import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Outcome } from '#outcome/outcome.js';
import { NoticeBook, type NoticeDecision } from '../store/notice-book.js';

/** A person has found out that an uncertain notice did not arrive, or does not want to wait for a waiting one: the same mail goes again. */
export class ResendNotice extends Command<Outcome<NoticeDecision>> {
  constructor(
    readonly noticeId: string,
    /** How it is known that it did not arrive. */
    readonly reason: string,
    readonly by: string,
  ) {
    super();
  }
}

@CommandHandler(ResendNotice)
export class ResendNoticeHandler implements ICommandHandler<ResendNotice> {
  constructor(private readonly book: NoticeBook) {}

  async execute({ noticeId, by, reason }: ResendNotice): Promise<Outcome<NoticeDecision>> {
    return this.book.decide(noticeId, { type: 'resend', by, reason }, { by });
  }
}
