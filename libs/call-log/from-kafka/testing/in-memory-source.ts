import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  CallRecordSource,
  type RecordSink,
  type SourceRecord,
  type Watermarks,
} from '../call-record-source.js';

/** One partition's log, in memory; what a broker's operator or retention can do to it, a test can do. */
export class InMemoryPartition {
  records: SourceRecord[] = [];
  start = 0;
  end = 0;

  append(value: Buffer | null, headers: Record<string, Buffer> = {}): void {
    this.records.push({ offset: this.end, value, headers, timestamp: 1_790_000_000_000 + this.end });
    this.end += 1;
  }

  /** Compaction, or a marker of a transaction: the offset stays, the record is gone. */
  remove(offset: number): void {
    this.records = this.records.filter((record) => record.offset !== offset);
  }

  /** Retention. */
  truncateBefore(offset: number): void {
    this.start = offset;
    this.records = this.records.filter((record) => record.offset >= offset);
  }

  /** The topic was deleted and made again. */
  recreate(): void {
    this.records = [];
    this.start = 0;
    this.end = 0;
  }
}

/** A topic that several sources read, as consumers of one group or as ones that wrongly think they own the same partitions. */
export class InMemoryTopic {
  readonly partitions: InMemoryPartition[];

  constructor(
    readonly name: string,
    partitions: number,
  ) {
    this.partitions = Array.from({ length: partitions }, () => new InMemoryPartition());
  }
}

/** A source whose group is the test: it says what is assigned. Like kafkajs it falls back to the beginning when its offset is gone. */
export class InMemorySource extends CallRecordSource {
  readonly topic: string;
  private sink: RecordSink | undefined;
  private readonly positions = new Map<number, number>();
  private readonly paused = new Set<number>();
  private readonly sought = new Map<number, number>();
  private stopped = false;
  private reading: Promise<void> | undefined;
  private readonly abort = new AbortController();

  constructor(
    private readonly log: InMemoryTopic,
    private readonly options: {
      readonly fetchRecords: () => number;
      /** By how much a client that lost its place is off, before each fetch; 0 nearly always. */
      readonly slip?: () => number;
    } = { fetchRecords: () => 10 },
  ) {
    super();
    this.topic = log.name;
  }

  start(sink: RecordSink): Promise<void> {
    this.sink = sink;
    this.reading = this.read();
    return Promise.resolve();
  }

  /** @param at where the group's own offsets would let it begin; only a hint */
  assign(partitions: readonly number[], at: (partition: number) => number = () => 0): void {
    this.positions.clear();
    this.sought.clear();
    this.paused.clear();
    for (const partition of partitions) this.positions.set(partition, at(partition));
    this.sink?.assigned(partitions);
  }

  seek(partition: number, offset: number): void {
    if (this.positions.has(partition)) this.sought.set(partition, offset);
  }

  pause(partition: number): void {
    this.paused.add(partition);
  }

  resume(partition: number): void {
    this.paused.delete(partition);
  }

  watermarks(): Promise<ReadonlyMap<number, Watermarks>> {
    return Promise.resolve(
      new Map(this.log.partitions.map(({ start, end }, partition) => [partition, { low: start, high: end }])),
    );
  }

  acknowledge(): void {
    // Nobody looks.
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.abort.abort();
    await this.reading;
  }

  private async read(): Promise<void> {
    while (!this.stopped) {
      await nextTurn();
      for (const partition of this.positions.keys()) {
        const sought = this.sought.get(partition);
        if (sought !== undefined) this.positions.set(partition, sought);
        this.sought.delete(partition);
        if (!this.paused.has(partition)) await this.fetch(partition);
      }
    }
  }

  private async fetch(partition: number): Promise<void> {
    const log = this.log.partitions[partition];
    let from = this.positions.get(partition);
    if (log === undefined || from === undefined || this.sink === undefined) return;
    from += this.options.slip?.() ?? 0;
    if (from < log.start || from > log.end) from = log.start;
    const ahead = log.records.filter((record) => record.offset >= (from ?? 0));
    const records = ahead.slice(0, this.options.fetchRecords());
    const last = records.at(-1);
    const nextOffset = records.length === ahead.length ? log.end : (last?.offset ?? from) + 1;
    this.positions.set(partition, nextOffset);
    if (records.length === 0) return;
    const batch = { partition, records, fetchedFrom: from, nextOffset, highWater: log.end };
    await this.sink.records(batch, this.abort.signal);
  }
}
