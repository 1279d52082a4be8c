import { createHash } from 'node:crypto';
import type { Fingerprint, KafkaPlace } from '../store-batch/batch.js';
import type { SourceBatch, SourceRecord, Watermarks } from './call-record-source.js';
import type { PartitionState, PartitionStop } from './partition-ledger.js';

/** What is to be done after a batch was looked at. */
export type Verdict =
  | { readonly kind: 'taken' | 'dropped' }
  /** The source went past us: it must be sought back to `seekTo`. */
  | { readonly kind: 'ahead' }
  /** The source went back by itself, as it does where its offset is gone: the partition must be opened again. */
  | { readonly kind: 'behind' }
  /** Records between are missing. Fine if they were asked for and the log still reaches back that far; were they not, they are asked for again. */
  | { readonly kind: 'gap'; readonly from: number; readonly asked: boolean }
  | { readonly kind: 'stop'; readonly stop: PartitionStop };

/** A stretch of a partition that can be stored. */
export interface Stretch {
  readonly place: KafkaPlace;
  readonly records: readonly SourceRecord[];
}

export interface StretchLimits {
  readonly records: number;
  readonly bytes: number;
}

/** Beside its value: what a record in memory costs. */
const RECORD_OVERHEAD_BYTES = 256;

/**
 * One partition while it is ours: checks that what comes is what comes next, and cuts it into stretches. It knows the state that the database had
 * when it was opened and does no I/O. Rules of decision 0005: nothing above the low-water is ever skipped, a gap is believed only when
 * what is missing was asked for, and the last stored record must still be the same.
 */
export class PartitionReader {
  /** Records from `from` on, in order. */
  private buffer: SourceRecord[] = [];
  bufferedBytes = 0;
  private position: number;
  private checked: boolean;
  private pinnedTo: number | undefined;
  /** Where the next stretch begins. */
  private lowWater: number;
  private fingerprint: Fingerprint | undefined;
  private gapConfirmed = false;
  highWater: number;
  /** When the oldest record in the buffer came; undefined when it is empty. */
  waitingSince: number | undefined;

  private constructor(
    readonly state: PartitionState,
    watermarks: Watermarks,
  ) {
    this.lowWater = state.lowWater;
    this.storedBelow = state.lowWater;
    this.pinnedTo = state.pinnedTo;
    this.highWater = watermarks.high;
    const { fingerprint } = state;
    this.fingerprint = fingerprint;
    this.checked = fingerprint === undefined || fingerprint.offset < watermarks.low;
    this.position = this.checked || fingerprint === undefined ? state.lowWater : fingerprint.offset;
  }

  /** @returns a reader, or why a person must decide first */
  static open(state: PartitionState, watermarks: Watermarks): PartitionReader | PartitionStop {
    return state.stopped ?? judgeWatermarks(state, watermarks) ?? new PartitionReader(state, watermarks);
  }

  /** Where the source must be sought to. */
  get seekTo(): number {
    return this.position;
  }

  get partition(): number {
    return this.state.partition;
  }

  /** @param afterSeek the source asked for `seekTo` and this is the first batch since */
  offer(batch: SourceBatch, afterSeek: boolean, now: number): Verdict {
    this.highWater = Math.max(this.highWater, batch.highWater);
    if (batch.fetchedFrom < this.position) return { kind: 'behind' };
    if (batch.fetchedFrom > this.position && !afterSeek) return { kind: 'ahead' };
    const first = batch.records[0];
    if (first === undefined) return { kind: 'dropped' };
    if (!this.checked && first.offset === this.position) {
      const changed = this.compareFingerprint(first);
      if (changed !== undefined) return { kind: 'stop', stop: changed };
    } else if (first.offset > this.position && !this.gapConfirmed) {
      return { kind: 'gap', from: this.position, asked: batch.fetchedFrom === this.position };
    }
    this.gapConfirmed = false;
    this.checked = true;
    this.take(batch, now);
    return { kind: 'taken' };
  }

  /**
   * The log still reaches back to what is missing: it was removed by compaction, or was a marker of a transaction. A source that lost its place right
   * after it was sought has not asked for it, and then nothing is believed.
   */
  confirmGap(watermarks: Watermarks, asked: boolean): PartitionStop | undefined {
    const stop = judgeWatermarks(this.state, watermarks, Math.max(this.position, this.state.lowWater));
    this.gapConfirmed = stop === undefined && asked;
    return stop;
  }

