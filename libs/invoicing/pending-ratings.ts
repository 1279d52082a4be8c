import type { Queryable } from '#platform/database/database.js';

/** What a bill run asks of retroactive rating, which lies above. */
export abstract class PendingRatings {
  /**
   * Accounts with a change of subscription that is decided while the ratings of their calls have not followed yet: their sums would be
   * half old and half new.
   * @param reader the snapshot in which the drafts are read. Asking there leaves no moment between the question and the sums.
   */
  abstract accountsPending(reader: Queryable): Promise<string[]>;
}
