import { type Instant, instant } from '#calendar/instant.js';
import { localDate } from '#calendar/local-date.js';
import { type EventDefinition, defineEvent } from '#event-store/event.js';
import { EventRegistry } from '#event-store/event-registry.js';
import { EventStore } from '#event-store/event-store.js';
import { SubscriptionRunner } from '#event-store/subscription.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import { causedId } from '#platform/identity/ids.js';
import { type TestDatabase, createTestDatabase } from '#platform/testing/test-database.js';
import { z } from 'zod';
import { dayJudged, fairUseEvents } from '../events/events.js';
import { CaseMeasure } from '../case/apply-measure/case-measure.js';
import { CaseOpening } from '../case/open-case/case-opening.js';
import { CaseNotice } from '../case/record-delivery/case-notice.js';
import { CaseBook } from '../case/store/case-book.js';
import { CaseReader } from '../case/store/case-reader.js';
import type { CaseCommand } from '../case/domain/case-command.js';

/** What floors above say, as far as cases listen. */
const FROM_ABOVE: readonly EventDefinition[] = [
  'notice.accepted',
  'notice.acknowledged',
  'notice.failed',
  'notice.bounced',
  'retro-rating.executed',
].map((type) => defineEvent({ type, version: 1, schema: z.record(z.string(), z.unknown()) }));

export const JUDGED_ON = instant('2026-10-16T06:00:00Z');

type FindingOfDay = z.infer<typeof dayJudged.schema> extends { findings: (infer One)[] } ? One : never;

/** Cases on a database of their own, with a clock that the test steps and a feed that the test fills. */
export class CasesUnderTest {
  readonly store: EventStore;
  readonly clock: BusinessClock;
  readonly book: CaseBook;
  readonly reader: CaseReader;
  private serial = 0;

  private constructor(readonly test: TestDatabase) {
    this.store = new EventStore(test.database, new EventRegistry([...fairUseEvents, ...FROM_ABOVE]));
    this.clock = new BusinessClock(test.database);
    this.book = new CaseBook(this.store, this.clock);
    this.reader = new CaseReader(test.database);
  }

  static async start(): Promise<CasesUnderTest> {
    const cases = new CasesUnderTest(await createTestDatabase());
    await cases.stepTo(JUDGED_ON);
    return cases;
  }

  async stepTo(at: Instant): Promise<void> {
    acceptedOrThrow(await this.clock.stepTo(at));
  }

  finding(account: string, changes: Partial<FindingOfDay> = {}): FindingOfDay {
    this.serial += 1;
    return {
      findingId: causedId('finding', account, this.serial),
      account,
      plan: 'unlimited',
      rule: 'excess-over-average',
      firstDay: localDate('2026-10-13'),
      lastDay: localDate('2026-10-15'),
      windowFrom: localDate('2026-09-18'),
      ...changes,
    };
  }

  /** A day is judged, with these findings. */
  async judged(...findings: readonly FindingOfDay[]): Promise<void> {
    this.serial += 1;
    await this.tell(dayJudged, `fair-use-day-${this.serial}`, {
      policy: 'standard',
      policyVersion: 1,
      day: localDate('2026-10-15'),
      accountsJudged: 40,
      deadlineDays: 7,
      afterDays: 7,
      findings: [...findings],
    });
  }

  /** Something that a floor above says. */
  async said(type: string, data: Readonly<Record<string, unknown>>): Promise<void> {
    const definition = FROM_ABOVE.find((one) => one.type === type);
    if (definition === undefined) throw new Error(`Cases do not listen to ${type}`);
    this.serial += 1;
    await this.tell(definition, `above-${this.serial}`, data);
  }

  private async tell(definition: EventDefinition, stream: string, data: unknown): Promise<void> {
    const at = await this.clock.now();
    await this.store.appending((transaction) => transaction.append(stream, 0, [{ definition, data }], at));
  }

  /** Runs what follows the feed to its end. */
  async drain(): Promise<void> {
    const subscriptions = [
      new CaseOpening(this.book, this.reader),
      new CaseNotice(this.book),
      new CaseMeasure(this.book),
    ];
    await new SubscriptionRunner(this.store, this.test.database, subscriptions).drain();
  }

  /** Everything again from the first event. */
  async replay(): Promise<void> {
    await this.test.database.query('UPDATE es.checkpoint SET position = 0');
    await this.drain();
  }

  async decide(caseId: string, command: CaseCommand): Promise<void> {
    acceptedOrThrow(await this.book.decide(caseId, command, { by: 'test' }));
  }

  async countOfEvents(): Promise<number> {
    const [row] = await this.test.database.query<{ count: number }>('SELECT count(*) AS count FROM es.event');
    return row?.count ?? 0;
  }

  async close(): Promise<void> {
    await this.test.drop();
  }
}
