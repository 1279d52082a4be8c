import type { Instant } from '#calendar/instant.js';
import type { LocalDate } from '#calendar/local-date.js';
import type { Queryable } from '#platform/database/database.js';
import { Assignments, type NumberAssignment, type UserAssignment } from '../domain/assignments.js';
import type { SubscriptionTerms } from '../domain/subscriptions.js';

/** Known at a position: recorded not after it and not withdrawn up to it. */
const KNOWN = 'known_from <= $1 AND (known_to IS NULL OR known_to > $1)';

/** The assignments as known at a position of the event store; memory grows with numbers and users, not with calls. */
export async function readAssignments(reader: Queryable, position: number): Promise<Assignments> {
  const accounts = await reader.query<{ id: string }>(
    'SELECT id FROM accounts.account WHERE position <= $1',
    [position],
  );
  const numbers = await reader.query<NumberAssignment>(
    `SELECT account, number, valid_from AS "from", valid_to AS "to" FROM accounts.number_assignment WHERE ${KNOWN}`,
    [position],
  );
  const users = await reader.query<UserAssignment>(
    `SELECT account, user_id AS "user", number, subscription, test, valid_from AS "from", valid_to AS "to"
     FROM accounts.user_assignment WHERE ${KNOWN}`,
    [position],
  );
  return new Assignments(
    position,
    new Set(accounts.map((account) => account.id)),
    numbers,
    users,
    await readSubscriptions(reader, position),
  );
}

export interface AccountSubscription extends SubscriptionTerms {
  readonly account: string;
}

/** Subscriptions of all accounts, or of the named ones, as known at a position. */
export async function readSubscriptions(
  reader: Queryable,
  position: number,
  accounts: readonly string[] | null = null,
): Promise<AccountSubscription[]> {
  return reader.query<AccountSubscription>(
    `SELECT account, subscription, plan, seats, valid_from AS "from", valid_to AS "to" FROM accounts.subscription
     WHERE ${KNOWN} AND ($2::text[] IS NULL OR account = ANY ($2)) ORDER BY account, subscription, valid_from`,
    [position, accounts],
  );
}

export interface AccountAddOn {
  readonly account: string;
  readonly addOn: string;
  readonly retentionDays: number | null;
  readonly from: LocalDate;
  readonly to: LocalDate | null;
}

export async function readAddOns(
  reader: Queryable,
  position: number,
  accounts: readonly string[],
): Promise<AccountAddOn[]> {
  return reader.query<AccountAddOn>(
    `SELECT account, add_on AS "addOn", retention_days AS "retentionDays", valid_from AS "from", valid_to AS "to"
     FROM accounts.add_on WHERE ${KNOWN} AND account = ANY ($2) ORDER BY account, add_on, valid_from`,
    [position, accounts],
  );
}

/** How many users an account has on a day: add-ons for the whole account are priced by it. Test users do not count. */
export async function countUsers(
  reader: Queryable,
  at: Instant,
  accounts: readonly string[],
): Promise<Map<string, number>> {
  const rows = await reader.query<{ account: string; users: number }>(
    `SELECT account, count(*) AS users FROM accounts.user_assignment
     WHERE known_to IS NULL AND NOT test AND account = ANY ($1)
       AND valid_from <= to_timestamp($2::double precision / 1000) AND (valid_to IS NULL OR valid_to > to_timestamp($2::double precision / 1000))
     GROUP BY account`,
    [accounts, at],
  );
  return new Map(rows.map((row) => [row.account, row.users]));
}