  private take(batch: SourceBatch, now: number): void {
    for (const record of batch.records) {
      if (record.offset < this.lowWater) continue;
      this.buffer.push(record);
      this.bufferedBytes += bytesOf(record);
    }
    this.position = batch.nextOffset;
    if (this.buffer.length > 0) this.waitingSince ??= now;
  }

  private compareFingerprint(record: SourceRecord): PartitionStop | undefined {
    const { fingerprint, partition, lowWater } = this.state;
    if (fingerprint === undefined || digestOf(record).equals(fingerprint.digest)) return undefined;
    return {
      code: 'recreated',
      reason: `The record at offset ${record.offset} of partition ${partition} is not the one that was stored; the topic was made anew or its log restored from elsewhere. Everything below ${lowWater} of the former log is stored.`,
    };
  }

  /** The pinned stretch is not read to its end yet. */
  get mustReadOn(): boolean {
    return this.pinnedTo !== undefined && this.position < this.pinnedTo;
  }

  get isPinned(): boolean {
    return this.pinnedTo !== undefined;
  }

  /** As far as this process knows, everything below it is stored. */
  storedBelow: number;

  stored(below: number): void {
    this.storedBelow = Math.max(this.storedBelow, below);
  }

  /** The broker has no more at the moment. */
  get atHead(): boolean {
    return this.position >= this.highWater;
  }

  /** Whether a stretch could be cut at all. */
  get hasStretch(): boolean {
    if (this.pinnedTo !== undefined) return this.position >= this.pinnedTo;
    return this.buffer.length > 0;
  }

  isFull(limits: StretchLimits): boolean {
    return this.buffer.length >= limits.records || this.bufferedBytes >= limits.bytes;
  }

  get bufferedRecords(): number {
    return this.buffer.length;
  }

  /** Cuts the next stretch off: exactly the pinned one where there is a pin. Its records leave the buffer. */
  cut(limits: StretchLimits): Stretch {
    const count = this.countToCut(limits);
    const records = this.buffer.slice(0, count);
    this.buffer = this.buffer.slice(count);
    for (const record of records) this.bufferedBytes -= bytesOf(record);
    const last = records.at(-1);
    // With nothing left in the buffer, markers and removed records at the end belong to the stretch.
    const to = this.pinnedTo ?? (this.buffer.length === 0 ? this.position : (last?.offset ?? 0) + 1);
    const { state } = this;
    if (last !== undefined) this.fingerprint = { offset: last.offset, digest: digestOf(last) };
    const place: KafkaPlace = {
      topic: state.topic,
      partition: state.partition,
      epoch: state.epoch,
      from: this.lowWater,
      to,
      countedFrom: state.countedFrom,
      fingerprint: this.fingerprint,
      highWater: this.highWater,
    };
    this.lowWater = to;
    this.pinnedTo = undefined;
    if (this.buffer.length === 0) this.waitingSince = undefined;
    return { place, records };
  }

  private countToCut(limits: StretchLimits): number {
    const { pinnedTo } = this;
    if (pinnedTo !== undefined) {
      const after = this.buffer.findIndex((record) => record.offset >= pinnedTo);
      return after === -1 ? this.buffer.length : after;
    }
    let bytes = 0;
    let count = 0;
    for (const record of this.buffer) {
      if (count >= limits.records || (count > 0 && bytes >= limits.bytes)) break;
      bytes += bytesOf(record);
      count += 1;
    }
    return count;
  }
}

function judgeWatermarks(
  { partition, lowWater }: PartitionState,
  { low, high }: Watermarks,
  needed = lowWater,
): PartitionStop | undefined {
  if (low > needed) {
    return {
      code: 'truncated',
      reason: `Partition ${partition} begins at offset ${low}, and everything is stored below ${needed} only: the records between were removed before they were read. Restore them, or accept the gap.`,
    };
  }
  if (high < lowWater) {
    return {
      code: 'recreated',
      reason: `Partition ${partition} ends at offset ${high}, and everything is stored below ${lowWater}: its log was cut off, or the topic was made anew.`,
    };
  }
  return undefined;
}

function bytesOf(record: SourceRecord): number {
  return (record.value?.length ?? 0) + RECORD_OVERHEAD_BYTES;
}

/** By which a record is known again: its bytes and its stamp. */
export function digestOf(record: SourceRecord): Buffer {
  return createHash('sha256')
    .update(String(record.timestamp))
    .update('\u0000')
    .update(record.value ?? Buffer.alloc(0))
    .digest();
}
