import { AMSTERDAM } from '#calendar/billing-zone.js';
import { type Period, firstDayOf, lastDayOf, type LocalDate } from '#calendar/local-date.js';
import type { Queryable } from '#platform/database/database.js';
import type { UserStep } from '../domain/draft-invoice.js';

/**
 * How many users accounts have on the days of a month, as known at a position: the number on its first day and each day on which it
 * changes. A user counts from the local day on which it begins, and no more from the local day on which it ends. Test users do not.
 */
export async function readUserSteps(
  reader: Queryable,
  accounts: readonly string[],
  month: Period,
  position: number,
): Promise<Map<string, UserStep[]>> {
  const rows = await reader.query<{ account: string; from: LocalDate; users: number }>(
    `WITH days AS (
       SELECT account, greatest((valid_from AT TIME ZONE $5)::date, $3::date) AS first_day, (valid_to AT TIME ZONE $5)::date AS end_day
       FROM accounts.user_assignment
       WHERE account = ANY ($1) AND NOT test AND known_from <= $2 AND (known_to IS NULL OR known_to > $2)
     ), steps AS (
       SELECT account, first_day AS day, 1 AS users FROM days
       WHERE first_day <= $4::date AND (end_day IS NULL OR end_day > first_day)
       UNION ALL
       SELECT account, end_day, -1 FROM days WHERE end_day > first_day AND end_day <= $4::date
     )
     SELECT account, day AS "from", (sum(sum(users)) OVER (PARTITION BY account ORDER BY day))::bigint AS users
     FROM steps GROUP BY account, day ORDER BY account, day`,
    [accounts, position, firstDayOf(month), lastDayOf(month), AMSTERDAM.name],
  );
  const steps = new Map<string, UserStep[]>();
  for (const { account, from, users } of rows) {
    const ofAccount = steps.get(account);
    if (ofAccount === undefined) steps.set(account, [{ from, users }]);
    else ofAccount.push({ from, users });
  }
  return steps;
}
