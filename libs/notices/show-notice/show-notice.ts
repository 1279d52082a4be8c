import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { type Instant } from '#calendar/instant.js';
import { EventStore } from '#event-store/event-store.js';
import { type Outcome, accepted, refused } from '#outcome/outcome.js';
import { noticeStreamOf } from '../domain/notice.js';
import type { NoticeFile } from '../store/notice-file.js';
import { NoticeReader, type StoredLetter } from '../store/notice-reader.js';
import { MailTransport } from '../transport/mail-transport.js';

export interface NoticeMoment {
  /** Business clock. */
  readonly at: Instant;
  readonly type: string;
  readonly by: string | null;
  readonly data: unknown;
  /** What a mail server said or sent; can name addresses. */
  readonly said: string | null;
}

/** Everything about one notice: for who has to show that the customer was told. */
export interface ShownNotice {
  readonly notice: NoticeFile;
  readonly letter: StoredLetter;
  readonly timeline: readonly NoticeMoment[];
  /** Path of the mail when it lies in the mailbox of the data directory; null when a mail server has it, or nobody yet. */
  readonly mailLiesAt: string | null;
}

export class ShowNotice extends Query<Outcome<ShownNotice>> {
  constructor(readonly noticeId: string) {
    super();
  }
}

@QueryHandler(ShowNotice)
export class ShowNoticeHandler implements IQueryHandler<ShowNotice> {
  constructor(
    private readonly reader: NoticeReader,
    private readonly store: EventStore,
    private readonly transport: MailTransport,
  ) {}

  async execute({ noticeId }: ShowNotice): Promise<Outcome<ShownNotice>> {
    const notice = await this.reader.byId(noticeId);
    const letter = notice === undefined ? undefined : await this.reader.letter(notice.id);
    if (notice === undefined || letter === undefined) {
      return refused(
        'no-such-notice',
        `There is no notice ${noticeId}; its case shows the id of the right one.`,
      );
    }
    const reports = await this.reader.reports(notice.id);
    const events = await this.store.readStream(noticeStreamOf(notice.id));
    return accepted({
      notice,
      letter,
      timeline: events.map(({ eventId, type, data, occurredAt, metadata }) => ({
        at: occurredAt,
        type,
        by: metadata.actor ?? null,
        data,
        said: reports.get(eventId) ?? null,
      })),
      mailLiesAt: notice.acceptedAt === null ? null : this.transport.whereIs(notice.id),
    });
  }
}
