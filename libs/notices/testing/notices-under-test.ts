import { accountEntities } from '#accounts/store/account-store.js';
import { type Instant, instant } from '#calendar/instant.js';
import { EventRegistry } from '#event-store/event-registry.js';
import { EventStore } from '#event-store/event-store.js';
import { SubscriptionRunner } from '#event-store/subscription.js';
import { CaseNotice } from '#fair-use/case/record-delivery/case-notice.js';
import { CaseBook } from '#fair-use/case/store/case-book.js';
import { CaseReader } from '#fair-use/case/store/case-reader.js';
import { caseEvents } from '#fair-use/events/events.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import { type TestDatabase, createTestDatabase } from '#platform/testing/test-database.js';
import type { LetterFacts } from '../domain/letter-facts.js';
import type { Language } from '../domain/notice-event.js';
import { noticesEvents } from '../events/events.js';
import { FACTS } from '../domain/testing/facts.js';
import { NoticeFacts } from '../facts/notice-facts.js';
import { NoticeSending } from '../send-notice/notice-sending.js';
import { Postman } from '../send-notice/postman.js';
import { NoticeBook } from '../store/notice-book.js';
import { NoticeReader } from '../store/notice-reader.js';
import type { MailTransport } from '../transport/mail-transport.js';
import { NoticeSender, NoticeWriting } from '../write-notice/notice-writing.js';
import { openCase, requestCaseNotice } from './asked-notice.js';

export const WRITTEN_AT = instant('2026-10-16T08:00:00Z');

class FixedFacts extends NoticeFacts {
  async of(): Promise<LetterFacts> {
    return FACTS;
  }
}

/** Cases and notices on a database of their own, with a clock that the test steps. */
export class NoticesUnderTest {
  readonly store: EventStore;
  readonly clock: BusinessClock;
  readonly book: NoticeBook;
  readonly reader: NoticeReader;
  readonly cases: CaseBook;
  readonly caseReader: CaseReader;
  readonly postman: Postman;
  private readonly sender = new NoticeSender('fair-use@fairline.example');
  private serial = 0;

  private constructor(
    readonly test: TestDatabase,
    private readonly transport: MailTransport,
  ) {
    this.store = new EventStore(test.database, new EventRegistry([...caseEvents, ...noticesEvents]));
    this.clock = new BusinessClock(test.database);
    this.book = new NoticeBook(this.store, this.clock);
    this.reader = new NoticeReader(test.database);
    this.cases = new CaseBook(this.store, this.clock);
    this.caseReader = new CaseReader(test.database);
    this.postman = this.postmanWith(transport);
  }

  static async start(transport: MailTransport): Promise<NoticesUnderTest> {
    const test = await createTestDatabase({ entities: accountEntities });
    const notices = new NoticesUnderTest(test, transport);
    await notices.stepTo(WRITTEN_AT);
    return notices;
  }

  postmanWith(transport: MailTransport): Postman {
    return new Postman(this.book, this.reader, transport, this.clock, this.sender);
  }

  async stepTo(at: Instant): Promise<void> {
    acceptedOrThrow(await this.clock.stepTo(at));
  }

  /** The next test begins at the same time, and what another left waiting does not come due in it. */
  async forgetUnfinished(): Promise<void> {
    await this.test.database.query(
      "UPDATE notices.notice SET status = 'failed' WHERE status IN ('waiting', 'attempted')",
    );
    await this.test.database.query(
      'UPDATE platform.business_clock SET now_is = to_timestamp($1::double precision / 1000)',
      [WRITTEN_AT],
    );
  }

  /** Runs the feed to its end. */
  async drain(transport: MailTransport = this.transport): Promise<void> {
    const { database } = this.test;
    const writing = new NoticeWriting(
      database,
      new FixedFacts(),
      this.book,
      this.reader,
      this.clock,
      this.sender,
    );
    const sending = new NoticeSending(this.reader, this.postmanWith(transport));
    await new SubscriptionRunner(this.store, database, [
      writing,
      sending,
      new CaseNotice(this.cases),
    ]).drain();
  }

  async account(language: Language, contacts: readonly { role: string; email: string }[]): Promise<string> {
    this.serial += 1;
    const account = `A${1000 + this.serial}`;
    await this.test.database.query(
      "INSERT INTO accounts.account (id, fingerprint, position) VALUES ($1, 'x', 1)",
      [account],
    );
    await this.test.database.query(
      `INSERT INTO accounts.account_details (account, effective_from, position, name, language, contacts, allowed_networks)
       VALUES ($1, '2026-01-01', 1, 'Bakkerij <De Korenaar> & Zn.', $2, $3, '[]')`,
      [account, language, JSON.stringify(contacts)],
    );
    return account;
  }

  /** An open case of an account with one finding, and a notice asked for. */
  async requestNotice(account: string): Promise<{ caseId: string; noticeId: string }> {
    const caseId = await openCase(this.cases, account, await this.clock.now());
    return { caseId, noticeId: await requestCaseNotice(this.cases, caseId, 'first') };
  }

  async requestAgain(caseId: string, requestId: string): Promise<string> {
    return requestCaseNotice(this.cases, caseId, requestId);
  }

  /** What happened to a notice, in order, without the part that all types share. */
  async story(noticeId: string): Promise<string[]> {
    const events = await this.store.readStream(`notice-${noticeId}`);
    return events.map((event) => event.type.slice('notice.'.length));
  }

  async close(): Promise<void> {
    await this.test.drop();
  }
}
