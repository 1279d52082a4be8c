import type { Instant } from '#calendar/instant.js';
import type { LocalDate } from '#calendar/local-date.js';
import { booleanArray, textArray, timestamptzArray, uuidArray } from '#platform/database/binary-array.js';
import type { Transaction } from '#platform/database/database.js';
import { causedId } from '#platform/identity/ids.js';

export interface NumberToAssign {
  readonly account: string;
  readonly number: string;
  readonly from: Instant;
  readonly to: Instant | null;
}

export interface UserToAssign {
  readonly account: string;
  readonly user: string;
  readonly number: string | null;
  readonly subscription: string | null;
  readonly test: boolean;
  readonly from: Instant;
  readonly to: Instant | null;
}

export interface AddOnToStart {
  readonly account: string;
  readonly addOn: string;
  readonly retentionDays: number | null;
  readonly from: LocalDate;
  readonly to: LocalDate | null;
}

/** One statement for any number of rows; a number that another account has at the time violates the exclusion constraint. */
export async function assignNumbers(
  transaction: Transaction,
  numbers: readonly NumberToAssign[],
  position: number,
): Promise<void> {
  if (numbers.length === 0) return;
  await transaction.query(
    `INSERT INTO accounts.number_assignment (id, account, number, valid_from, valid_to, known_from)
     SELECT n.id, n.account, n.number, n.valid_from, n.valid_to, $6
     FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[]) AS n(id, account, number, valid_from, valid_to)`,
    [
      uuidArray(numbers.map((one) => uuid(causedId('number', one.account, one.number, one.from)))),
      textArray(numbers.map((one) => one.account)),
      textArray(numbers.map((one) => one.number)),
      timestamptzArray(numbers.map((one) => one.from)),
      timestamptzArray(numbers.map((one) => one.to)),
      position,
    ],
  );
}

export async function assignUsers(
  transaction: Transaction,
  users: readonly UserToAssign[],
  position: number,
): Promise<void> {
  if (users.length === 0) return;
  await transaction.query(
    `INSERT INTO accounts.user_assignment (id, account, user_id, number, subscription, test, valid_from, valid_to, known_from)
     SELECT u.id, u.account, u.user_id, u.number, u.subscription, u.test, u.valid_from, u.valid_to, $9
     FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::boolean[], $7::timestamptz[], $8::timestamptz[])
       AS u(id, account, user_id, number, subscription, test, valid_from, valid_to)`,
    [
      uuidArray(users.map((one) => uuid(causedId('user', one.account, one.user, one.from)))),
      textArray(users.map((one) => one.account)),
      textArray(users.map((one) => one.user)),
      textArray(users.map((one) => one.number)),
      textArray(users.map((one) => one.subscription)),
      booleanArray(users.map((one) => one.test)),
      timestamptzArray(users.map((one) => one.from)),
      timestamptzArray(users.map((one) => one.to)),
      position,
    ],
  );
}

export async function startAddOns(
  transaction: Transaction,
  addOns: readonly AddOnToStart[],
  position: number,
): Promise<void> {
  for (const one of addOns) {
    await transaction.query(
      `INSERT INTO accounts.add_on (account, add_on, retention_days, valid_from, valid_to, known_from)
       VALUES ($1, $2, $3, $4, $5, $6)`,
      [one.account, one.addOn, one.retentionDays, one.from, one.to, position],
    );
  }
}

export interface HeldAssignments {
  readonly numbers: ReadonlySet<string>;
  readonly users: ReadonlySet<string>;
  readonly addOns: ReadonlySet<string>;
}

/** What an account has now: what a file mentions again stays as it is. */
export async function readHeld(transaction: Transaction, account: string): Promise<HeldAssignments> {
  const rows = await transaction.query<{ kind: string; id: string }>(
    `SELECT 'number' AS kind, number AS id FROM accounts.number_assignment WHERE account = $1 AND known_to IS NULL
     UNION ALL SELECT 'user', user_id FROM accounts.user_assignment WHERE account = $1 AND known_to IS NULL
     UNION ALL SELECT 'add-on', add_on FROM accounts.add_on WHERE account = $1 AND known_to IS NULL`,
    [account],
  );
  const of = (kind: string) => new Set(rows.filter((row) => row.kind === kind).map((row) => row.id));
  return { numbers: of('number'), users: of('user'), addOns: of('add-on') };
}

function uuid(text: string): Buffer {
  return Buffer.from(text.replaceAll('-', ''), 'hex');
}
