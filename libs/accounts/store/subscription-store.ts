import type { Queryable, Transaction } from '#platform/database/database.js';
import type { RecordedEvent } from '#event-store/event.js';
import {
  type SubscriptionEvent,
  type SubscriptionTerms,
  type Subscriptions,
  evolveSubscriptions,
  noSubscriptions,
} from '../domain/subscriptions.js';

/** Subscriptions of one account live in one stream. */
export function subscriptionStreamOf(account: string): string {
  return `subscriptions-${account}`;
}

/** The terms that a stream's events make. */
export function subscriptionsFrom(events: readonly RecordedEvent[]): Subscriptions {
  return events.reduce(
    (state, event) => evolveSubscriptions(state, asSubscriptionEvent(event)),
    noSubscriptions,
  );
}

function asSubscriptionEvent(event: RecordedEvent): SubscriptionEvent {
  if (event.type !== 'subscription.started' && event.type !== 'subscription.changed') {
    throw new Error(`${event.streamId} holds ${event.type}, which is no event of a subscription`);
  }
  return { type: event.type, data: event.data } as SubscriptionEvent;
}

/**
 * Brings the rows of an account to what its terms are now, in the transaction of the event: rows that no longer hold are closed at the
 * event's position, new ones are known from it. So "as known at P" stays readable.
 */
export async function writeSubscriptions(
  transaction: Transaction,
  account: string,
  before: Subscriptions,
  after: Subscriptions,
  position: number,
): Promise<void> {
  const gone = before.filter((terms) => !after.some((other) => sameTerms(terms, other)));
  const come = after.filter((terms) => !before.some((other) => sameTerms(terms, other)));
  for (const terms of gone) {
    await transaction.query(
      'UPDATE accounts.subscription SET known_to = $4 WHERE account = $1 AND subscription = $2 AND valid_from = $3 AND known_to IS NULL',
      [account, terms.subscription, terms.from, position],
    );
  }
  for (const terms of come) {
    await transaction.query(
      `INSERT INTO accounts.subscription (account, subscription, plan, seats, valid_from, valid_to, known_from)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [account, terms.subscription, terms.plan, terms.seats, terms.from, terms.to, position],
    );
  }
}

function sameTerms(a: SubscriptionTerms, b: SubscriptionTerms): boolean {
  return (
    a.subscription === b.subscription &&
    a.plan === b.plan &&
    a.seats === b.seats &&
    a.from === b.from &&
    a.to === b.to
  );
}

export interface StoredTerms extends SubscriptionTerms {
  readonly account: string;
}

/** The rows that hold now, for comparison with what the events say. */
export async function readStoredTerms(reader: Queryable): Promise<StoredTerms[]> {
  return reader.query<StoredTerms>(
    `SELECT account, subscription, plan, seats, valid_from AS "from", valid_to AS "to" FROM accounts.subscription
     WHERE known_to IS NULL ORDER BY account, subscription, valid_from`,
  );
}
