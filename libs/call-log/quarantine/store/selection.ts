import { type Outcome, accepted, refused } from '#outcome/outcome.js';
import type { Queryable } from '#platform/database/database.js';
import type { QuarantineFilter } from './quarantine-filter.js';
import { type KeptRecord, openRecords, recordsByIds } from './quarantine-pages.js';

/** Some records by their ids, or every open one that matches. */
export type Selection =
  { readonly ids: readonly string[] } | { readonly filter: Omit<QuarantineFilter, 'status'> };

export const MAXIMUM_IDS = 500;

/** Pages of what is selected. Records that are named must exist. */
export async function selectRecords(
  reader: Queryable,
  selection: Selection,
): Promise<Outcome<AsyncIterable<KeptRecord[]>>> {
  if ('filter' in selection) return accepted(openRecords(reader, selection.filter));
  const ids = [...new Set(selection.ids)];
  if (ids.length === 0 || ids.length > MAXIMUM_IDS) {
    return refused('invalid-selection', `Name 1 to ${MAXIMUM_IDS} records, or select by a filter.`);
  }
  const found = await recordsByIds(reader, ids);
  const missing = ids.find((id) => !found.some((record) => record.id === id));
  if (missing !== undefined) {
    return refused(
      'no-such-record',
      `There is no record ${missing} in quarantine. "fairline quarantine list" shows their ids.`,
    );
  }
  return accepted(onePage(found));
}

async function* onePage(records: KeptRecord[]): AsyncGenerator<KeptRecord[]> {
  yield records;
}
