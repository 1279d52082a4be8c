import { AMSTERDAM } from '#calendar/billing-zone.js';
import type { Instant } from '#calendar/instant.js';
import type { Queryable } from '#platform/database/database.js';
import { type RecordBytes, recordReader } from '../../formats/record-reader.js';
import { findKnownCalls, readStoredFields } from '../../store/known-calls.js';

/** One field in which two records of the same call differ; instants in the billing zone. */
export interface DifferingField {
  readonly field: string;
  /** As the log has it. */
  readonly first: string | number | null;
  /** As this record has it. */
  readonly second: string | number | null;
}

export interface Conflict {
  /** Normalised fields of the call in the log; null when it is not there (any more). */
  readonly first: Readonly<Record<string, string | number | null>> | null;
  readonly second: Readonly<Record<string, string | number | null>> | null;
  readonly differing: readonly DifferingField[];
}

const THE_BEGINNING = 0 as Instant;
const IN_ANY_TIME = Number.MAX_SAFE_INTEGER as Instant;

/** Both versions of a call, side by side. The user of the first is the one that was found; of the second the one that was sent. */
export async function conflictOf(
  reader: Queryable,
  callKey: string,
  origin: string,
  record: RecordBytes,
): Promise<Conflict> {
  const known = (await findKnownCalls(reader, [callKey], THE_BEGINNING)).get(callKey);
  const stored = known === undefined ? undefined : await readStoredFields(reader, known);
  const parsed = recordReader(origin)(record, IN_ANY_TIME);
  const first = stored === undefined ? null : shownFields({ ...stored });
  const second = parsed.ok ? shownFields(withoutIdentity({ ...parsed.record })) : null;
  if (first === null || second === null) return { first, second, differing: [] };
  const differing = Object.keys(first)
    // An answer has no end yet, and says nothing about it.
    .filter((field) => field in second && first[field] !== second[field])
    .map((field) => ({ field, first: first[field] ?? null, second: second[field] ?? null }));
  return { first, second, differing };
}

function withoutIdentity<T extends { source: unknown; id: unknown; account: unknown }>({
  source: _source,
  id: _id,
  account: _account,
  ...fields
}: T) {
  return fields;
}

function shownFields(
  fields: Readonly<Record<string, string | number | null>>,
): Readonly<Record<string, string | number | null>> {
  return Object.fromEntries(
    Object.entries(fields).map(([field, value]) => [
      field === 'talkSeconds' ? 'durationSeconds' : field,
      typeof value === 'number' && field.endsWith('At') ? AMSTERDAM.format(value as Instant) : value,
    ]),
  );
}
