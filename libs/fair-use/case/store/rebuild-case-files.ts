import type { EventStore } from '#event-store/event-store.js';
import type { Database, Queryable, Transaction } from '#platform/database/database.js';
import { type Check, MAXIMUM_DIFFERENCES } from '#platform/verification/check.js';
import { writeCaseParts } from './case-book.js';
import { type CaseFile, SELECT_CASE_FILE, caseFileOf, writeCaseFile } from './case-file.js';
import { foldCase } from './case-history.js';

const CASES_AT_ONCE = 200;

/**
 * Fills the read models of cases again from their events, in one transaction. Nobody decides meanwhile: who has appended already waits for
 * the lock before writing its row, and so writes the newer one afterwards.
 * @returns number of cases
 */
export async function rebuildCaseFiles(database: Database, store: EventStore): Promise<number> {
  return database.transaction(async (transaction) => {
    await transaction.query(
      'LOCK TABLE fair_use.case_file, fair_use.case_finding, fair_use.case_exception IN EXCLUSIVE MODE',
    );
    await transaction.query('DELETE FROM fair_use.case_finding');
    await transaction.query('DELETE FROM fair_use.case_exception');
    await transaction.query('DELETE FROM fair_use.case_file');
    let cases = 0;
    for await (const streamId of caseStreams(transaction)) {
      const events = await store.readStream(streamId, transaction);
      const the = foldCase(events);
      await writeCaseFile(transaction, caseFileOf(the, endOf(events)));
      await writeCaseParts(transaction, the, events);
      cases += 1;
    }
    return cases;
  });
}

/** Compares the read models of cases with what their events make, in one snapshot. */
export async function verifyCaseFiles(database: Database, store: EventStore): Promise<Check> {
  return database.snapshot(async (snapshot) => {
    const differences: string[] = [];
    let compared = 0;
    for await (const streamId of caseStreams(snapshot)) {
      const events = await store.readStream(streamId, snapshot);
      const expected = caseFileOf(foldCase(events), endOf(events));
      differences.push(...(await differencesOfCase(snapshot, expected, events)));
      compared += 1;
      if (differences.length >= MAXIMUM_DIFFERENCES) {
        differences.push(`The check stopped after case ${expected.id}: there may be more differences`);
        return { name: 'cases', compared, differences };
      }
    }
    differences.push(...(await rowsWithoutStream(snapshot)));
    return { name: 'cases', compared, differences };
  });
}

async function differencesOfCase(
  snapshot: Transaction,
  expected: CaseFile,
  events: Awaited<ReturnType<EventStore['readStream']>>,
): Promise<string[]> {
  const [found] = await snapshot.query<CaseFile>(`${SELECT_CASE_FILE} WHERE id = $1`, [expected.id]);
  if (found === undefined) return [`case ${expected.id}: the row is missing`];
  const differences = Object.entries(expected)
    .filter(([field, value]) => JSON.stringify(found[field as keyof CaseFile]) !== JSON.stringify(value))
    .map(([field, value]) => {
      const stored = JSON.stringify(found[field as keyof CaseFile]);
      return `case ${expected.id}: ${field} is ${stored}, its events say ${JSON.stringify(value)}`;
    });
  for (const [what, sql, type] of PARTS) {
    const stored = (await snapshot.query<{ part: string }>(sql, [expected.id])).map((row) => row.part);
    const said = events.filter((event) => event.type === type).map((event) => partOf(event));
    if (JSON.stringify(stored) !== JSON.stringify(said.sort())) {
      differences.push(
        `case ${expected.id}: ${what} are ${stored.join(' ')}, its events say ${said.join(' ')}`,
      );
    }
  }
  return differences;
}

/** Findings and exceptions as one comparable text each; C order is that of JavaScript. */
const PARTS = [
  [
    'findings',
    `SELECT concat_ws('/', finding_id, rule, first_day, last_day, window_from) COLLATE "C" AS part
     FROM fair_use.case_finding WHERE case_id = $1 ORDER BY 1`,
    'case.finding-added',
  ],
  [
    'exceptions',
    `SELECT concat_ws('/', event_id, rule, excepted_user, number_id, from_day, until_day, reason) COLLATE "C" AS part
     FROM fair_use.case_exception WHERE case_id = $1 ORDER BY 1`,
    'case.exception-granted',
  ],
] as const;

function partOf({ eventId, type, data }: { eventId: string; type: string; data: unknown }): string {
  const facts = data as Readonly<Record<string, string | null>>;
  const fields =
    type === 'case.finding-added'
      ? [facts.findingId, facts.rule, facts.firstDay, facts.lastDay, facts.windowFrom]
      : [eventId, facts.rule, facts.user, facts.numberId, facts.from, facts.until, facts.reason];
  return fields.filter((field) => field != null).join('/');
}

async function rowsWithoutStream(snapshot: Queryable): Promise<string[]> {
  const rows = await snapshot.query<{ id: string; what: string }>(
    `SELECT DISTINCT c.id, c.what FROM (
       SELECT id, 'row' AS what FROM fair_use.case_file
       UNION ALL SELECT case_id, 'finding' FROM fair_use.case_finding
       UNION ALL SELECT case_id, 'exception' FROM fair_use.case_exception) c
     WHERE NOT EXISTS (SELECT FROM es.stream s WHERE s.stream_id = 'case-' || c.id) ORDER BY c.id, c.what LIMIT $1`,
    [MAXIMUM_DIFFERENCES],
  );
  // Without its number an exception for one number would be read as one for all.
  const numberless = await snapshot.query<{ id: string }>(
    `SELECT e.case_id AS id FROM fair_use.case_exception e WHERE e.number_id IS NOT NULL
       AND NOT EXISTS (SELECT FROM fair_use.excepted_number n WHERE n.id = e.number_id) ORDER BY e.case_id LIMIT $1`,
    [MAXIMUM_DIFFERENCES],
  );
  return [
    ...rows.map(({ id, what }) => `case ${id}: there is a ${what}, but no events`),
    ...numberless.map(({ id }) => `case ${id}: the number of an exception is missing`),
  ];
}

/** Ids of all streams of cases, a page at a time. */
async function* caseStreams(reader: Queryable): AsyncGenerator<string> {
  let after = '';
  for (;;) {
    const page = await reader.query<{ stream_id: string }>(
      "SELECT stream_id FROM es.stream WHERE category = 'case' AND stream_id > $1 ORDER BY stream_id LIMIT $2",
      [after, CASES_AT_ONCE],
    );
    for (const row of page) yield row.stream_id;
    const last = page.at(-1);
    if (last === undefined || page.length < CASES_AT_ONCE) return;
    after = last.stream_id;
  }
}

function endOf(events: readonly { streamVersion: number; position: number }[]): {
  streamVersion: number;
  position: number;
} {
  const last = events.at(-1);
  return { streamVersion: last?.streamVersion ?? 0, position: last?.position ?? 0 };
}
