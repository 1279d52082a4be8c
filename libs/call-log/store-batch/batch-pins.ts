import type { Instant } from '#calendar/instant.js';
import { byteaArray, bigintArray, textArray, uuidArray } from '#platform/database/binary-array.js';
import type { Database, Transaction } from '#platform/database/database.js';
import {
  type KafkaPlace,
  type RawBatch,
  type UnassignedRecord,
  envelopeOf,
  quarantineIdOf,
} from './batch.js';
import type { ReadCount } from './kafka-counts.js';

/** By what a batch is assigned and judged, in every attempt. */
export interface Pin {
  readonly referencePosition: number;
  /** The business clock of the first attempt: whether a start is in the future is decided once. */
  readonly judgedAt: Instant;
}

/**
 * The stretch of the partition is not ours to store: it is stored already, another stretch is in work, or the partition was stopped or has begun
 * another epoch. Whoever holds it looks at the partition again.
 */
export class PlaceTaken extends Error {
  constructor({ topic, partition, epoch, from, to }: KafkaPlace) {
    super(`${topic}/${partition} does not stand at ${from} (to ${to}, epoch ${epoch}) any more`);
    this.name = 'PlaceTaken';
  }
}

/** The pin of a batch; undefined when it is new. */
export async function readPin(database: Database, batchId: string): Promise<Partial<Pin> | undefined> {
  const [row] = await database.query<{ reference_position: number; judged_at: Instant | null }>(
    'SELECT reference_position, judged_at FROM ingest.batch WHERE id = $1',
    [batchId],
  );
  return row && pinOf(row);
}

function pinOf(row: { reference_position: number; judged_at: Instant | null }): Partial<Pin> {
  return {
    referencePosition: row.reference_position,
    ...(row.judged_at === null ? {} : { judgedAt: row.judged_at }),
  };
}

/**
 * Pins a batch before its buckets are written: a retry after a crash assigns its records by the same reference data, so it finds the same
 * accounts. What has no account is kept in the same transaction.
 * @returns the pin that holds: another one if another process pinned the batch first
 * @throws PlaceTaken when the partition does not stand at the batch
 */
export async function pinBatch(
  database: Database,
  batchId: string,
  batch: RawBatch,
  pin: Pin,
  unassigned: readonly UnassignedRecord[],
): Promise<Partial<Pin>> {
  return database.transaction(async (transaction) => {
    if (batch.place !== undefined) await pinPlace(transaction, batchId, batch.place, pin);
    const pinnedNow = await transaction.query(
      `INSERT INTO ingest.batch (id, origin, from_position, to_position, reference_position, judged_at)
       VALUES ($1, $2, $3, $4, $5, to_timestamp($6::double precision / 1000)) ON CONFLICT (id) DO NOTHING RETURNING 1`,
      [
        batchId,
        batch.origin,
        batch.records[0]?.position ?? 0,
        batch.records.at(-1)?.position ?? 0,
        pin.referencePosition,
        pin.judgedAt,
      ],
    );
    if (pinnedNow.length > 0) {
      // Atomic with the pin, so whoever finds the pin finds these.
      await keepUnassigned(transaction, batchId, batch, unassigned);
      return pin;
    }
    const [row] = await transaction.query<{ reference_position: number; judged_at: Instant | null }>(
      'SELECT reference_position, judged_at FROM ingest.batch WHERE id = $1',
      [batchId],
    );
    if (row === undefined) throw new Error(`Batch ${batchId} was pinned and is gone`);
    return pinOf(row);
  });
}

export function isSamePin(holds: Partial<Pin>, pin: Pin): boolean {
  const { referencePosition, judgedAt = pin.judgedAt } = holds;
  return referencePosition === pin.referencePosition && judgedAt === pin.judgedAt;
}

async function pinPlace(
  transaction: Transaction,
  batchId: string,
  place: KafkaPlace,
  pin: Pin,
): Promise<void> {
  const pinned = await transaction.query(
    `UPDATE ingest.kafka_partition SET pin_batch = $4, pin_from = $5, pin_to = $6,
       pin_reference_position = coalesce(pin_reference_position, $7)
     WHERE topic = $1 AND kafka_partition = $2 AND epoch = $3 AND low_water = $5 AND stopped_code IS NULL
       AND (pin_batch IS NULL OR pin_batch = $4)
     RETURNING 1`,
    [place.topic, place.partition, place.epoch, batchId, place.from, place.to, pin.referencePosition],
  );
  if (pinned.length === 0) throw new PlaceTaken(place);
}

