import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Test } from '@nestjs/testing';
import { CommandBus, CqrsModule, QueryBus } from '@nestjs/cqrs';
import { accountEntities } from '#accounts/store/account-store.js';
import { EventRegistry } from '#event-store/event-registry.js';
import { EventStore } from '#event-store/event-store.js';
import { SubscriptionRunner } from '#event-store/subscription.js';
import { CaseBook } from '#fair-use/case/store/case-book.js';
import { caseEvents } from '#fair-use/events/events.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import { Database } from '#platform/database/database.js';
import { type TestDatabase, createTestDatabase } from '#platform/testing/test-database.js';
import { noticesEvents } from './events/events.js';
import { noticesProviders, noticesSubscriptions } from './notices.providers.js';
import { RecordDelivery } from './record-delivery/record-delivery.js';
import { SendDueNotices } from './send-notice/send-due-notices.js';
import { ShowNotice } from './show-notice/show-notice.js';
import { findingOf, openCase, requestCaseNotice } from './testing/asked-notice.js';

/** As a finding is stored, as far as a letter reads it. */
const EVIDENCE = {
  findingId: findingOf('A1'),
  account: 'A1',
  rule: 'excess-over-average',
  plan: 'unlimited',
  day: '2026-10-15',
  firstDay: '2026-10-13',
  windowFrom: '2026-09-18',
  first: { measure: 'use', unit: 'minutes', value: 96.4, limit: 58.7, over: 'above' },
  second: { measure: 'days', unit: 'days', value: 12, limit: 10, over: 'at-least' },
  cohort: { plan: 'unlimited', accounts: 142, averaged: 138, mean: 21.3, median: 20, p10: 3, p90: 41 },
  days: [],
  episodes: [],
  bursts: [],
};

describe('notices as an app composes them, without a mail server', () => {
  let test: TestDatabase;
  let dataDirectory: string;
  beforeAll(async () => {
    test = await createTestDatabase({ entities: accountEntities });
    dataDirectory = await mkdtemp(join(tmpdir(), 'fairline-notices-'));
  });
  afterAll(async () => {
    await test.drop();
    await rm(dataDirectory, { recursive: true, force: true });
  });

  it('a requested notice lies in the mailbox, is shown with its place, and takes a recorded letter as evidence', async () => {
    const module = await Test.createTestingModule({
      imports: [CqrsModule],
      providers: [
        { provide: Database, useValue: test.database },
        { provide: BusinessClock, useValue: new BusinessClock(test.database) },
        { provide: EventRegistry, useValue: new EventRegistry([...caseEvents, ...noticesEvents]) },
        {
          provide: EventStore,
          useFactory: (registry: EventRegistry) => new EventStore(test.database, registry),
          inject: [EventRegistry],
        },
        CaseBook,
        ...noticesProviders({ smtpUrl: undefined, mailFrom: 'fair-use@fairline.example', dataDirectory }),
      ],
    }).compile();
    await module.init();
    await test.database.query(
      "INSERT INTO accounts.account (id, fingerprint, position) VALUES ('A1', 'x', 1)",
    );
    await test.database.query(
      `INSERT INTO accounts.account_details (account, effective_from, position, name, language, contacts, allowed_networks)
       VALUES ('A1', '2026-01-01', 1, 'Zadel', 'nl', '[{"role": "billing", "email": "zadel@fietsenmaker.example"}]', '[]')`,
    );
    const cases = module.get(CaseBook);
    const caseId = await openCase(cases, 'A1', await module.get(BusinessClock).now());
    await test.database.query(
      `INSERT INTO fair_use.finding (id, policy, day, account, rule, first_day, window_from, evidence)
       VALUES ($1, 'standard', '2026-10-15', 'A1', 'excess-over-average', '2026-10-13', '2026-09-18', $2)`,
      [findingOf('A1'), JSON.stringify(EVIDENCE)],
    );
    const noticeId = await requestCaseNotice(cases, caseId, 'first');
    const subscriptions = noticesSubscriptions.map((one) => module.get(one));
    await new SubscriptionRunner(module.get(EventStore), test.database, subscriptions).drain();

    const commands = module.get(CommandBus);
    const shown = acceptedOrThrow(await module.get(QueryBus).execute(new ShowNotice(noticeId)));
    expect(shown.notice).toMatchObject({ status: 'accepted', evidence: 'accepted-by-server' });
    expect(shown.mailLiesAt).toBe(join(dataDirectory, 'mailbox', `${noticeId}.eml`));
    expect(await readFile(shown.mailLiesAt ?? '', 'utf8')).toBe(shown.letter.mail);
    const text = shown.letter.text.replace(/\s+/g, ' ');
    for (const words of [
      'Er is over een langere periode duidelijk meer gebeld dan de gemiddelde klant',
      '96,40 minuten per dag',
      'een vergelijkbare klant belt gemiddeld 21,30 minuten',
      'tot 58,70 minuten is gewoon gebruik',
      '142 andere klanten',
      'van dinsdag 13 oktober 2026 tot en met donderdag 15 oktober 2026',
    ]) {
      expect(text).toContain(words);
    }
    expect(acceptedOrThrow(await commands.execute(new SendDueNotices()))).toEqual({ tried: [], cutOff: [] });
    const recorded = acceptedOrThrow(
      await commands.execute(new RecordDelivery(noticeId, 'recorded-letter', 'anna')),
    );
    expect(recorded.status).toBe('acknowledged');
    await module.close();
  });
});
