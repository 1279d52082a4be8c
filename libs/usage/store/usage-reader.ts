import type { LocalDate } from '#calendar/local-date.js';
import { integerArray } from '#platform/database/binary-array.js';
import type { Queryable } from '#platform/database/database.js';
import { bucketOf } from '#platform/identity/ids.js';

export interface UsageRow {
  readonly day: LocalDate;
  readonly class: string;
  readonly calls: number;
  readonly coveredCalls: number;
  readonly seconds: number;
  readonly coveredSeconds: number;
  /** Micro-euros. */
  readonly charge: number;
  readonly regularCharge: number;
}

/** One account's usage, from its bucket alone. */
export async function readDailyUsage(
  reader: Queryable,
  account: string,
  from: LocalDate,
  through: LocalDate,
): Promise<UsageRow[]> {
  return reader.query<UsageRow>(READ_DAILY_USAGE, [bucketOf(account), account, from, through]);
}

export const READ_DAILY_USAGE = `
  SELECT day, class, calls, covered_calls AS "coveredCalls", seconds, covered_seconds AS "coveredSeconds", charge, regular_charge AS "regularCharge"
  FROM usage.current WHERE bucket = $1 AND account_id = $2 AND day BETWEEN $3 AND $4 ORDER BY day, class`;

export interface ClassTotals {
  readonly account: string;
  readonly class: string;
  readonly calls: number;
  readonly coveredCalls: number;
  readonly seconds: number;
  readonly charge: number;
  readonly regularCharge: number;
}

/** Totals per account and class over days, for many accounts in one statement. */
export async function readClassTotals(
  reader: Queryable,
  accounts: readonly string[],
  from: LocalDate,
  through: LocalDate,
): Promise<ClassTotals[]> {
  return reader.query<ClassTotals>(
    `SELECT u.account_id AS account, u.class, sum(u.calls) AS calls, sum(u.covered_calls) AS "coveredCalls", sum(u.seconds)::bigint AS seconds,
       sum(u.charge)::bigint AS charge, sum(u.regular_charge)::bigint AS "regularCharge"
     FROM unnest($1::text[], $2::int[]) AS a(account, bucket)
     JOIN usage.current u ON u.bucket = a.bucket AND u.account_id = a.account
     WHERE u.day BETWEEN $3 AND $4
     GROUP BY u.account_id, u.class ORDER BY u.account_id, u.class`,
    [accounts, integerArray(accounts.map(bucketOf)), from, through],
  );
}
