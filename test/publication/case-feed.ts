import { caseEventSchemas } from '#fair-use/case/domain/case-event.js';
import { caseEvents, fairUseEvents } from '#fair-use/events/events.js';
import { fairUsePublication } from '#fair-use/publish/fair-use-publication.js';
import { instant } from '#calendar/instant.js';
import { EventRegistry } from '#event-store/event-registry.js';
import { EventStore } from '#event-store/event-store.js';
import type { Database } from '#platform/database/database.js';
import { causedId } from '#platform/identity/ids.js';
import { cloudEventOf } from '#publication/cloud-event.js';
import { idsByKey } from '../kafka/read-topic.js';

const AT = instant('2026-10-16T07:00:00Z');
const PAGE = 1_000;

export function fairUseStore(database: Database): EventStore {
  return new EventStore(database, new EventRegistry(fairUseEvents));
}

/**
 * Appends one more finding to the case of each of some accounts; the first one opens it. So an account has many events, spread over the
 * feed, and their order can be told.
 */
export async function appendFindings(store: EventStore, accounts: number, round: number): Promise<void> {
  for (let n = 0; n < accounts; n += 1) {
    const account = `A${n}`;
    const ids = { account, case: causedId('case-under-test', account) };
    const data =
      round === 0
        ? caseEventSchemas['case.opened'].parse({
            ...ids,
            plan: 'unlimited',
            policy: 'standard',
            policyVersion: 1,
            openedOn: '2026-10-16',
            deadlineDays: 7,
            afterDays: 7,
          })
        : caseEventSchemas['case.finding-added'].parse({
            ...ids,
            findingId: `finding-${round}`,
            rule: 'excess-over-average',
            firstDay: '2026-10-13',
            lastDay: '2026-10-15',
            windowFrom: '2026-09-18',
          });
    const type = round === 0 ? 'case.opened' : 'case.finding-added';
    const definition = caseEvents.find((one) => one.type === type);
    if (definition === undefined) throw new Error(`no definition of ${type}`);
    await store.appending((transaction) =>
      transaction.append(`case-${ids.case}`, round, [{ definition, data }], AT),
    );
  }
}

/** What a receiver must have got of fair-use.v1, by account and in order: read from the feed, not from what was sent. */
export async function expectedIds(store: EventStore): Promise<Map<string, string[]>> {
  const messages: { key: string; headers: Record<string, string> }[] = [];
  for (let after = 0; ;) {
    const page = await store.readFeed(after, { limit: PAGE, types: fairUsePublication.eventTypes });
    for (const event of page.events) {
      const cloudEvent = cloudEventOf(fairUsePublication, event);
      if (cloudEvent !== null)
        messages.push({ key: cloudEvent.partitionkey, headers: { ce_id: cloudEvent.id } });
    }
    if (page.events.length < PAGE) return idsByKey(messages);
    after = page.position;
  }
}
