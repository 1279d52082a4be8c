import { Injectable } from '@nestjs/common';
import { AMSTERDAM } from '#calendar/billing-zone.js';
import { addDays } from '#calendar/local-date.js';
import { type AccountDetails, type Contact, readDetails } from '#accounts/store/account-store.js';
import type { RecordedEvent } from '#event-store/event.js';
import type { Subscription } from '#event-store/subscription.js';
import { type CaseEventData, caseEventSchemas } from '#fair-use/case/domain/case-event.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import { Database } from '#platform/database/database.js';
import type { LetterSender } from '../domain/letter-facts.js';
import { writeLetter } from '../domain/write-letter.js';
import { NoticeFacts } from '../facts/notice-facts.js';
import { NoticeBook } from '../store/notice-book.js';
import { NoticeReader, writeLetterRow } from '../store/notice-reader.js';
import { hashOfMail } from '../store/verify-notices.js';
import { composeMail } from './compose-mail.js';

/** Who writes to customers. */
@Injectable()
export class NoticeSender implements LetterSender {
  readonly name: string = 'Fairline';

  constructor(readonly address: string) {}
}

type Requested = CaseEventData<'case.notice-requested'>;

/** Writes the letter of a requested notice, once. Sending is another step: a letter that is written is on record whatever the mail does. */
@Injectable()
export class NoticeWriting implements Subscription {
  readonly name = 'notice-writing';
  readonly types = ['case.notice-requested'];

  constructor(
    private readonly database: Database,
    private readonly facts: NoticeFacts,
    private readonly book: NoticeBook,
    private readonly reader: NoticeReader,
    private readonly clock: BusinessClock,
    private readonly sender: NoticeSender,
  ) {}

  async react(event: RecordedEvent): Promise<void> {
    const requested = caseEventSchemas['case.notice-requested'].parse(event.data);
    if ((await this.reader.byId(requested.noticeId)) !== undefined) return;
    await this.write(requested, event);
  }

  private async write(requested: Requested, event: RecordedEvent): Promise<void> {
    const { noticeId, case: caseId, account, findings, rules, deadlineDays, estimateCents } = requested;
    const at = await this.clock.now();
    const writtenOn = AMSTERDAM.localDateAt(at);
    const stopBy = addDays(writtenOn, deadlineDays);
    const details = (await readDetails(this.database, [account], writtenOn)).get(account);
    const contact = recipientOf(details);
    const language = details?.language ?? 'nl';
    const letter = writeLetter({
      ...(await this.facts.of({ caseId, account, findings, rules })),
      language,
      account,
      accountName: details?.name ?? account,
      noticeId,
      writtenOn,
      stopBy,
      deadlineDays,
      estimateCents,
      sender: this.sender,
    });
    const recipient = contact?.email ?? null;
    const composed = await composeMail(letter, { noticeId, recipient, sender: this.sender, at });
    const prepared = await this.book.decide(
      noticeId,
      {
        type: 'prepare',
        letter: {
          noticeId,
          case: caseId,
          account,
          language,
          recipientRole: contact?.role ?? null,
          findings,
          rules,
          writtenOn,
          stopBy,
          letterHash: hashOfMail(composed.mail),
        },
      },
      {
        by: this.name,
        causationId: event.eventId,
        cause: [this.name, event.eventId],
        alongside: async (transaction) =>
          writeLetterRow(transaction, { ...composed, noticeId, recipient, subject: letter.subject }),
      },
    );
    acceptedOrThrow(prepared);
  }
}

/** The contact for fair use, else the one for invoices. Nobody else: a notice at the wrong desk is no notice. */
function recipientOf(
  details: AccountDetails | undefined,
): (Contact & { readonly role: 'fair-use' | 'billing' }) | undefined {
  for (const role of ['fair-use', 'billing'] as const) {
    const contact = details?.contacts.find((one) => one.role === role);
    if (contact !== undefined) return { ...contact, role };
  }
  return undefined;
}
