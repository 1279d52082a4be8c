import type { Queryable } from '#platform/database/database.js';
import type { CallReference } from '../domain/finding.js';
import type { StoredFinding } from './judged-day-writer.js';

/** More than a case can gather in a year by three rules. */
const MAXIMUM_FINDINGS = 1_200;

/** The findings of a case with all their figures, in order of day and rule. */
export async function readFindingsOfCase(reader: Queryable, caseId: string): Promise<StoredFinding[]> {
  const rows = await reader.query<{ evidence: StoredFinding }>(
    `SELECT f.evidence FROM fair_use.case_finding c JOIN fair_use.finding f ON f.id = c.finding_id::uuid
     WHERE c.case_id = $1 ORDER BY f.day, f.rule LIMIT $2`,
    [caseId, MAXIMUM_FINDINGS],
  );
  return rows.map((row) => row.evidence);
}

export async function readFinding(reader: Queryable, findingId: string): Promise<StoredFinding | undefined> {
  const [row] = await reader.query<{ evidence: StoredFinding }>(
    'SELECT evidence FROM fair_use.finding WHERE id = $1',
    [findingId],
  );
  return row?.evidence;
}

/** The calls of episodes and bursts, by the id that findings name. */
export async function readEvidenceCalls(
  reader: Queryable,
  ids: readonly string[],
): Promise<Map<string, readonly CallReference[]>> {
  const rows = await reader.query<{ id: string; calls: CallReference[] }>(
    'SELECT id, calls FROM fair_use.evidence WHERE id = ANY ($1::uuid[])',
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row.calls]));
}
