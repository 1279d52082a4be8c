import type { Instant } from '#calendar/instant.js';
import { execute } from '#event-store/decider.js';
import type { EventMetadata } from '#event-store/event.js';
import type { EventStore } from '#event-store/event-store.js';
import { type Outcome, accepted } from '#outcome/outcome.js';
import { causedId } from '#platform/identity/ids.js';
import { intakeEvents } from '../events/intake-events.js';

export interface PartitionMove {
  readonly type: 'intake.gap-accepted' | 'intake.replay-started';
  readonly topic: string;
  readonly partition: number;
  /** As it was seen: if it moved meanwhile, nothing is done. */
  readonly epoch: number;
  readonly storedBelow: number;
  readonly from: number;
  readonly countedFrom: number;
  readonly reason: string;
  readonly code?: 'truncated' | 'recreated';
  readonly at: Instant;
  readonly metadata: EventMetadata;
}

/** The partition was not as it was seen: somebody moved it in the same moment. */
export class PartitionMoved extends Error {}

/** Begins a new epoch of a partition at an offset: the decision and the move are one transaction. @throws PartitionMoved */
export async function movePartition(store: EventStore, move: PartitionMove): Promise<Outcome<unknown>> {
  const { type, topic, partition, storedBelow, from, reason } = move;
  const epoch = move.epoch + 1;
  const data = {
    topic,
    partition,
    storedBelow,
    from,
    epoch,
    reason,
    ...(move.code ? { code: move.code } : {}),
  };
  return execute(store, {
    streamId: `intake-${causedId('intake', topic, partition)}`,
    decider: {
      initialState: undefined,
      decide: () => accepted([{ type, data }]),
      evolve: () => undefined,
    },
    command: undefined,
    definitions: intakeEvents,
    at: move.at,
    metadata: move.metadata,
    alongside: async (transaction) => {
      const moved = await transaction.query(
        `UPDATE ingest.kafka_partition SET epoch = $4, low_water = $6, counted_from = $7, fingerprint_offset = NULL, fingerprint = NULL,
           pin_batch = NULL, pin_from = NULL, pin_to = NULL, pin_reference_position = NULL,
           stopped_code = NULL, stopped_reason = NULL, stopped_at = NULL
         WHERE topic = $1 AND kafka_partition = $2 AND epoch = $3 AND low_water = $5 AND (stopped_code IS NOT NULL OR pin_batch IS NULL)
         RETURNING 1`,
        [topic, partition, move.epoch, epoch, storedBelow, from, move.countedFrom],
      );
      if (moved.length === 0) throw new PartitionMoved();
      // What buckets had stored of a batch that can't be finished any more was read, too.
      await transaction.query(COUNT_WHAT_WAS_STORED, [topic, partition]);
    },
  });
}

const COUNT_WHAT_WAS_STORED = `
  INSERT INTO ingest.read_count AS r (topic, kafka_partition, day, source, read, unassigned)
  SELECT topic, kafka_partition, day, source, sum(accepted + opened + duplicates + rejected), 0
  FROM cdr.kafka_count WHERE topic = $1 AND kafka_partition = $2 GROUP BY 1, 2, 3, 4
  ON CONFLICT (topic, kafka_partition, day, source) DO UPDATE SET read = excluded.read + r.unassigned
  WHERE r.read < excluded.read + r.unassigned`;
