import { setTimeout as sleep } from 'node:timers/promises';
import type { Instant } from '#calendar/instant.js';
import { type Database, sqlStateOf } from '#platform/database/database.js';
import type { RawBatch } from '../store-batch/batch.js';
import { PlaceTaken } from '../store-batch/batch-pins.js';
import type { CallLogWriter, PreparedBatch } from '../store-batch/call-log-writer.js';
import type {
  CallRecordSource,
  RecordSink,
  SourceBatch,
  SourceRecord,
  Watermarks,
} from './call-record-source.js';
import { deferred } from './deferred.js';
import { IntakeHealth, type IntakeStatus } from './intake-health.js';
import { PartitionLedger, type PartitionStop } from './partition-ledger.js';
import { PartitionReader, type Stretch, type StretchLimits } from './partition-reader.js';
import { Pauses } from './pauses.js';

export interface IntakeOptions {
  readonly stretch: StretchLimits;
  /** All that waits in memory to be stored, beside the two stretches in work. */
  readonly bufferedBytes: number;
  /** How long a record waits for company while the broker has more. */
  readonly lingerMillis: number;
  /** How often the log's ends are looked at, for lag, and for a topic that was made anew. */
  readonly lookMillis: number;
  readonly pauses: { readonly firstMillis: number; readonly longestMillis: number };
}

/** A stretch large enough that each bucket's share is worth its call; memory stays under 100 MB whatever the lag. */
export const INTAKE_DEFAULTS: IntakeOptions = {
  stretch: { records: 8_000, bytes: 8 << 20 },
  bufferedBytes: 12 << 20,
  lingerMillis: 200,
  lookMillis: 5_000,
  pauses: { firstMillis: 200, longestMillis: 15_000 },
};

/** After this without an answer, work in hand at a stop is left for whoever comes next: it is pinned, so nothing is lost. */
const STOP_MILLIS = 7_000;
const MISSING_OFFSET_ROW = 'FL021';

interface Held {
  readonly reader: PartitionReader;
  /** Sought, and no batch since. */
  sought: boolean;
  /** One of its stretches is being prepared or stored. */
  busy: boolean;
}

/**
 * Takes call records from a source into the log (decision 0005). What the source delivers is checked against where the database stands, gathered
 * into stretches, and stored by the writer that files use; while one stretch is stored, the next is prepared. Trouble with broker or
 * database is waited out with growing pauses; a partition whose log is not what was read before stops until a person decides.
 */
