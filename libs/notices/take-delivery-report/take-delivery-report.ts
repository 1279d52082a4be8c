import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type Outcome, accepted, refused } from '#outcome/outcome.js';
import { type DeliveryReport, readDeliveryReport } from '../domain/delivery-report.js';
import type { NoticeCommand } from '../domain/notice-command.js';
import { NoticeBook } from '../store/notice-book.js';
import { NoticeReader, writeReport } from '../store/notice-reader.js';

export interface TakenReport {
  readonly noticeId: string;
  /** `nothing`: a delay or a relay says neither that the letter arrived nor that it did not. */
  readonly recorded: 'delivery-report' | 'bounce' | 'nothing';
  /** False: it was known already. */
  readonly changed: boolean;
}

/** A mail that came to the sender's address; a report of one of our letters counts as evidence or as a bounce. */
export class TakeDeliveryReport extends Command<Outcome<TakenReport>> {
  constructor(
    /** The whole message as it arrived (`.eml`). */
    readonly mail: string,
    readonly by: string = 'delivery-reports',
  ) {
    super();
  }
}

@CommandHandler(TakeDeliveryReport)
export class TakeDeliveryReportHandler implements ICommandHandler<TakeDeliveryReport> {
  constructor(
    private readonly book: NoticeBook,
    private readonly reader: NoticeReader,
  ) {}

  async execute({ mail, by }: TakeDeliveryReport): Promise<Outcome<TakenReport>> {
    const report = readDeliveryReport(mail);
    if (report === undefined) {
      return refused(
        'no-delivery-report',
        'This mail is no delivery report (multipart/report with message/delivery-status); if a customer wrote it, read it and record the delivery by hand.',
      );
    }
    const noticeId = await this.reader.noticeOfMail(report.messageId, report.envelopeId);
    if (noticeId === undefined) {
      return refused(
        'unknown-message',
        `The report is of ${report.messageId ?? report.envelopeId ?? 'a message it does not name'}, which is none of our notices.`,
      );
    }
    const found = recordOf(report, by);
    if (found === undefined) return accepted({ noticeId, recorded: 'nothing', changed: false });
    const decided = await this.book.decide(noticeId, found.command, {
      by,
      alongside: async (transaction, [event]) => {
        if (event !== undefined) {
          await writeReport(transaction, { eventId: event.eventId, noticeId, content: mail });
        }
      },
    });
    if (!decided.ok) return decided;
    return accepted({ noticeId, recorded: found.recorded, changed: decided.value.changed });
  }
}

function recordOf(
  { action, statusCode }: DeliveryReport,
  by: string,
): { recorded: 'delivery-report' | 'bounce'; command: NoticeCommand } | undefined {
  if (action === 'delivered') {
    const command = { type: 'record-delivery', evidence: 'delivery-report', by } as const;
    return { recorded: 'delivery-report', command };
  }
  if (action !== 'failed') return undefined;
  return { recorded: 'bounce', command: { type: 'record-bounce', by, reason: null, statusCode } };
}
