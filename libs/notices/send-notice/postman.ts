import { Injectable, Logger } from '@nestjs/common';
import { type Outcome, acceptedOrThrow } from '#outcome/outcome.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import { MailTransport } from '../transport/mail-transport.js';
import { NoticeBook, type NoticeDecision } from '../store/notice-book.js';
import { NoticeReader, writeReport } from '../store/notice-reader.js';
import { NoticeSender } from '../write-notice/notice-writing.js';

/**
 * Hands a letter to the mail transport. `notice.attempted` is on record before the first byte goes out, and only who wrote it talks to
 * the server; its result is recorded after, in a transaction of its own. Nothing is sent inside a transaction that appends.
 */
@Injectable()
export class Postman {
  private readonly log = new Logger('Postman');

  constructor(
    private readonly book: NoticeBook,
    private readonly reader: NoticeReader,
    private readonly transport: MailTransport,
    private readonly clock: BusinessClock,
    private readonly sender: NoticeSender,
  ) {}

  /** One dialogue. @returns what became of the notice, or why there was no dialogue */
  async send(noticeId: string, by: string): Promise<Outcome<NoticeDecision>> {
    const letter = await this.reader.letter(noticeId);
    if (letter === undefined) throw new Error(`Notice ${noticeId} has no letter`);
    const { recipient, messageId, mail } = letter;
    const begun = await this.book.decide(noticeId, { type: 'attempt', at: await this.clock.now() }, { by });
    if (!begun.ok) return begun;
    if (recipient === null) throw new Error(`Notice ${noticeId} was attempted and has nobody to go to`);
    const attempt = begun.value.notice.attempts;
    const sent = await this.transport.send({
      noticeId,
      messageId,
      sender: this.sender.address,
      recipient,
      mail,
    });
    const recorded = await this.book.decide(
      noticeId,
      {
        type: 'record-result',
        attempt,
        messageId,
        result: sent.result,
        at: await this.clock.now(),
        jitter: Math.random(),
      },
      {
        by,
        cause: ['notice-result', noticeId, attempt, sent.result.kind],
        alongside: async (transaction, [event]) => {
          if (event === undefined || sent.said === null) return;
          await writeReport(transaction, { eventId: event.eventId, noticeId, content: sent.said });
        },
      },
    );
    // A report of delivery can overtake the server's own reply; what is known then is more than this result.
    if (!recorded.ok) this.log.warn(recorded.refusal.message);
    return recorded;
  }

  /** The dialogue of a notice was cut off (a crash, a lost database): nobody knows whether it arrived, and a person has to look. */
  async giveUp(noticeId: string, attempt: number, by: string): Promise<void> {
    acceptedOrThrow(
      await this.book.decide(
        noticeId,
        { type: 'give-up-attempt', attempt },
        { by, cause: ['notice-cut', noticeId, attempt] },
      ),
    );
    this.log.warn(`Notice ${noticeId}: attempt ${attempt} was cut off; whether it arrived is uncertain`);
  }
}
