import type { Provider, Type } from '@nestjs/common';
import type { Subscription } from '#event-store/subscription.js';
import type { Settings } from '#platform/config/settings.js';
import { FindingFacts } from './facts/finding-facts.js';
import { NoticeFacts } from './facts/notice-facts.js';
import { RecordBounceHandler, RecordDeliveryHandler } from './record-delivery/record-delivery.js';
import { ResendNoticeHandler } from './resend-notice/resend-notice.js';
import { NoticeSending } from './send-notice/notice-sending.js';
import { Postman } from './send-notice/postman.js';
import { SendDueNoticesHandler } from './send-notice/send-due-notices.js';
import { ShowNoticeHandler } from './show-notice/show-notice.js';
import { NoticeBook } from './store/notice-book.js';
import { NoticeReader } from './store/notice-reader.js';
import { TakeDeliveryReportHandler } from './take-delivery-report/take-delivery-report.js';
import { MailTransport } from './transport/mail-transport.js';
import { MailboxTransport } from './transport/mailbox-transport.js';
import { SmtpTransport } from './transport/smtp-transport.js';
import { NoticeSender, NoticeWriting } from './write-notice/notice-writing.js';

export const noticesSubscriptions: readonly Type<Subscription>[] = [NoticeWriting, NoticeSending];

/** What is told from outside. Without `smtpUrl` the mail goes to the mailbox in the data directory. */
export type NoticesSettings = Pick<Settings, 'smtpUrl' | 'mailFrom' | 'dataDirectory'>;

export function noticesProviders(settings: NoticesSettings): Provider[] {
  const { smtpUrl, mailFrom, dataDirectory } = settings;
  return [
    NoticeReader,
    NoticeBook,
    Postman,
    { provide: NoticeSender, useFactory: () => new NoticeSender(mailFrom) },
    {
      provide: MailTransport,
      useFactory: () =>
        smtpUrl === undefined ? new MailboxTransport(dataDirectory) : new SmtpTransport(smtpUrl),
    },
    { provide: NoticeFacts, useClass: FindingFacts },
    ...noticesSubscriptions,
    SendDueNoticesHandler,
    ResendNoticeHandler,
    RecordDeliveryHandler,
    RecordBounceHandler,
    TakeDeliveryReportHandler,
    ShowNoticeHandler,
  ];
}
