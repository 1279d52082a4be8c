import { Injectable } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Instant } from '#calendar/instant.js';
import { whileRating } from '#catalogue/store/reference-gate.js';
import { uuidArray } from '#platform/database/binary-array.js';
import { Database, sqlStateOf } from '#platform/database/database.js';
import { bucketOf } from '#platform/identity/ids.js';
import { LogProjection, type LogEntry } from '../domain/log-entry.js';
import type { ReferenceData } from '../domain/rate-record.js';
import { type CallToStore, callColumns, deltaColumns, rejectedColumns } from '../store/call-columns.js';
import { findKnownCalls } from '../store/known-calls.js';
import { findOpenCalls } from '../store/open-calls.js';
import { findClosedOut, findRejected } from '../store/rejected-records.js';
import { ReferenceDataReader } from '../store/reference-data-reader.js';
import { type BatchResult, type RawBatch, batchIdOf, countOutcomes, quarantineIdOf } from './batch.js';
import { type Pin, PlaceTaken, completeBatch, isSamePin, pinBatch, readPin } from './batch-pins.js';
import { type BucketShare, type Known, type SharedWork, shareOf } from './bucket-share.js';
import { type ReadCount, readCountsOf } from './kafka-counts.js';
import { MonthPartitions } from './month-partitions.js';
import { openCallDocument } from './open-call-columns.js';
import { inParallel } from './parallel.js';
import { ACCEPTED, type Candidate, type Outcome, readBatch } from './read-batch.js';

const STALE_REFERENCE = 'FL001';
const MOVED_OFFSET = 'FL022';
const UNIQUE_VIOLATION = '23505';
const MAXIMUM_ATTEMPTS = 8;

/**
 * Stores batches of call records, each record exactly once: parse, pin, find what is known, then one statement per bucket. The cost per
 * batch is two small coordinator transactions, one look-up of identities and one call per bucket; per record there is only work in memory.
 */
@Injectable()
export class CallLogWriter {
  private readonly partitions: MonthPartitions;

  constructor(
    private readonly database: Database,
    private readonly reference: ReferenceDataReader,
    private readonly projection: LogProjection,
    private readonly options: { readonly connections: number } = { connections: 3 },
  ) {
    this.partitions = new MonthPartitions(database);
  }

  /**
   * @param now of the business clock, for calls that claim to come from the future
   * @throws PlaceTaken when the batch is of a Kafka partition that does not stand at it
   */
  async storeBatch(batch: RawBatch, now: Instant): Promise<BatchResult> {
    return this.store(await this.prepare(batch, now));
  }

  /** The first half, which is work in memory and the pin: it may run while another batch is stored. */
  async prepare(batch: RawBatch, now: Instant): Promise<PreparedBatch> {
    const outcomes: Outcome[] = batch.records.map(() => ACCEPTED);
    const batchId = batchIdOf(batch);
    const { candidates, unassigned } = await this.pin(batch, batchId, now, outcomes);
    const readCounts = readCountsOf(batch, candidates, unassigned, now);
    return { batch, batchId, candidates, first: firstByIdentity(candidates), outcomes, readCounts };
  }

  /** The second half: what is known already is looked up, and every bucket gets its share. */
  async store(prepared: PreparedBatch): Promise<BatchResult> {
    const { batch, batchId, candidates, outcomes, readCounts } = prepared;
    const ended = candidates.filter((candidate) => !candidate.open);
    await this.partitions.ensure(ended.map((candidate) => candidate.record.startedAt));
    const known = await this.findKnown(batch, candidates);
    const groups = byBucket(candidates);
    await whileRating(this.database, async () => {
      const reference = await this.reference.current();
      await inParallel([...groups], this.options.connections, ([bucket, group]) =>
        this.storeBucket(bucket, prepared, group, known, reference),
      );
    });
    const counts = countOutcomes(outcomes);
    await completeBatch(this.database, {
      batchId,
      buckets: [...groups.keys()],
      unassigned: outcomes.length - candidates.length,
      place: batch.place,
      readCounts,
      eventTime: latestEnd(candidates),
    });
    return { outcomes, counts };
  }

  /** Assigns the records by the pin of the batch, or pins the batch by what holds now. */
  private async pin(
    batch: RawBatch,
    batchId: string,
    now: Instant,
    outcomes: Outcome[],
  ): Promise<Awaited<ReturnType<typeof readBatch>>> {
    let holds = await readPin(this.database, batchId);
    for (let attempt = 1; attempt <= MAXIMUM_ATTEMPTS; attempt += 1) {
      const reference =
        holds?.referencePosition === undefined
          ? await this.reference.current()
          : await this.reference.at(holds.referencePosition);
      const pin: Pin = { referencePosition: reference.position, judgedAt: holds?.judgedAt ?? now };
      const read = await readBatch(batch, reference, pin.judgedAt, outcomes);
      holds = await pinBatch(this.database, batchId, batch, pin, read.unassigned);
      if (isSamePin(holds, pin)) return read;
    }
    throw new Error(`Batch ${batchId} could not be pinned`);
  }

  private async findKnown(batch: RawBatch, candidates: readonly Candidate[]): Promise<Known> {
    let earliest = Number.POSITIVE_INFINITY;
    for (const candidate of candidates) earliest = Math.min(earliest, candidate.record.startedAt);
    const keys = candidates.map((candidate) => candidate.callKey);
    const answers = candidates.filter((candidate) => candidate.open);
    const calls = await findKnownCalls(this.database, keys, earliest as Instant);
    return {
      calls,
      open: await findOpenCalls(this.database, keys),
      closedOut: await findClosedOut(
        this.database,
        answers.map(({ account, raw }) => ({
          bucket: bucketOf(account),
          id: quarantineIdOf(batch.origin, raw),
        })),
      ),
    };
  }

