import { type BatchCounts, addCounts } from '../store-batch/batch.js';
import { deferred } from './deferred.js';
import type { PartitionStop } from './partition-ledger.js';
import type { PartitionReader } from './partition-reader.js';

/** How the intake of this process is. */
export interface IntakeStatus {
  readonly topic: string;
  readonly ready: boolean;
  /** A sentence each: why it makes no progress. */
  readonly reasons: readonly string[];
  readonly partitions: readonly {
    readonly partition: number;
    readonly waiting: number;
    readonly storedBelow: number;
  }[];
  readonly received: number;
  readonly counts: BatchCounts;
  /** Records stored a second over the last minute. */
  readonly recordsPerSecond: number;
  readonly lastError: string | null;
}

type Other = 'kafka' | 'database';
const NAMES: Record<Other, string> = { kafka: 'Kafka', database: 'PostgreSQL' };
const RATE_MILLIS = 60_000;

/** What went wrong and what went well: for readiness, for status, for whoever must end the process. */
export class IntakeHealth {
  readonly failed: Promise<Error>;
  private readonly resolveFailed: (error: Error) => void;
  private failure: Error | undefined;
  private readonly troubles = new Map<Other, string>();
  private readonly stops = new Map<number, PartitionStop>();
  private readonly total: BatchCounts = { read: 0, accepted: 0, duplicates: 0, quarantined: {} };
  private readonly recent: { readonly at: number; readonly records: number }[] = [];
  private receivedRecords = 0;
  private lastError: string | null = null;

  constructor(private readonly topic: string) {
    const { promise, resolve } = deferred<Error>();
    this.failed = promise;
    this.resolveFailed = resolve;
  }

  trouble(what: Other, error: unknown): void {
    this.note(error);
    this.troubles.set(what, this.lastError ?? '');
  }

  well(what: Other): void {
    this.troubles.delete(what);
  }

  note(error: unknown): void {
    this.lastError = sentenceOf(error);
  }

  fail(error: Error): void {
    this.note(error);
    this.failure ??= error;
    this.resolveFailed(error);
  }

  stop(partition: number, stop: PartitionStop): void {
    this.stops.set(partition, stop);
  }

  goOn(partition: number): void {
    this.stops.delete(partition);
  }

  isStopped(partition: number): boolean {
    return this.stops.has(partition);
  }

  received(records: number): void {
    this.receivedRecords += records;
  }

  stored(counts: BatchCounts): void {
    addCounts(this.total, counts);
    const now = Date.now();
    this.recent.push({ at: now, records: counts.read });
    while (this.recent[0] !== undefined && this.recent[0].at < now - RATE_MILLIS) this.recent.shift();
  }

  status(readers: readonly PartitionReader[]): IntakeStatus {
    const reasons = [
      ...(this.failure === undefined ? [] : [`The intake from Kafka has ended: ${sentenceOf(this.failure)}`]),
      ...[...this.stops].map(
        ([partition, { code, reason }]) => `${this.topic}/${partition} stands still (${code}): ${reason}`,
      ),
      ...[...this.troubles].map(([what, error]) => `${NAMES[what]} gives no progress: ${error}`),
    ];
    return {
      topic: this.topic,
      ready: reasons.length === 0,
      reasons,
      partitions: readers.map((reader) => ({
        partition: reader.partition,
        waiting: reader.bufferedRecords,
        storedBelow: reader.storedBelow,
      })),
      received: this.receivedRecords,
      counts: this.total,
      recordsPerSecond: this.rate(),
      lastError: this.lastError,
    };
  }

  private rate(): number {
    const since = Date.now() - RATE_MILLIS;
    const records = this.recent.filter(({ at }) => at >= since).reduce((sum, one) => sum + one.records, 0);
    return Math.round((records * 1000) / RATE_MILLIS);
  }
}

function sentenceOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(sentenceOf).join(', ');
  return error instanceof Error ? error.message || error.name : String(error);
}
