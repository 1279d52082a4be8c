import type { EventRegistry } from '#event-store/event-registry.js';
import { type EventRow, SELECT_EVENT, recorded } from '#event-store/event-rows.js';
import type { RecordedEvent } from '#event-store/event.js';
import type { Queryable } from '#platform/database/database.js';
import type { Check } from '#platform/verification/check.js';
import { DifferenceList } from '#platform/verification/difference-list.js';
import type { VerifiedDatabase } from '#platform/verification/verified-database.js';
import type { SubscriptionTerms } from '../domain/subscriptions.js';
import { subscriptionsFrom } from '../store/subscription-store.js';

const ACCOUNTS_AT_ONCE = 200;

interface StoredTerms extends SubscriptionTerms {
  readonly account: string;
  readonly knownFrom: number;
  readonly knownTo: number | null;
}

/**
 * The rows of subscriptions against their events, in one snapshot: what holds now, and what was known at every position at which a
 * row begins or ends, since past figures are rebuilt from what was known then.
 */
export async function verifySubscriptions(
  database: VerifiedDatabase,
  registry: EventRegistry,
): Promise<Check> {
  return database.snapshot(async (snapshot) => {
    const found = new DifferenceList();
    let after = '';
    for (;;) {
      const accounts = await pageOfAccounts(snapshot, after);
      const events = groupBy(await eventsOf(snapshot, registry, accounts), (event) =>
        accountOf(event.streamId),
      );
      const rows = groupBy(await rowsOf(snapshot, accounts), (row) => row.account);
      for (const account of accounts)
        compareAccount(account, events.get(account) ?? [], rows.get(account) ?? [], found);
      const last = accounts.at(-1);
      if (last === undefined || accounts.length < ACCOUNTS_AT_ONCE) return found.asCheck('subscriptions');
      after = last;
    }
  });
}

function compareAccount(
  account: string,
  events: readonly RecordedEvent[],
  rows: readonly StoredTerms[],
  found: DifferenceList,
): void {
  found.compared(rows.length);
  const positions = new Set(
    rows.flatMap((row) => [row.knownFrom, ...(row.knownTo === null ? [] : [row.knownTo])]),
  );
  const last = events.at(-1)?.position;
  if (last !== undefined) positions.add(last);
  for (const position of [...positions].toSorted((a, b) => a - b)) {
    const expected = subscriptionsFrom(events.filter((event) => event.position <= position))
      .map(describe)
      .toSorted();
    const stored = rows
      .filter((row) => row.knownFrom <= position && (row.knownTo === null || row.knownTo > position))
      .map(describe)
      .toSorted();
    if (expected.join() === stored.join()) continue;
    const when = position === last ? '' : ` as known at position ${position}`;
    found.add(
      `subscriptions of ${account}${when}: the rows say ${stored.join(', ') || 'none'}; the events say ${expected.join(', ') || 'none'}`,
    );
    return;
  }
}

function describe(terms: SubscriptionTerms): string {
  return `${terms.subscription} ${terms.plan} x ${terms.seats} from ${terms.from} to ${terms.to ?? 'further notice'}`;
}

const STREAM_PREFIX = 'subscriptions-';

function accountOf(streamId: string): string {
  return streamId.slice(STREAM_PREFIX.length);
}

/** Accounts that have rows or a stream of subscriptions, in order of their ids' bytes. */
async function pageOfAccounts(snapshot: Queryable, after: string): Promise<string[]> {
  const rows = await snapshot.query<{ account: string }>(
    `SELECT account COLLATE "C" AS account FROM accounts.subscription WHERE account COLLATE "C" > $1
     UNION SELECT substr(stream_id, $3) COLLATE "C" FROM es.stream WHERE category = 'subscriptions' AND substr(stream_id, $3) COLLATE "C" > $1
     ORDER BY 1 LIMIT $2`,
    [after, ACCOUNTS_AT_ONCE, STREAM_PREFIX.length + 1],
  );
  return rows.map((row) => row.account);
}

async function eventsOf(
  snapshot: Queryable,
  registry: EventRegistry,
  accounts: readonly string[],
): Promise<RecordedEvent[]> {
  const rows = await snapshot.query<EventRow>(
    `${SELECT_EVENT} WHERE stream_id = ANY ($1) ORDER BY stream_id, stream_version`,
    [accounts.map((account) => `${STREAM_PREFIX}${account}`)],
  );
  return rows.map((row) => recorded(row, registry));
}

async function rowsOf(snapshot: Queryable, accounts: readonly string[]): Promise<StoredTerms[]> {
  return snapshot.query<StoredTerms>(
    `SELECT account, subscription, plan, seats, valid_from AS "from", valid_to AS "to", known_from AS "knownFrom", known_to AS "knownTo"
     FROM accounts.subscription WHERE account = ANY ($1)`,
    [accounts],
  );
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
