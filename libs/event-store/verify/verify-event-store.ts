import type { Queryable } from '#platform/database/database.js';
import type { Check } from '#platform/verification/check.js';
import { DifferenceList } from '#platform/verification/difference-list.js';
import type { VerifiedDatabase } from '#platform/verification/verified-database.js';
import type { EventRegistry } from '../event-registry.js';
import { type EventRow, SELECT_EVENT, recorded } from '../event-rows.js';

const EVENTS_AT_ONCE = 1_000;

/**
 * The event store against its own rules, in one snapshot: the versions of a stream are 1, 2, 3, ... in order of position and as many as
 * the stream says; every event can be read by this program.
 */
export async function verifyEventStore(database: VerifiedDatabase, registry: EventRegistry): Promise<Check> {
  return database.snapshot(async (snapshot) => {
    const found = new DifferenceList();
    const rows = await snapshot.query<{ sentence: string }>(STREAMS, [found.room]);
    for (const { sentence } of rows) found.add(sentence);
    await readEveryEvent(snapshot, registry, found);
    return found.asCheck('event store');
  });
}

async function readEveryEvent(
  snapshot: Queryable,
  registry: EventRegistry,
  found: DifferenceList,
): Promise<void> {
  let after = 0;
  for (;;) {
    const page = await snapshot.query<EventRow>(
      `${SELECT_EVENT} WHERE position > $1 ORDER BY position LIMIT $2`,
      [after, EVENTS_AT_ONCE],
    );
    for (const row of page) {
      const problem = problemOf(row, registry);
      if (problem !== undefined)
        found.add(`event ${row.position} (${row.stream_id}, version ${row.stream_version}): ${problem}`);
    }
    found.compared(page.length);
    const last = page.at(-1);
    if (last === undefined || page.length < EVENTS_AT_ONCE) return;
    after = last.position;
  }
}

function problemOf(row: EventRow, registry: EventRegistry): string | undefined {
  try {
    recorded(row, registry);
    return undefined;
  } catch (error) {
    return (error as Error).message.replaceAll(/\s+/g, ' ').slice(0, 300);
  }
}

const STREAMS = `
  WITH steps AS (
    SELECT stream_id, stream_version, position, row_number() OVER (PARTITION BY stream_id ORDER BY position) AS nth FROM es.event),
  streams AS (
    SELECT stream_id, count(*) AS events, count(*) FILTER (WHERE nth <> stream_version) AS misplaced,
      min(stream_version) FILTER (WHERE nth <> stream_version) AS first_misplaced
    FROM steps GROUP BY stream_id)
  SELECT format('stream %s: %s', stream_id, CASE
      WHEN s.version IS NULL THEN format('it has %s events, but is not known as a stream', e.events)
      WHEN e.events IS NULL THEN format('it is said to be at version %s, but has no events', s.version)
      WHEN e.misplaced > 0 THEN format('version %s does not follow the one before it: an event is missing or out of order', e.first_misplaced)
      WHEN s.category <> split_part(stream_id, '-', 1) THEN format('its category is %s', s.category)
      ELSE format('it is said to be at version %s, but has %s events', s.version, e.events) END) AS sentence
  FROM es.stream s FULL JOIN streams e USING (stream_id)
  WHERE s.version IS NULL OR e.events IS NULL OR e.misplaced > 0 OR s.version <> e.events OR s.category <> split_part(stream_id, '-', 1)
  ORDER BY stream_id LIMIT $1`;
