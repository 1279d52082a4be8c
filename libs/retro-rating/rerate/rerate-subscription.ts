import { AMSTERDAM } from '#calendar/billing-zone.js';
import type { SubscriptionChanged } from '#accounts/domain/subscriptions.js';
import type { Subscription } from '#event-store/subscription.js';
import type { Queryable } from '#platform/database/database.js';
import type { Rerater } from './rerater.js';

export const RERATE_SUBSCRIPTION = 'retro-rating';

/** Follows changed subscriptions: each is the commit point, and the ratings in the buckets follow from here, idempotently. */
export function rerateSubscription(rerater: Rerater): Subscription {
  return {
    name: RERATE_SUBSCRIPTION,
    types: ['subscription.changed'],
    react: async (event) => {
      const { account, from } = event.data as SubscriptionChanged;
      await rerater.rerate({
        eventId: event.eventId,
        position: event.position,
        account,
        from: AMSTERDAM.startOfDay(from),
      });
    },
  };
}

/** Accounts whose change is decided and whose ratings have not followed yet: their sums are pending, never half. */
export async function pendingAccounts(reader: Queryable): Promise<string[]> {
  const rows = await reader.query<{ account: string }>(
    `SELECT DISTINCT s.account FROM accounts.subscription s
     WHERE s.known_from > coalesce((SELECT c.position FROM es.checkpoint c WHERE c.subscription = $1), 0)
       AND EXISTS (SELECT FROM accounts.subscription b WHERE b.account = s.account AND b.known_to IS NOT NULL)`,
    [RERATE_SUBSCRIPTION],
  );
  return rows.map((row) => row.account);
}
