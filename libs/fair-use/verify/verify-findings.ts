import { type DayNumber, dayNumberOf } from '#calendar/local-date.js';
import type { Database } from '#platform/database/database.js';
import { type Check, MAXIMUM_DIFFERENCES } from '#platform/verification/check.js';
import { windowStart } from '../domain/judging-calendar.js';
import type { RunningVerdict } from '../domain/judge-day.js';
import { type FoldedUse, foldUse, longestWindow } from '../evaluate/folded-use.js';
import { judgeFolded, verdictsOf } from '../evaluate/policy-run.js';
import { recordedBasis, sameKnowledge } from '../evaluate/recorded-basis.js';
import { type JudgedDayRow, readJudgedDays } from '../store/judged-day-reader.js';
import { type StoredFinding, asStored, isKept } from '../store/judged-day-writer.js';
import { type VerdictsOfDay, readVerdicts } from '../store/judging-reader.js';

/** So many days at most come from one reading of the log. */
const DAYS_PER_FOLD = 92;

/**
 * Judges every recorded day again from the call log as it was at the day's cursor, and compares findings with all their figures, what
 * the next day is told, and the checksum of the calls. Cost: the log is read once per run of days that were judged with the same knowledge.
 */
export async function verifyFindings(database: Database): Promise<Check> {
  const days = await readJudgedDays(database);
  const differences: string[] = [];
  let compared = 0;
  let at = 0;
  while (at < days.length && differences.length < MAXIMUM_DIFFERENCES) {
    const run = runFrom(days, at);
    const [first] = run;
    const last = run.at(-1);
    if (first === undefined || last === undefined) break;
    const folded = await foldUse(database, await recordedBasis(database, first, dayNumberOf(last.day)));
    for (const day of run) {
      compared += 1;
      differences.push(...(await differencesOfDay(database, folded, day)));
    }
    at += run.length;
  }
  return { name: 'findings', compared, differences: bounded(differences) };
}

/** Days in a row that were judged with the same knowledge. */
function runFrom(days: readonly JudgedDayRow[], at: number): JudgedDayRow[] {
  const run: JudgedDayRow[] = [];
  const [first] = days.slice(at, at + 1);
  for (const day of days.slice(at, at + DAYS_PER_FOLD)) {
    if (first === undefined || !sameKnowledge(first, day)) break;
    run.push(day);
  }
  return run;
}

async function differencesOfDay(database: Database, folded: FoldedUse, row: JudgedDayRow): Promise<string[]> {
  const day = dayNumberOf(row.day);
  const before = await readVerdicts(database, row.policy, dayBefore(day));
  const judged = judgeFolded(folded, day, before);
  const where = `${row.policy}, ${row.day}`;
  const { calls, checksum } = folded.digestOf(windowStart(day, longestWindow(folded.basis.policy)), day);
  const differences: string[] = [];
  if (calls !== row.calls || checksum !== row.checksum)
    differences.push(
      `${where}: judged on ${row.calls} calls (${row.checksum}), the log gives ${calls} (${checksum})`,
    );
  if (judged.accountsJudged.length !== row.accountsJudged)
    differences.push(
      `${where}: ${row.accountsJudged} accounts judged, judging again judges ${judged.accountsJudged.length}`,
    );
  const kept = verdictsOf({ ...judged, verdicts: judged.verdicts.filter(isKept) });
  differences.push(
    ...differencesOf(
      `${where}: verdict`,
      textsOf(await readVerdicts(database, row.policy, day)),
      textsOf(kept),
    ),
  );
  const stored = await findingsOn(database, row);
  const again = new Map(
    judged.findings.map((finding) => [finding.findingId, canonical(asStored(finding, new Map()))]),
  );
  differences.push(...differencesOf(`${where}: finding`, stored, again));
  return differences;
}

function dayBefore(day: DayNumber): DayNumber {
  return windowStart(day, 2);
}

async function findingsOn(database: Database, row: JudgedDayRow): Promise<Map<string, string>> {
  const rows = await database.query<{ id: string; evidence: StoredFinding }>(
    'SELECT id, evidence FROM fair_use.finding WHERE policy = $1 AND day = $2',
    [row.policy, row.day],
  );
  return new Map(rows.map(({ id, evidence }) => [id, canonical(evidence)]));
}

function textsOf(verdicts: VerdictsOfDay): Map<string, string> {
  return new Map(
    Array.from(verdicts, ([key, { exceededDays, calmDays, inBreach }]: [string, RunningVerdict]) => [
      key.replace('\n', ' '),
      `${exceededDays} days over, ${calmDays} calm, ${inBreach ? 'in breach' : 'not in breach'}`,
    ]),
  );
}

function differencesOf(
  what: string,
  stored: ReadonlyMap<string, string>,
  again: ReadonlyMap<string, string>,
): string[] {
  return [...new Set([...stored.keys(), ...again.keys()])].sort().flatMap((key) => {
    const [is, should] = [stored.get(key), again.get(key)];
    if (is === should) return [];
    if (is === undefined) return [`${what} ${key} is missing: ${short(should)}`];
    return [
      `${what} ${key} is ${short(is)}, judging again gives ${should === undefined ? 'none' : short(should)}`,
    ];
  });
}

function short(text = ''): string {
  return text.length > 400 ? `${text.slice(0, 400)}...` : text;
}

/** JSON with sorted keys: the database does not keep their order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

function bounded(differences: readonly string[]): string[] {
  if (differences.length <= MAXIMUM_DIFFERENCES) return [...differences];
  return [
    ...differences.slice(0, MAXIMUM_DIFFERENCES),
    'There are more differences; the check stopped here.',
  ];
}
