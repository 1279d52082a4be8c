import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type Outcome, accepted } from '#outcome/outcome.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import type { NoticeStatus } from '../domain/notice-state.js';
import { NoticeReader } from '../store/notice-reader.js';
import { Postman } from './postman.js';

export interface NoticeRound {
  /** Waiting notices that were due and tried, by what became of them. */
  readonly tried: readonly { readonly noticeId: string; readonly status: NoticeStatus }[];
  /** Notices whose dialogue was cut off, now uncertain. */
  readonly cutOff: readonly string[];
}

/** One round for what waits: tries again what is due. A timer asks for it every half minute; more often does no harm. */
export class SendDueNotices extends Command<Outcome<NoticeRound>> {}

const NOTICES_PER_ROUND = 50;

@CommandHandler(SendDueNotices)
export class SendDueNoticesHandler implements ICommandHandler<SendDueNotices> {
  constructor(
    private readonly reader: NoticeReader,
    private readonly postman: Postman,
    private readonly clock: BusinessClock,
  ) {}

  async execute(): Promise<Outcome<NoticeRound>> {
    const cutOff: string[] = [];
    for (const { id, attempts } of await this.reader.cutAttempts(NOTICES_PER_ROUND)) {
      await this.postman.giveUp(id, attempts, 'send-due-notices');
      cutOff.push(id);
    }
    const tried: { noticeId: string; status: NoticeStatus }[] = [];
    for (const { id } of await this.reader.due(await this.clock.now(), NOTICES_PER_ROUND)) {
      const sent = await this.postman.send(id, 'send-due-notices');
      if (sent.ok) tried.push({ noticeId: id, status: sent.value.status });
    }
    return accepted({ tried, cutOff });
  }
}
