import type { Instant } from '#calendar/instant.js';

/** What a change of an account asks of the call log, which lies above: up to when calls are rated already. */
export abstract class LatestCalls {
  /** Start of the account's latest call; undefined when it has none. */
  abstract latestOf(account: string): Promise<Instant | undefined>;
}
