import { type Instant, formatInstant } from '#calendar/instant.js';
import { type Outcome, accepted, refused } from '#outcome/outcome.js';
import type { Queryable } from '../database/database.js';

/**
 * The one clock that stamps decisions: notices, deliveries, deadlines (fair-use rules, "One business clock"). It is the
 * system's clock unless it has been stepped; then it stands still at the stepped instant, for every process of the database.
 */
export class BusinessClock {
  constructor(
    private readonly database: Queryable,
    private readonly systemNow: () => number = Date.now,
  ) {}

  async now(): Promise<Instant> {
    const [row] = await this.database.query<{ now_is: number | null }>(
      'SELECT now_is FROM platform.business_clock',
    );
    return (row?.now_is ?? this.systemNow()) as Instant;
  }

  /** Steps forward; a business clock never goes back, since what it stamped would lie in the future. */
  async stepTo(at: Instant): Promise<Outcome<Instant>> {
    const rows = await this.database.query(
      'UPDATE platform.business_clock SET now_is = to_timestamp($1::double precision / 1000) WHERE now_is IS NULL OR now_is <= to_timestamp($1::double precision / 1000) RETURNING id',
      [at],
    );
    if (rows.length === 1) return accepted(at);
    return refused(
      'clock-backwards',
      `The business clock is past ${formatInstant(at)}; it can only be stepped forward.`,
    );
  }
}
