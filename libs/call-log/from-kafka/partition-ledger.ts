import type { Instant } from '#calendar/instant.js';
import { type Database, type Queryable } from '#platform/database/database.js';
import { BUCKETS } from '#platform/identity/ids.js';
import type { Fingerprint } from '../store-batch/batch.js';
import { inParallel } from '../store-batch/parallel.js';
import type { Watermarks } from './call-record-source.js';

/** Where a partition stands, as the database has it. */
export interface PartitionState {
  readonly topic: string;
  readonly partition: number;
  readonly epoch: number;
  /** Everything below it is stored. */
  readonly lowWater: number;
  readonly countedFrom: number;
  /** Before which offset the batch in work ends; undefined: none is. */
  readonly pinnedTo: number | undefined;
  readonly fingerprint: Fingerprint | undefined;
  readonly stopped: PartitionStop | undefined;
  readonly logStart: number | null;
  readonly highWater: number | null;
  readonly eventTime: Instant | null;
  readonly movedAt: Instant | null;
}

/** Why a partition stands still until a person decides. */
export interface PartitionStop {
  readonly code: 'truncated' | 'recreated';
  readonly reason: string;
}

const LANES = 4;

/** The rows of `ingest.kafka_partition`: what is stored of a topic, whoever reads it. */
export class PartitionLedger {
  constructor(
    private readonly database: Database,
    readonly topic: string,
  ) {}

  /**
   * The state of partitions; those that are new get their rows, in every bucket, before any record of theirs is stored. A new one begins where
   * the broker's log begins: what was removed before we came was never ours.
   */
  async open(
    partitions: readonly number[],
    watermarks: ReadonlyMap<number, Watermarks>,
  ): Promise<Map<number, PartitionState>> {
    await this.prepare(partitions, watermarks);
    const states = await readPartitions(this.database, this.topic);
    return new Map(
      states.filter((one) => partitions.includes(one.partition)).map((one) => [one.partition, one]),
    );
  }

  private async prepare(
    partitions: readonly number[],
    watermarks: ReadonlyMap<number, Watermarks>,
  ): Promise<void> {
    const rows = await this.database.query<{ partition: number }>(
      'SELECT kafka_partition AS partition FROM ingest.kafka_partition WHERE topic = $1 AND prepared',
      [this.topic],
    );
    const known = new Set(rows.map((row) => row.partition));
    const missing = partitions.filter((partition) => !known.has(partition));
    if (missing.length === 0) return;
    const buckets = Array.from({ length: BUCKETS }, (_unused, bucket) => bucket);
    await inParallel(buckets, LANES, async (bucket) => {
      await this.database.callBucket('cdr.make_kafka_offsets', 'SELECT cdr.make_kafka_offsets($1, $2, $3)', [
        bucket,
        this.topic,
        missing,
      ]);
    });
    await this.database.transaction(async (transaction) => {
      await transaction.query(
        `INSERT INTO ingest.kafka_partition (topic, kafka_partition, low_water, prepared)
         SELECT $1, p, low, true FROM unnest($2::int[], $3::bigint[]) AS n(p, low)
         ON CONFLICT (topic, kafka_partition) DO UPDATE SET prepared = true`,
        [this.topic, missing, missing.map((partition) => watermarks.get(partition)?.low ?? 0)],
      );
    });
  }

  /** Stops a partition, if it is still where it was judged. */
  async stop(state: PartitionState, stop: PartitionStop): Promise<void> {
    await this.database.transaction(async (transaction) => {
      await transaction.query(
        `UPDATE ingest.kafka_partition SET stopped_code = $5, stopped_reason = $6, stopped_at = now()
         WHERE topic = $1 AND kafka_partition = $2 AND epoch = $3 AND low_water = $4 AND stopped_code IS NULL`,
        [this.topic, state.partition, state.epoch, state.lowWater, stop.code, stop.reason],
      );
    });
  }

  /** For whoever looks from outside: how far the broker's log reaches. */
  async noteWatermarks(watermarks: ReadonlyMap<number, Watermarks>): Promise<void> {
    const rows = [...watermarks].map(([partition, { low, high }]) => ({ partition, low, high }));
    await this.database.transaction(async (transaction) => {
      await transaction.query(
        `UPDATE ingest.kafka_partition p SET log_start = w.low, high_water = w.high
         FROM jsonb_to_recordset($2::jsonb) AS w(partition int, low bigint, high bigint)
         WHERE p.topic = $1 AND p.kafka_partition = w.partition AND (p.log_start, p.high_water) IS DISTINCT FROM (w.low, w.high)`,
        [this.topic, JSON.stringify(rows)],
      );
    });
  }
}

/** Every partition of a topic that was ever read, in order. */
export async function readPartitions(reader: Queryable, topic: string): Promise<PartitionState[]> {
  const rows = await reader.query<PartitionRow>(
    `SELECT kafka_partition, epoch, low_water, counted_from, pin_to, fingerprint_offset, fingerprint, stopped_code, stopped_reason, log_start,
       high_water, event_time, moved_at
     FROM ingest.kafka_partition WHERE topic = $1 ORDER BY kafka_partition`,
    [topic],
  );
  return rows.map((row) => ({
    topic,
    partition: row.kafka_partition,
    epoch: row.epoch,
    lowWater: row.low_water,
    countedFrom: row.counted_from,
    pinnedTo: row.pin_to ?? undefined,
    fingerprint:
      row.fingerprint_offset === null || row.fingerprint === null
        ? undefined
        : { offset: row.fingerprint_offset, digest: row.fingerprint },
    stopped:
      row.stopped_code === null ? undefined : { code: row.stopped_code, reason: row.stopped_reason ?? '' },
    logStart: row.log_start,
    highWater: row.high_water,
    eventTime: row.event_time,
    movedAt: row.moved_at,
  }));
}

interface PartitionRow {
  readonly kafka_partition: number;
  readonly epoch: number;
  readonly low_water: number;
  readonly counted_from: number;
  readonly pin_to: number | null;
  readonly fingerprint_offset: number | null;
  readonly fingerprint: Buffer | null;
  readonly stopped_code: PartitionStop['code'] | null;
  readonly stopped_reason: string | null;
  readonly log_start: number | null;
  readonly high_water: number | null;
  readonly event_time: Instant | null;
  readonly moved_at: Instant | null;
}
