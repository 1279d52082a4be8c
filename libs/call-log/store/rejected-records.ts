import type { Queryable } from '#platform/database/database.js';
import { QUARANTINE_CODES, type QuarantineCode } from '../domain/call-record.js';

export interface RejectedRecord {
  readonly code: QuarantineCode;
  readonly reason: string;
}

/** Which of these records a bucket holds in quarantine, by their ids. */
export async function findRejected(
  reader: Queryable,
  bucket: number,
  ids: readonly string[],
): Promise<Map<string, RejectedRecord>> {
  const rows = await reader.query<{ id: string; code: string; reason: string }>(
    'SELECT id, code, reason FROM cdr.rejected_record WHERE bucket = $1 AND id = ANY ($2::uuid[])',
    [bucket, ids],
  );
  const found = new Map<string, RejectedRecord>();
  for (const { id, code, reason } of rows) {
    const known = QUARANTINE_CODES.find((candidate) => candidate === code);
    if (known === undefined) throw new Error(`cdr.rejected_record has the code ${code}, which nobody writes`);
    found.set(id, { code: known, reason });
  }
  return found;
}
