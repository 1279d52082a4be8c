import { Injectable } from '@nestjs/common';
import { AMSTERDAM } from '#calendar/billing-zone.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import { Database } from '#platform/database/database.js';

export type AccessKind = 'list' | 'show' | 'export';

/** Who looked at quarantined records. Looking is no decision, so it is no event; a row per day, person and filter counts it. */
@Injectable()
export class QuarantineAccess {
  constructor(
    private readonly database: Database,
    private readonly clock: BusinessClock,
  ) {}

  async note(kind: AccessKind, by: string, filter: string, records: number): Promise<void> {
    const now = await this.clock.now();
    await this.database.transaction(async (transaction) => {
      await transaction.query(
        `INSERT INTO ingest.quarantine_access AS a (day, by, kind, filter, times, records, last_at)
         VALUES ($1, $2, $3, $4, 1, $5, to_timestamp($6::double precision / 1000))
         ON CONFLICT (day, by, kind, filter) DO UPDATE SET times = a.times + 1, records = a.records + excluded.records, last_at = excluded.last_at`,
        [AMSTERDAM.localDateAt(now), by, kind, filter, records, now],
      );
    });
  }
}