/** What the coordinator is told when every bucket has its share. */
export interface Completion {
  readonly batchId: string;
  readonly buckets: readonly number[];
  /** How many records have no bucket. */
  readonly unassigned: number;
  readonly place: KafkaPlace | undefined;
  /** Of a batch from Kafka. */
  readonly readCounts: readonly ReadCount[];
  /** Latest end of a call; null without calls. */
  readonly eventTime: Instant | null;
}

/**
 * Marks that every bucket has what the batch had for it. The counts are those of the buckets: what an attempt that was killed had stored
 * is in them, though the last attempt met it as known. The low-water of a partition moves in the same transaction; who moves it counts
 * what was read, so it is counted once however many think that they own the partition.
 */
export async function completeBatch(database: Database, completion: Completion): Promise<void> {
  const { batchId, buckets, unassigned, place } = completion;
  const [sum] = await database.query<BucketSums>(
    `SELECT coalesce(sum(accepted), 0)::bigint AS accepted, coalesce(sum(duplicates), 0)::bigint AS duplicates,
       coalesce(sum(rejected), 0)::bigint AS rejected, coalesce(sum(opened), 0)::bigint AS opened
     FROM cdr.batch_result WHERE bucket = ANY ($1::smallint[]) AND batch = $2`,
    [buckets, batchId],
  );
  const { accepted, duplicates, rejected, opened } = sum ?? NOTHING;
  await database.transaction(async (transaction) => {
    await transaction.query(
      `UPDATE ingest.batch SET completed_at = now(), read = $2, accepted = $3, duplicates = $4, quarantined = $5, opened = $6
       WHERE id = $1 AND completed_at IS NULL`,
      [
        batchId,
        accepted + duplicates + rejected + opened + unassigned,
        accepted,
        duplicates,
        rejected + unassigned,
        opened,
      ],
    );
    if (place !== undefined) await moveLowWater(transaction, completion, place);
  });
}

interface BucketSums {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly opened: number;
}
const NOTHING: BucketSums = { accepted: 0, duplicates: 0, rejected: 0, opened: 0 };

async function moveLowWater(
  transaction: Transaction,
  { batchId, readCounts, eventTime }: Completion,
  { topic, partition, epoch, from, to, fingerprint, highWater }: KafkaPlace,
): Promise<void> {
  const moved = await transaction.query(
    `UPDATE ingest.kafka_partition SET low_water = $5, pin_batch = NULL, pin_from = NULL, pin_to = NULL, pin_reference_position = NULL,
       fingerprint_offset = coalesce($7, fingerprint_offset), fingerprint = coalesce($8, fingerprint), high_water = $9, moved_at = now(),
       event_time = greatest(event_time, to_timestamp($10::double precision / 1000))
     WHERE topic = $1 AND kafka_partition = $2 AND epoch = $3 AND low_water = $4 AND pin_batch = $6
     RETURNING 1`,
    [
      topic,
      partition,
      epoch,
      from,
      to,
      batchId,
      fingerprint?.offset ?? null,
      fingerprint?.digest ?? null,
      highWater,
      eventTime,
    ],
  );
  if (moved.length === 0 || readCounts.length === 0) return;
  await transaction.query(
    `INSERT INTO ingest.read_count AS c (topic, kafka_partition, day, source, read, unassigned)
     SELECT $1, $2, n.day, n.source, n.read, n.unassigned
     FROM jsonb_to_recordset($3::jsonb) AS n(day date, source text, read int, unassigned int)
     ON CONFLICT (topic, kafka_partition, day, source) DO UPDATE SET
       read = c.read + excluded.read, unassigned = c.unassigned + excluded.unassigned`,
    [topic, partition, JSON.stringify(readCounts)],
  );
}

const KEEP_UNASSIGNED = `
  INSERT INTO ingest.quarantined_record (id, code, reason, origin, at_position, source, call_id, raw, headers)
  SELECT q.id, q.code, q.reason, $1, q.at_position, q.source, q.call_id, q.raw, q.headers::jsonb
  FROM unnest($2::uuid[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::bytea[], $9::text[])
    AS q(id, code, reason, at_position, source, call_id, raw, headers)
  ON CONFLICT (id) DO NOTHING
  RETURNING 1`;

/** Records that an earlier batch had put into quarantine are counted: they are read and make no row. */
async function keepUnassigned(
  transaction: Transaction,
  batchId: string,
  batch: RawBatch,
  unassigned: readonly UnassignedRecord[],
): Promise<void> {
  if (unassigned.length === 0) return;
  const kept = await transaction.query(KEEP_UNASSIGNED, quarantineColumns(batch.origin, unassigned));
  if (kept.length === unassigned.length) return;
  await transaction.query('UPDATE ingest.batch SET kept_before = $2 WHERE id = $1', [
    batchId,
    unassigned.length - kept.length,
  ]);
}

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
    textArray(records.map((one) => envelopeOf(one.raw))),
  ];
}
