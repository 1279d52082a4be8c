import type { Check } from '#platform/verification/check.js';
import { DifferenceList } from '#platform/verification/difference-list.js';
import type { VerifiedDatabase } from '#platform/verification/verified-database.js';
import { quarantineIdOf } from '../store-batch/batch.js';

/** A record has at most 20 KiB, a document of mod_json_cdr 65 KiB, so a page is 33 MB at most. */
const RECORDS_AT_ONCE = 500;

/** The records in quarantine still hold the bytes that came: their ids follow from origin, place and bytes. */
export async function verifyQuarantine(database: VerifiedDatabase): Promise<Check> {
  const found = new DifferenceList();
  let after = NO_RECORD;
  for (;;) {
    const page = await database.query<KeptRecord>(READ_RECORDS, [after, RECORDS_AT_ONCE]);
    for (const { id, origin, position, raw } of page) {
      if (quarantineIdOf(origin, { position, bytes: raw }) !== id)
        found.add(
          `quarantined record ${id} (${origin}, ${position}): its bytes or its origin are not what came in`,
        );
    }
    found.compared(page.length);
    const last = page.at(-1);
    if (last === undefined || page.length < RECORDS_AT_ONCE) return found.asCheck('quarantine');
    after = last.id;
  }
}

const NO_RECORD = '00000000-0000-0000-0000-000000000000';

interface KeptRecord {
  readonly id: string;
  readonly origin: string;
  readonly position: number;
  readonly raw: Buffer;
}

const READ_RECORDS =
  'SELECT id, origin, at_position AS position, raw FROM ingest.quarantine WHERE id > $1 ORDER BY id LIMIT $2';
