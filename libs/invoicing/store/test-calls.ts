import { AMSTERDAM } from '#calendar/billing-zone.js';
import { type Period, firstDayOf, nextPeriod } from '#calendar/local-date.js';
import { integerArray } from '#platform/database/binary-array.js';
import type { Queryable } from '#platform/database/database.js';
import { bucketOf } from '#platform/identity/ids.js';

/** Calls of test users, which usage counts and an invoice does not (they are charged nothing). */
export interface TestCalls {
  readonly account: string;
  readonly class: string;
  readonly calls: number;
  readonly seconds: number;
  readonly regularCharge: number;
}

/**
 * Only accounts that ever had a test user are looked at in the call log. Seconds are those talked in the month and classes are named as
 * usage names them, so both can be taken from it.
 */
export async function readTestCalls(
  reader: Queryable,
  accounts: readonly string[],
  month: Period,
): Promise<TestCalls[]> {
  const having = await reader.query<{ account: string }>(
    'SELECT DISTINCT account FROM accounts.user_assignment WHERE account = ANY ($1) AND test',
    [accounts],
  );
  if (having.length === 0) return [];
  const ids = having.map((row) => row.account);
  return reader.query<TestCalls>(
    `SELECT account, class, count(*) FILTER (WHERE begun) AS calls, sum(seconds)::bigint AS seconds,
       coalesce(sum(regular_charge) FILTER (WHERE begun), 0)::bigint AS "regularCharge"
     FROM (
       SELECT c.account_id AS account, c.started_at >= m.begins AS begun, ${SECONDS_IN_MONTH} AS seconds, ${USAGE_CLASS} AS class,
         coalesce(r.regular_charge, c.regular_charge) AS regular_charge
       FROM unnest($1::text[], $2::int[]) AS a(account, bucket)
       CROSS JOIN (SELECT to_timestamp($3::double precision / 1000) AS begins, to_timestamp($4::double precision / 1000) AS ends) m
       JOIN cdr.call_record c ON c.bucket = a.bucket AND c.account_id = a.account
         AND c.started_at >= m.begins - ${LONGEST_CALL} AND c.started_at < m.ends AND c.test
       LEFT JOIN LATERAL (
         SELECT r.class, r.seq, r.regular_charge FROM cdr.call_rating r WHERE r.bucket = c.bucket AND r.call_key = c.call_key ORDER BY r.seq DESC LIMIT 1
       ) r ON true
     ) calls
     GROUP BY account, class HAVING count(*) FILTER (WHERE begun) > 0 OR sum(seconds) > 0`,
    [
      ids,
      integerArray(ids.map(bucketOf)),
      AMSTERDAM.startOfDay(firstDayOf(month)),
      AMSTERDAM.startOfDay(firstDayOf(nextPeriod(month))),
    ],
  );
}

/** A call has 7 days at most (contracts section 1), so one that reaches into a month began no earlier than that before it. */
export const LONGEST_CALL = `interval '7 days'`;

/** Seconds of a call `c` talked within `[m.begins, m.ends)`; a second that straddles the boundary counts where it begins. */
export const SECONDS_IN_MONTH = `CASE WHEN c.answered_at IS NULL THEN 0 ELSE
  least(c.talk_seconds, greatest(0, ceil(extract(epoch FROM m.ends - c.answered_at))))
  - least(c.talk_seconds, greatest(0, ceil(extract(epoch FROM m.begins - c.answered_at)))) END`;

/** The class under which usage counts a call `c` with latest rating `r`. */
export const USAGE_CLASS = `coalesce(CASE WHEN r.seq IS NULL THEN c.class ELSE r.class END,
  CASE c.direction WHEN 0 THEN 'unrated' WHEN 1 THEN 'inbound' ELSE 'internal' END)`;
