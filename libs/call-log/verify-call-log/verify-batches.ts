import type { Queryable } from '#platform/database/database.js';
import type { Check } from '#platform/verification/check.js';
import { DifferenceList } from '#platform/verification/difference-list.js';
import type { VerifiedDatabase } from '#platform/verification/verified-database.js';

const BATCHES_AT_ONCE = 500;

/**
 * Every completed batch against what the buckets say of it: nothing read may be neither accepted, nor a duplicate, nor in quarantine.
 * Batches in work are left out; a completed one never changes, so the two tables need no common snapshot.
 */
export async function verifyBatches(database: VerifiedDatabase): Promise<Check> {
  const found = new DifferenceList();
  let after = NO_BATCH;
  for (;;) {
    const page = await database.query<BatchRow>(READ_BATCHES, [after, BATCHES_AT_ONCE]);
    const sums = await sumsOf(
      database,
      page.map((batch) => batch.id),
    );
    for (const batch of page) compare(batch, sums.get(batch.id) ?? NOTHING, found);
    found.compared(page.length);
    const last = page.at(-1);
    if (last === undefined || page.length < BATCHES_AT_ONCE) return found.asCheck('batches');
    after = last.id;
  }
}

const NO_BATCH = '00000000-0000-0000-0000-000000000000';

interface BatchRow {
  readonly id: string;
  readonly origin: string;
  readonly from_position: number;
  readonly read: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly quarantined: number;
  /** Told of an answer; the call itself comes with its end. */
  readonly opened: number;
}

interface BatchSums {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly opened: number;
}

const NOTHING: BatchSums = { accepted: 0, duplicates: 0, rejected: 0, opened: 0 };

function compare(batch: BatchRow, sums: BatchSums, found: DifferenceList): void {
  const { read, accepted, opened, duplicates, quarantined } = batch;
  const where = `batch ${batch.id} (${batch.origin}, from ${batch.from_position})`;
  const made = accepted + opened + duplicates + quarantined;
  if (read !== made) {
    const parts = `accepted ${accepted}, ${opened === 0 ? '' : `opened ${opened}, `}duplicates ${duplicates}`;
    found.add(`${where}: read ${read}, but ${parts} and quarantined ${quarantined} make ${made}`);
  }
  if (accepted !== sums.accepted)
    found.add(`${where}: accepted ${accepted}, its buckets have ${sums.accepted}`);
  if (opened !== sums.opened) found.add(`${where}: opened ${opened}, its buckets have ${sums.opened}`);
  if (duplicates !== sums.duplicates)
    found.add(`${where}: duplicates ${duplicates}, its buckets counted ${sums.duplicates}`);
  if (quarantined < sums.rejected)
    found.add(`${where}: quarantined ${quarantined}, its buckets alone rejected ${sums.rejected}`);
}

async function sumsOf(reader: Queryable, batches: readonly string[]): Promise<Map<string, BatchSums>> {
  if (batches.length === 0) return new Map();
  const rows = await reader.query<BatchSums & { batch: string }>(
    `SELECT batch, sum(accepted) AS accepted, sum(duplicates) AS duplicates, sum(rejected) AS rejected, sum(opened) AS opened
     FROM cdr.batch_result WHERE batch = ANY ($1::uuid[]) GROUP BY batch`,
    [batches],
  );
  return new Map(rows.map((row) => [row.batch, row]));
}

const READ_BATCHES = `
  SELECT id, origin, from_position, coalesce(read, 0) AS read, coalesce(accepted, 0) AS accepted, coalesce(duplicates, 0) AS duplicates,
    coalesce(quarantined, 0) AS quarantined, opened
  FROM ingest.batch WHERE completed_at IS NOT NULL AND id > $1 ORDER BY id LIMIT $2`;