export class CallIntake implements RecordSink {
  readonly health: IntakeHealth;
  private readonly ledger: PartitionLedger;
  private readonly held = new Map<number, Held>();
  /** Of the group, whether or not they are opened yet. */
  private owned: readonly number[] = [];
  private generation = 0;
  private readonly stopping = new AbortController();
  private readonly pauses: Pauses;
  private running: Promise<unknown> | undefined;
  private bell = deferred<void>();
  private inWork: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly source: CallRecordSource,
    database: Database,
    private readonly writer: CallLogWriter,
    private readonly now: () => Promise<Instant>,
    private readonly options: IntakeOptions = INTAKE_DEFAULTS,
  ) {
    this.ledger = new PartitionLedger(database, source.topic);
    this.health = new IntakeHealth(source.topic);
    this.pauses = new Pauses(options.pauses, this.stopping.signal);
  }

  /** Runs until stopped; broker and database may still be away. */
  start(): void {
    this.running ??= Promise.allSettled([this.connect(), this.storeStretches(), this.look()]);
  }

  /** Resolves with the error after which nothing more can come: the process must end and say so. */
  get ended(): Promise<Error> {
    return this.health.failed;
  }

  status(): IntakeStatus {
    return this.health.status([...this.held.values()].map(({ reader }) => reader));
  }

  /** Finishes the stretch in hand, then leaves the group. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.ring();
    const limit = sleep(STOP_MILLIS, undefined, { ref: false });
    await Promise.race([Promise.allSettled([this.running, this.source.stop()]), limit]);
  }

  private get isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  private async connect(): Promise<void> {
    await this.untilDone(
      'kafka',
      () => this.source.start(this),
      () => !this.isStopping,
    );
  }

  // What the source tells.

  assigned(partitions: readonly number[]): void {
    this.health.well('kafka');
    this.generation += 1;
    this.held.clear();
    this.owned = partitions;
    this.ring();
    void this.open(partitions, this.generation);
  }

  revoked(): void {
    this.generation += 1;
    this.held.clear();
    this.owned = [];
    this.ring();
  }

  troubled(error: Error): void {
    this.health.trouble('kafka', error);
  }

  failed(error: Error): void {
    this.health.fail(error);
  }

  async records(batch: SourceBatch, signal: AbortSignal): Promise<void> {
    this.health.well('kafka');
    const held = this.held.get(batch.partition);
    // Being opened, or stopped: it will be sought to where it stands.
    if (held === undefined) return;
    await this.room(held, signal);
    for (;;) {
      if (this.held.get(batch.partition) !== held || this.isStopping || signal.aborted) return;
      const verdict = held.reader.offer(batch, held.sought, Date.now());
      switch (verdict.kind) {
        case 'taken':
          held.sought = false;
          this.health.received(batch.records.length);
          return this.ring();
        case 'dropped':
          return;
        case 'ahead':
          return this.seek(held);
        case 'behind':
          return this.reopen(batch.partition);
        case 'stop':
          return this.stopPartition(held, verdict.stop);
        case 'gap': {
          const watermarks = (await this.source.watermarks()).get(batch.partition);
          if (watermarks === undefined) return this.reopen(batch.partition);
          const stop = held.reader.confirmGap(watermarks, verdict.asked);
          if (stop !== undefined) return this.stopPartition(held, stop);
          if (!verdict.asked) return this.seek(held);
        }
      }
    }
  }

  // Opening partitions.

  /** Looks where the partitions stand and seeks the source there. */
  private async open(partitions: readonly number[], generation: number): Promise<void> {
    const isCurrent = () => generation === this.generation && !this.isStopping;
    await this.untilDone(
      'database',
      async () => {
        // What we are storing ourselves is stored first, not read twice.
        await this.inWork;
        const watermarks = await this.untilDone('kafka', () => this.source.watermarks(), isCurrent);
        if (watermarks === undefined) return;
        const states = await this.ledger.open(partitions, watermarks);
        if (!isCurrent()) return;
        for (const [partition, state] of states) {
          const opened = PartitionReader.open(state, watermarks.get(partition) ?? NO_LOG);
          if (!(opened instanceof PartitionReader)) {
            this.source.pause(partition);
            this.health.stop(partition, opened);
            if (state.stopped === undefined) await this.ledger.stop(state, opened);
            continue;
          }
          const held = { reader: opened, sought: false, busy: false };
          this.health.goOn(partition);
          this.held.set(partition, held);
          this.source.resume(partition);
          this.seek(held);
        }
      },
      isCurrent,
    );
  }

  private reopen(partition: number): void {
    this.held.delete(partition);
    if (this.owned.includes(partition)) void this.open([partition], this.generation);
  }

  private seek(held: Held): void {
    held.sought = true;
    this.source.seek(held.reader.partition, held.reader.seekTo);
  }

  private async stopPartition(held: Held, stop: PartitionStop): Promise<void> {
    const { partition, state } = held.reader;
    this.held.delete(partition);
    this.source.pause(partition);
    this.health.stop(partition, stop);
    await this.ledger.stop(state, stop).catch((error: unknown) => this.health.trouble('database', error));
  }

  /** Looks at the ends of the log every few seconds: for the lag, for a log that was cut off behind us, for a decision of a person. */
  private async look(): Promise<void> {
    while (!this.isStopping) {
      await sleep(this.options.lookMillis, undefined, { signal: this.stopping.signal }).catch(
        () => undefined,
      );
      if (this.isStopping || this.owned.length === 0) continue;
      try {
        const all = await this.source.watermarks();
        const ours = new Map([...all].filter(([partition]) => this.owned.includes(partition)));
        await this.ledger.noteWatermarks(ours);
        for (const partition of this.owned) {
          const held = this.held.get(partition);
          const high = ours.get(partition)?.high;
          if (held !== undefined && high !== undefined && high < held.reader.storedBelow)
            this.reopen(partition);
          if (this.health.isStopped(partition)) this.reopen(partition);
        }
      } catch (error) {
        this.health.note(error);
      }
    }
  }

  // Storing.

  private async storeStretches(): Promise<void> {
    let storing: Promise<void> = Promise.resolve();
    while (!this.isStopping) {
      const held = this.choose();
      if (held === undefined) {
        await this.bellRings();
        continue;
      }
      held.busy = true;
      const batch = batchOf(held.reader.cut(this.options.stretch));
      const prepared = await this.persist(held, async () => this.writer.prepare(batch, await this.now()));
      await storing;
      storing = this.store(held, batch, prepared);
      this.inWork = storing;
    }
    await storing;
  }

  private async store(held: Held, batch: RawBatch, first: PreparedBatch | undefined): Promise<void> {
    let prepared = first;
    if (prepared === undefined) return this.ring();
    const result = await this.persist(held, async () => {
      const work = prepared ?? (await this.writer.prepare(batch, await this.now()));
      prepared = undefined;
      return this.writer.store(work);
    });
    held.busy = false;
    if (result !== undefined && batch.place !== undefined) {
      held.reader.stored(batch.place.to);
      this.health.stored(result.counts);
      this.source.acknowledge(batch.place.partition, batch.place.to);
    }
    this.ring();
  }

  /** @returns undefined when the stretch is not ours any more, or we stop */
  private async persist<T>(held: Held, work: () => Promise<T>): Promise<T | undefined> {
    const { partition } = held.reader;
    const isOurs = () => this.held.get(partition) === held && !this.isStopping;
    return this.untilDone(
      'database',
      async () => {
        try {
          return await work();
        } catch (error) {
          if (!(error instanceof PlaceTaken)) throw error;
          if (isOurs()) this.reopen(partition);
          return undefined;
        }
      },
      isOurs,
    );
  }

  /** Repeats work with growing pauses while it is wanted; what went wrong shows in the status until something goes well. */
  private async untilDone<T>(
    what: 'kafka' | 'database',
    work: () => Promise<T>,
    isWanted: () => boolean,
  ): Promise<T | undefined> {
    for (let attempt = 0; attempt === 0 || isWanted(); attempt += 1) {
      try {
        const result = await work();
        this.health.well(what);
        return result;
      } catch (error) {
        if (sqlStateOf(error) === MISSING_OFFSET_ROW) {
          this.health.fail(error as Error);
          return undefined;
        }
        this.health.trouble(what, error);
        await this.pauses.pause(attempt);
      }
    }
    return undefined;
  }

  /** The partition whose stretch is to be stored next: the one that has waited longest among those that are worth it. */
  private choose(): Held | undefined {
    const crowded = this.buffered() >= this.options.bufferedBytes;
    const before = Date.now() - this.options.lingerMillis;
    let chosen: Held | undefined;
    for (const held of this.held.values()) {
      const { reader } = held;
      if (held.busy || !reader.hasStretch) continue;
      const isDue =
        crowded ||
        reader.isPinned ||
        reader.atHead ||
        reader.isFull(this.options.stretch) ||
        (reader.waitingSince ?? 0) <= before;
      if (!isDue) continue;
      const better =
        chosen === undefined ||
        (crowded
          ? reader.bufferedBytes > chosen.reader.bufferedBytes
          : (reader.waitingSince ?? 0) < (chosen.reader.waitingSince ?? 0));
      if (better) chosen = held;
    }
    return chosen;
  }

  private buffered(): number {
    let bytes = 0;
    for (const { reader } of this.held.values()) bytes += reader.bufferedBytes;
    return bytes;
  }

  /** Waits until there is room; a pinned stretch must be read to its end, or nothing would ever leave. */
  private async room(held: Held, signal: AbortSignal): Promise<void> {
    while (
      this.buffered() >= this.options.bufferedBytes &&
      !held.reader.mustReadOn &&
      this.held.get(held.reader.partition) === held &&
      !signal.aborted &&
      !this.isStopping
    )
      await this.bellRings();
  }

  private ring(): void {
    this.bell.resolve();
    this.bell = deferred<void>();
  }

  /** Until something changed, or time alone makes a stretch due. */
  private async bellRings(): Promise<void> {
    const timer = new AbortController();
    const linger = sleep(this.options.lingerMillis, undefined, { signal: timer.signal }).catch(
      () => undefined,
    );
    await Promise.race([this.bell.promise, linger]);
    timer.abort();
  }
}

const NO_LOG: Watermarks = { low: 0, high: 0 };
const NOTHING = Buffer.alloc(0);

function batchOf({ place, records }: Stretch): RawBatch {
  return { origin: `kafka:${place.topic}/${place.partition}`, records: records.map(rawOf), place };
}

function rawOf({ offset, value, headers }: SourceRecord) {
  return { position: offset, bytes: value ?? NOTHING, headers };
}
