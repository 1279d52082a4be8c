/** One record of a partition as the broker has it. */
export interface SourceRecord {
  readonly offset: number;
  /** Null: a tombstone, or a producer that sent nothing. */
  readonly value: Buffer | null;
  /** The last one of a repeated name. */
  readonly headers: Readonly<Record<string, Buffer>>;
  /** Milliseconds, as producer or broker stamped it. */
  readonly timestamp: number;
}

/** What one fetch gave of one partition, in order of offset. */
export interface SourceBatch {
  readonly partition: number;
  readonly records: readonly SourceRecord[];
  /** The offset that was asked for; the first record may come after it. */
  readonly fetchedFrom: number;
  /** The offset that is asked for next: after markers and removed records, too. */
  readonly nextOffset: number;
  /** The offset that the next record written will have. */
  readonly highWater: number;
}

/** The first offset that the broker still has, and the one that the next record will have. */
export interface Watermarks {
  readonly low: number;
  readonly high: number;
}

/** Who takes what a source delivers. Calls may come for partitions that are no longer ours; the receiver copes with that. */
export interface RecordSink {
  /** All partitions that are ours from now on; replaces what was said before. Positions are where the receiver seeks them to. */
  assigned(partitions: readonly number[]): void;
  /** The group is being dealt anew: nothing is ours until `assigned`. */
  revoked(): void;
  /**
   * Resolves when the source may go on: the records are taken, or dropped on purpose. It waits while there is no room.
   * @param signal aborts the wait when the source must give up the batch; it is then not taken
   */
  records(batch: SourceBatch, signal: AbortSignal): Promise<void>;
  /** The broker is trouble at the moment; the source goes on trying. */
  troubled(error: Error): void;
  /** The source is at its end and can't go on: a codec that nobody knows, a client that gave up. */
  failed(error: Error): void;
}

/**
 * One topic of call records: what any Kafka client must be able to do for us. Offsets are ours (decision 0005), so a source keeps no position that
 * matters: the receiver seeks, and checks where each batch was fetched from.
 */
export abstract class CallRecordSource {
  abstract readonly topic: string;
  /** @throws when the broker can't be reached; may be called again */
  abstract start(sink: RecordSink): Promise<void>;
  /** From the next fetch on; batches fetched before are not delivered any more. */
  abstract seek(partition: number, offset: number): void;
  abstract pause(partition: number): void;
  abstract resume(partition: number): void;
  abstract watermarks(): Promise<ReadonlyMap<number, Watermarks>>;
  /** Tells the broker how far we are, for its tools; only a hint, and its failure is nobody's. */
  abstract acknowledge(partition: number, nextOffset: number): void;
  abstract stop(): Promise<void>;
}
