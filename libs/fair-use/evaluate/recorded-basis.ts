import { AMSTERDAM } from '#calendar/billing-zone.js';
import { type DayNumber, dayNumberOf } from '#calendar/local-date.js';
import { readCatalogue } from '#catalogue/store/catalogue-store.js';
import type { Queryable } from '#platform/database/database.js';
import { windowStart } from '../domain/judging-calendar.js';
import type { JudgedDayRow } from '../store/judged-day-reader.js';
import { policiesInUse } from '../store/judging-reader.js';
import { type Basis, longestWindow } from './folded-use.js';

/**
 * What recorded days rested on, to judge or show them again.
 * @throws Error when the catalogue does not have the policy version any more: catalogue versions are never removed
 */
export async function recordedBasis(
  reader: Queryable,
  first: JudgedDayRow,
  through: DayNumber = dayNumberOf(first.day),
): Promise<Basis> {
  const timeline = await readCatalogue(reader, first.referencePosition);
  const policy = timeline.policyAt(first.policy, first.day);
  if (policy?.version !== first.policyVersion)
    throw new Error(
      `${first.day} was judged by version ${first.policyVersion} of ${first.policy}, which is not there`,
    );
  const firstCompleteDay = dayNumberOf(first.firstCompleteDay);
  const windowsFrom = windowStart(dayNumberOf(first.day), longestWindow(policy));
  return {
    policy,
    plans: [...(policiesInUse(timeline, firstCompleteDay, through).get(first.policy) ?? [])],
    timeline,
    calendar: {
      zone: AMSTERDAM,
      firstCompleteDay,
      incompleteDays: new Set(first.incompleteDays.map(dayNumberOf)),
    },
    referencePosition: first.referencePosition,
    cursor: first.cursor,
    exceptions: first.exceptions,
    windowsFrom,
    through,
  };
}

/** Days that can be judged again from one reading: one policy version, and the same knowledge. */
export function sameKnowledge(a: JudgedDayRow, b: JudgedDayRow): boolean {
  const known = ({
    policy,
    policyVersion,
    firstCompleteDay,
    referencePosition,
    cursor,
    exceptions,
    incompleteDays,
  }: JudgedDayRow) =>
    JSON.stringify([
      policy,
      policyVersion,
      firstCompleteDay,
      referencePosition,
      cursor,
      exceptions,
      incompleteDays,
    ]);
  return known(a) === known(b);
}
