import { createHash } from 'node:crypto';
import type { Instant } from '#calendar/instant.js';
import { causedId } from '#platform/identity/ids.js';
import type { QuarantineCode, Rejection } from '../domain/call-record.js';
import type { RecordHeaders } from '../domain/record-from.js';

const ENVELOPE_HEADER = /^(?:ce[_-].*|content-type)$/i;

/** One record as it came, with its place in its origin (line of a file, offset of a partition). */
export interface RawRecord {
  readonly position: number;
  readonly bytes: Buffer;
  /** Of the message, where it had some: the envelope of a CloudEvent in binary form. */
  readonly headers?: RecordHeaders | undefined;
  /** An origin by which its bytes are read, where that is not the batch's own. */
  readonly readAs?: string | undefined;
}

/** A stretch of a Kafka partition: all its records from `from` to before `to` that the broker still has. */
export interface KafkaPlace {
  readonly topic: string;
  readonly partition: number;
  /** Which life of the partition; see migration 0013. */
  readonly epoch: number;
  readonly from: number;
  readonly to: number;
  /** Records below it are a replay: not counted as read. */
  readonly countedFrom: number;
  /** Of the last record of the stretch or, if none of its records is left, of an earlier one. */
  readonly fingerprint: Fingerprint | undefined;
  readonly highWater: number;
}

/** By which a partition is known again. */
export interface Fingerprint {
  readonly offset: number;
  readonly digest: Buffer;
}

/** Records that are stored together. The same batch, sent again, is recognised. */
export interface RawBatch {
  /** Where it came from: `file:october.jsonl`, `http`, `kafka:cdr.v1/3`. */
  readonly origin: string;
  readonly records: readonly RawRecord[];
  /** Of a batch from Kafka: its offset moves with its calls. */
  readonly place?: KafkaPlace;
}

/** A record of which no account is known; it is kept before any bucket is written. */
export interface UnassignedRecord {
  readonly raw: RawRecord;
  readonly rejection: Rejection;
  readonly source: string | null;
  readonly id: string | null;
  /** Null where that can't be read. */
  readonly startedAt: Instant | null;
}

/** What became of one record. */
export type RecordOutcome = 'accepted' | 'duplicate' | QuarantineCode;

export interface BatchCounts {
  read: number;
  accepted: number;
  duplicates: number;
  readonly quarantined: Partial<Record<QuarantineCode, number>>;
}

export interface BatchResult {
  /** In the order of the records. */
  readonly outcomes: readonly { readonly outcome: RecordOutcome; readonly reason: string | null }[];
  readonly counts: BatchCounts;
}

/**
 * The identity of a batch: its origin, place and bytes. A retry of the same bytes finds the batch that was pinned; a corrected file
 * is another batch, so none of its records is taken for stored.
 */
export function batchIdOf(batch: RawBatch): string {
  const { place } = batch;
  // A partition's offsets say which records they are; were some removed from it between two attempts, it is still the same batch.
  if (place !== undefined) {
    return causedId('kafka-batch', place.topic, place.partition, place.epoch, place.from, place.to);
  }
  const digest = createHash('sha256');
  for (const record of batch.records) digest.update(record.bytes).update('\n');
  return causedId(
    'batch',
    batch.origin,
    batch.records[0]?.position ?? 0,
    batch.records.length,
    digest.digest('hex'),
  );
}

/** The headers that are part of a record, as JSON: of a CloudEvent in binary form its envelope, without which its bytes say too little. */
export function envelopeOf({ headers }: RawRecord): string | null {
  if (headers === undefined) return null;
  const kept: [string, string][] = [];
  for (const [name, value] of Object.entries(headers)) {
    const last = Array.isArray(value) ? value.at(-1) : value;
    if (last !== undefined && ENVELOPE_HEADER.test(name)) kept.push([name, last.toString()]);
  }
  return kept.length === 0 ? null : JSON.stringify(Object.fromEntries(kept)).replaceAll('\\u0000', '');
}

/** The identity of a record in quarantine: loading the same file again does not keep it twice. */
export function quarantineIdOf(origin: string, record: RawRecord): string {
  return causedId(
    'quarantine',
    origin,
    record.position,
    createHash('sha256').update(record.bytes).digest('hex'),
  );
}

export function countOutcomes(outcomes: readonly { readonly outcome: RecordOutcome }[]): BatchCounts {
  const counts: BatchCounts = { read: outcomes.length, accepted: 0, duplicates: 0, quarantined: {} };
  for (const { outcome } of outcomes) {
    if (outcome === 'accepted') counts.accepted += 1;
    else if (outcome === 'duplicate') counts.duplicates += 1;
    else counts.quarantined[outcome] = (counts.quarantined[outcome] ?? 0) + 1;
  }
  return counts;
}

export function addCounts(total: BatchCounts, more: BatchCounts): void {
  total.read += more.read;
  total.accepted += more.accepted;
  total.duplicates += more.duplicates;
  for (const [code, count] of Object.entries(more.quarantined) as [QuarantineCode, number][]) {
    total.quarantined[code] = (total.quarantined[code] ?? 0) + count;
  }
}

export function quarantinedInTotal(counts: BatchCounts): number {
  return Object.values(counts.quarantined).reduce((sum, count) => sum + count, 0);
}
