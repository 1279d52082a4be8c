import { smallintArray, uuidArray } from '#platform/database/binary-array.js';
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

/** Which of these answers are in quarantine because their calls never ended: they do not open a call again. */
export async function findClosedOut(
  reader: Queryable,
  answers: readonly { readonly bucket: number; readonly id: string }[],
): Promise<Set<string>> {
  if (answers.length === 0) return new Set();
  const rows = await reader.query<{ id: string }>(
    `SELECT r.id FROM unnest($1::smallint[], $2::uuid[]) AS a(bucket, id)
     JOIN cdr.rejected_record r ON r.bucket = a.bucket AND r.id = a.id
     WHERE r.code = 'implausible'`,
    [
      smallintArray(answers.map(({ bucket }) => bucket)),
      uuidArray(answers.map(({ id }) => Buffer.from(id.replaceAll('-', ''), 'hex'))),
    ],
  );
  return new Set(rows.map(({ id }) => id));
}