  /** Retried when the bucket was re-rated, or another writer stored one of the calls, since they were looked at. */
  private async storeBucket(
    bucket: number,
    work: PreparedBatch,
    group: readonly Candidate[],
    knownAtFirst: Known,
    referenceAtFirst: ReferenceData,
  ): Promise<void> {
    let known = knownAtFirst;
    let reference = referenceAtFirst;
    for (let attempt = 1; ; attempt += 1) {
      const share = await shareOf(work, group, known, reference, this.database);
      try {
        const stored = await this.callStoreBatch(bucket, work, reference.position, share);
        if (!stored) await this.recallOutcomes(bucket, work, group, reference);
        return;
      } catch (error) {
        const state = sqlStateOf(error);
        if (state === MOVED_OFFSET && work.batch.place !== undefined) throw new PlaceTaken(work.batch.place);
        if ((state !== STALE_REFERENCE && state !== UNIQUE_VIOLATION) || attempt >= MAXIMUM_ATTEMPTS)
          throw error;
        await sleep(Math.random() * 20 * attempt);
        if (state === STALE_REFERENCE) reference = await this.reference.current();
        else known = await this.findKnown(work.batch, group);
      }
    }
  }

  private async callStoreBatch(
    bucket: number,
    { batch, batchId }: PreparedBatch,
    referencePosition: number,
    share: BucketShare,
  ): Promise<boolean> {
    const { place } = batch;
    const deltas = this.projection.fold(share.calls.map(entryOf));
    const [row] = await this.database.callBucket<{ stored: boolean }>('cdr.store_batch', STORE_BATCH, [
      bucket,
      batchId,
      referencePosition,
      share.duplicates,
      ...callColumns(share.calls),
      ...rejectedColumns(share.rejected),
      ...deltaColumns(deltas),
      place?.topic ?? null,
      place?.partition ?? null,
      place?.epoch ?? null,
      place?.from ?? null,
      place?.to ?? null,
      JSON.stringify(share.counts.ofKafka),
      JSON.stringify(share.counts.duplicates),
      share.opened,
      openCallDocument(share.open.values()),
      uuidArray(share.completed),
    ]);
    return row?.stored ?? false;
  }

  /**
   * The bucket has had this batch before, from an attempt that was killed or from another process at the same moment: what happened
   * then holds. What it stored is a duplicate now, and what it kept in quarantine is still there, whatever has been corrected since.
   */
  private async recallOutcomes(
    bucket: number,
    work: PreparedBatch,
    group: readonly Candidate[],
    reference: ReferenceData,
  ): Promise<void> {
    await shareOf(work, group, await this.findKnown(work.batch, group), reference, this.database);
    const open = group.filter((candidate) => work.outcomes[candidate.index]?.outcome === 'accepted');
    if (open.length === 0) return;
    const idOf = (candidate: Candidate) => quarantineIdOf(work.batch.origin, candidate.raw);
    const rejected = await findRejected(this.database, bucket, open.map(idOf));
    for (const candidate of open) {
      const found = rejected.get(idOf(candidate));
      if (found === undefined)
        throw new Error(
          `Batch ${work.batchId} is stored in bucket ${bucket} without line ${candidate.raw.position}`,
        );
      work.outcomes[candidate.index] = { outcome: found.code, reason: found.reason };
    }
  }
}

/** A batch that is pinned: its records are parsed and assigned, and wait to be stored. */
export interface PreparedBatch extends SharedWork {
  readonly batchId: string;
  readonly candidates: readonly Candidate[];
  readonly readCounts: readonly ReadCount[];
}

function byBucket(candidates: readonly Candidate[]): Map<number, Candidate[]> {
  const groups = new Map<number, Candidate[]>();
  for (const candidate of candidates) {
    const bucket = bucketOf(candidate.account);
    const group = groups.get(bucket);
    if (group === undefined) groups.set(bucket, [candidate]);
    else group.push(candidate);
  }
  return groups;
}

function firstByIdentity(candidates: readonly Candidate[]): Map<string, Candidate> {
  const first = new Map<string, Candidate>();
  for (const candidate of candidates) {
    if (!first.has(candidate.callKey)) first.set(candidate.callKey, candidate);
  }
  return first;
}

function latestEnd(candidates: readonly Candidate[]): Instant | null {
  let latest: Instant | null = null;
  for (const { record } of candidates) {
    if (latest === null || record.endedAt > latest) latest = record.endedAt;
  }
  return latest;
}

function entryOf(call: CallToStore): LogEntry {
  const { rating } = call.ratedBy;
  return {
    account: call.account,
    direction: call.record.direction,
    startedAt: call.record.startedAt,
    answeredAt: call.record.answeredAt,
    talkSeconds: call.record.talkSeconds,
    class: rating.class,
    covered: rating.covered,
    charge: rating.charge,
    regularCharge: rating.regularCharge,
    before: null,
  };
}

const PARAMETERS = 4 + 28 + 10 + 9 + 10;
const STORE_BATCH = `SELECT cdr.store_batch(${Array.from({ length: PARAMETERS }, (_unused, index) => `$${index + 1}`).join(', ')}) AS stored`;
