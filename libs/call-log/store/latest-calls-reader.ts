import { Injectable } from '@nestjs/common';
import { LatestCalls } from '#accounts/latest-calls.js';
import type { Instant } from '#calendar/instant.js';
import { RatedCalls } from '#catalogue/rated-calls.js';
import { Database } from '#platform/database/database.js';
import { bucketOf } from '#platform/identity/ids.js';

/** Answers from the call log for the contexts below it. */
@Injectable()
export class LatestCallsReader implements LatestCalls, RatedCalls {
  constructor(private readonly database: Database) {}

  /** One step along the index of the account. */
  async latestOf(account: string): Promise<Instant | undefined> {
    const [row] = await this.database.query<{ started_at: Instant }>(
      'SELECT started_at FROM cdr.call_record WHERE bucket = $1 AND account_id = $2 ORDER BY started_at DESC LIMIT 1',
      [bucketOf(account), account],
    );
    return row?.started_at;
  }

  async latestSince(since: Instant): Promise<Instant | undefined> {
    const [row] = await this.database.query<{ latest: Instant | null }>(
      'SELECT max(started_at) AS latest FROM cdr.call_record WHERE started_at >= to_timestamp($1::double precision / 1000)',
      [since],
    );
    return row?.latest ?? undefined;
  }

  async latestByTariffSince(tariff: string, since: Instant): Promise<Instant | undefined> {
    const [row] = await this.database.query<{ latest: Instant | null }>(
      'SELECT max(started_at) AS latest FROM cdr.call_record WHERE tariff = $1 AND started_at >= to_timestamp($2::double precision / 1000)',
      [tariff, since],
    );
    return row?.latest ?? undefined;
  }
}
