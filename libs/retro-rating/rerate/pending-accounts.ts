import { Injectable } from '@nestjs/common';
import { PendingRatings } from '#invoicing/pending-ratings.js';
import type { Queryable } from '#platform/database/database.js';
import { bucketOf } from '#platform/identity/ids.js';

export const RERATE_SUBSCRIPTION = 'retro-rating';

/**
 * Accounts whose change is decided and whose ratings have not followed yet: their sums may be half old and half new, so who reads sums says
 * "pending" instead. Asked in the snapshot in which the sums are read, there is no moment in between.
 */
export async function pendingAccounts(reader: Queryable): Promise<string[]> {
  return [...(await changesNotFollowed(reader)).keys()];
}

/** The pending accounts with the position of the first change that their ratings have not followed, in order of account. */
export async function changesNotFollowed(reader: Queryable): Promise<Map<string, number>> {
  const changes = await reader.query<{ account: string; position: number }>(CHANGES_PAST_CHECKPOINT, [
    RERATE_SUBSCRIPTION,
  ]);
  const pending = new Map<string, number>();
  if (changes.length === 0) return pending;
  const heads = await reader.query<{ bucket: number; position: number }>(
    'SELECT bucket, reference_position AS position FROM cdr.bucket_head WHERE bucket = ANY ($1)',
    [[...new Set(changes.map((change) => bucketOf(change.account)))]],
  );
  const ratedBy = new Map(heads.map((head) => [head.bucket, head.position]));
  for (const { account, position } of changes) {
    if (position > (ratedBy.get(bucketOf(account)) ?? 0) && !pending.has(account))
      pending.set(account, position);
  }
  return pending;
}

/** Past the checkpoint there are few events; the bucket's head says which of them are done already. */
const CHANGES_PAST_CHECKPOINT = `
  SELECT e.data ->> 'account' AS account, e.position FROM es.event e
  WHERE e.event_type = 'subscription.changed'
    AND e.position > coalesce((SELECT c.position FROM es.checkpoint c WHERE c.subscription = $1), 0)
  ORDER BY 1, 2`;

/** Answers invoicing, which lies below. */
@Injectable()
export class PendingRatingsReader extends PendingRatings {
  accountsPending(reader: Queryable): Promise<string[]> {
    return pendingAccounts(reader);
  }
}
