import { byteaArray, bigintArray, textArray, uuidArray } from '#platform/database/binary-array.js';
import type { Database } from '#platform/database/database.js';
import type { Rejection } from '../domain/call-record.js';
import { type RawBatch, type RawRecord, quarantineIdOf } from './batch.js';

/** A record of which no account is known; it is kept before any bucket is written. */
export interface UnassignedRecord {
  readonly raw: RawRecord;
  readonly rejection: Rejection;
  readonly source: string | null;
  readonly id: string | null;
}

/** The reference position by which a batch was pinned; undefined when it is new. */
export async function readPin(database: Database, batchId: string): Promise<number | undefined> {
  const [row] = await database.query<{ reference_position: number }>(
    'SELECT reference_position FROM ingest.batch WHERE id = $1',
    [batchId],
  );
  return row?.reference_position;
}

/**
 * Pins a batch before its buckets are written: a retry after a crash assigns its records by the same reference data, so it finds the same
 * accounts. What has no account is kept in the same transaction.
 * @returns the position that holds: another one if another process pinned the batch first
 */
export async function pinBatch(
  database: Database,
  batchId: string,
  batch: RawBatch,
  referencePosition: number,
  unassigned: readonly UnassignedRecord[],
): Promise<number> {
  return database.transaction(async (transaction) => {
    await transaction.query(
      `INSERT INTO ingest.batch (id, origin, from_position, to_position, reference_position)
       VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING`,
      [
        batchId,
        batch.origin,
        batch.records[0]?.position ?? 0,
        batch.records.at(-1)?.position ?? 0,
        referencePosition,
      ],
    );
    const [pinned] = await transaction.query<{ reference_position: number }>(
      'SELECT reference_position FROM ingest.batch WHERE id = $1',
      [batchId],
    );
    if (pinned === undefined) throw new Error(`Batch ${batchId} was pinned and is gone`);
    if (pinned.reference_position === referencePosition && unassigned.length > 0) {
      await transaction.query(KEEP_UNASSIGNED, quarantineColumns(batch.origin, unassigned));
    }
    return pinned.reference_position;
  });
}

/**
 * Marks that every bucket has what the batch had for it. The counts are those of the buckets: what an attempt that was killed had stored
 * is in them, though the last attempt met it as known.
 * @param unassigned records of no bucket
 */
export async function completeBatch(
  database: Database,
  batchId: string,
  buckets: readonly number[],
  unassigned: number,
): Promise<void> {
  const [sum] = await database.query<{ accepted: number; duplicates: number; rejected: number }>(
    `SELECT coalesce(sum(accepted), 0)::bigint AS accepted, coalesce(sum(duplicates), 0)::bigint AS duplicates,
       coalesce(sum(rejected), 0)::bigint AS rejected
     FROM cdr.batch_result WHERE bucket = ANY ($1::smallint[]) AND batch = $2`,
    [buckets, batchId],
  );
  const { accepted, duplicates, rejected } = sum ?? { accepted: 0, duplicates: 0, rejected: 0 };
  await database.transaction(async (transaction) => {
    await transaction.query(
      `UPDATE ingest.batch SET completed_at = now(), read = $2, accepted = $3, duplicates = $4, quarantined = $5
       WHERE id = $1 AND completed_at IS NULL`,
      [batchId, accepted + duplicates + rejected + unassigned, accepted, duplicates, rejected + unassigned],
    );
  });
}

const KEEP_UNASSIGNED = `
  INSERT INTO ingest.quarantined_record (id, code, reason, origin, at_position, source, call_id, raw)
  SELECT q.id, q.code, q.reason, $1, q.at_position, q.source, q.call_id, q.raw
  FROM unnest($2::uuid[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::bytea[])
    AS q(id, code, reason, at_position, source, call_id, raw)
  ON CONFLICT (id) DO NOTHING`;

function quarantineColumns(origin: string, records: readonly UnassignedRecord[]): unknown[] {
  return [
    origin,
    uuidArray(records.map((one) => Buffer.from(quarantineIdOf(origin, one.raw).replaceAll('-', ''), 'hex'))),
    textArray(records.map((one) => one.rejection.code)),
    textArray(records.map((one) => one.rejection.reason)),
    bigintArray(records.map((one) => one.raw.position)),
    textArray(records.map((one) => one.source)),
    textArray(records.map((one) => one.id)),
    byteaArray(records.map((one) => one.raw.bytes)),
  ];
}
