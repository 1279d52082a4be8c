import type { Instant } from '#calendar/instant.js';

/**
 * What loads of reference data ask of the call log, which lies above them: whether calls have been rated that the load would change.
 * The call log implements it. Calls before `since` are not looked at, so the months that can't be concerned are not read.
 */
export abstract class RatedCalls {
  /** Start of the latest call at or after `since`; undefined when there is none. */
  abstract latestSince(since: Instant): Promise<Instant | undefined>;
  /** The same, of the calls that were rated by a tariff. */
  abstract latestByTariffSince(tariff: string, since: Instant): Promise<Instant | undefined>;
}
