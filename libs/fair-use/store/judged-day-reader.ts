import { type LocalDate, dayNumberOf } from '#calendar/local-date.js';
import type { Queryable } from '#platform/database/database.js';
import type { DatedException } from '../domain/kept-out.js';

/** A judged day as it was recorded: what it rests on. */
export interface JudgedDayRow {
  readonly policy: string;
  readonly day: LocalDate;
  readonly policyVersion: number;
  readonly firstCompleteDay: LocalDate;
  readonly referencePosition: number;
  readonly cursor: readonly number[];
  readonly calls: number;
  readonly checksum: number;
  readonly exceptions: readonly DatedException[];
  readonly incompleteDays: readonly LocalDate[];
  readonly accountsJudged: number;
}

const SELECT = `
  SELECT policy, day, policy_version AS "policyVersion", first_complete_day AS "firstCompleteDay", reference_position AS "referencePosition",
    cursor::text[] AS cursor, calls, checksum, exceptions, incomplete_days::text[] AS "incompleteDays", accounts_judged AS "accountsJudged"
  FROM fair_use.judged_day`;

export async function readJudgedDay(
  reader: Queryable,
  policy: string,
  day: LocalDate,
): Promise<JudgedDayRow | undefined> {
  const [row] = await reader.query<JudgedDayRow & { cursor: string[] }>(
    `${SELECT} WHERE policy = $1 AND day = $2`,
    [policy, day],
  );
  return row === undefined ? undefined : exact(row);
}

/** All judged days, by policy and day. */
export async function readJudgedDays(reader: Queryable): Promise<JudgedDayRow[]> {
  const rows = await reader.query<JudgedDayRow & { cursor: string[] }>(`${SELECT} ORDER BY policy, day`);
  return rows.map(exact);
}

function exact(row: JudgedDayRow & { cursor: readonly (string | number)[] }): JudgedDayRow {
  return { ...row, cursor: row.cursor.map(Number) };
}

export function dayOf(row: JudgedDayRow) {
  return dayNumberOf(row.day);
}
