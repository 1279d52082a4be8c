import type { Queryable } from '#platform/database/database.js';
import type { DifferenceList } from '#platform/verification/difference-list.js';
import { HELD_IN_QUARANTINE, QUARANTINED_BY_BATCHES, SHORT_BATCHES } from './intake-queries.js';

/** What an origin has in quarantine, over all its days: quarantined = open + redriven + discarded + keptBefore. */
export interface OriginQuarantine {
  readonly origin: string;
  readonly quarantined: number;
  open: number;
  redriven: number;
  discarded: number;
  /** Came again in another batch of the origin and were in quarantine already. */
  readonly keptBefore: number;
  readonly bySource: Record<string, number>;
}

const ORIGINS_AT_ONCE = 200;
const LISTED_BATCHES = 10;
const NO_SOURCE = '(none)';

/** What batches of these origins quarantined against what is there. */
export async function reconcileQuarantine(
  reader: Queryable,
  origins: readonly string[],
  found: DifferenceList,
): Promise<OriginQuarantine[]> {
  const all: OriginQuarantine[] = [];
  for (let start = 0; start < origins.length; start += ORIGINS_AT_ONCE) {
    const page = origins.slice(start, start + ORIGINS_AT_ONCE);
    const said = await reader.query<Said>(QUARANTINED_BY_BATCHES, [page]);
    const held = await reader.query<Held>(HELD_IN_QUARANTINE, [page]);
    for (const one of said) {
      const sum = sumUp(
        one,
        held.filter(({ origin }) => origin === one.origin),
      );
      all.push(sum);
      if (heldOf(sum) !== sum.quarantined - sum.keptBefore) await nameThem(reader, sum, found);
    }
  }
  return all.filter((sum) => sum.quarantined > 0 || heldOf(sum) > 0);
}

interface Said {
  readonly origin: string;
  readonly quarantined: number;
  readonly keptBefore: number;
}

interface Held {
  readonly origin: string;
  readonly source: string | null;
  readonly status: 'open' | 'redriven' | 'discarded';
  readonly records: number;
}

function sumUp({ origin, quarantined, keptBefore }: Said, held: readonly Held[]): OriginQuarantine {
  const sum: OriginQuarantine = {
    origin,
    quarantined,
    open: 0,
    redriven: 0,
    discarded: 0,
    keptBefore,
    bySource: {},
  };
  for (const { source, status, records } of held) {
    sum[status] += records;
    sum.bySource[source ?? NO_SOURCE] = (sum.bySource[source ?? NO_SOURCE] ?? 0) + records;
  }
  return sum;
}

function heldOf({ open, redriven, discarded }: OriginQuarantine): number {
  return open + redriven + discarded;
}

async function nameThem(reader: Queryable, sum: OriginQuarantine, found: DifferenceList): Promise<void> {
  const held = heldOf(sum);
  const said = sum.quarantined - sum.keptBefore;
  const rows = await reader.query<{
    id: string;
    fromPosition: number;
    toPosition: number;
    quarantined: number;
    held: number;
  }>(SHORT_BATCHES, [sum.origin, LISTED_BATCHES]);
  const where = rows
    .map(
      (row) =>
        `batch ${row.id}, records ${row.fromPosition} to ${row.toPosition}: ${row.quarantined} against ${row.held}`,
    )
    .join('; ');
  found.add(
    `${sum.origin}: its batches quarantined ${said} records, ${held} are in quarantine${where === '' ? '' : ` (${where})`}`,
  );
}
