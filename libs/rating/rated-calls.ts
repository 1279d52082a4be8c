import type { Instant } from '#calendar/instant.js';

/**
 * What loads of reference data ask of the call log, which lies above them: whether calls have been rated that the load would change.
 * The call log implements it.
 */
export abstract class RatedCalls {
  /** Start of the latest call that was rated by a tariff; undefined when there is none. */
  abstract latestByTariff(tariff: string): Promise<Instant | undefined>;
}
