import { Injectable } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Instant } from '#calendar/instant.js';
import { whileRating } from '#catalogue/store/reference-gate.js';
import { Database, sqlStateOf } from '#platform/database/database.js';
import { bucketOf } from '#platform/identity/ids.js';
import type { Rejection } from '../domain/call-record.js';
import { describeDifference } from '../domain/content.js';
import { LogProjection, type LogEntry } from '../domain/log-entry.js';
import { type ReferenceData, rateRecord } from '../domain/rate-record.js';
import {
  type CallToStore,
  type RecordToReject,
  callColumns,
  deltaColumns,
  rejectedColumns,
} from '../store/call-columns.js';
import { type KnownCall, type StoredFields, findKnownCalls, readStoredFields } from '../store/known-calls.js';
import { findRejected } from '../store/rejected-records.js';
import { ReferenceDataReader } from '../store/reference-data-reader.js';
import { type BatchResult, type RawBatch, batchIdOf, countOutcomes, quarantineIdOf } from './batch.js';
import { completeBatch, pinBatch, readPin } from './batch-pins.js';
import { MonthPartitions } from './month-partitions.js';
import { inParallel } from './parallel.js';
import { ACCEPTED, type Candidate, DUPLICATE, type Outcome, readBatch } from './read-batch.js';

/** What one bucket gets of a batch. */
interface BucketShare {
  readonly calls: CallToStore[];
  readonly rejected: RecordToReject[];
  duplicates: number;
}

const STALE_REFERENCE = 'FL001';
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

  /** @param now of the business clock, for calls that claim to come from the future */
  async storeBatch(batch: RawBatch, now: Instant): Promise<BatchResult> {
    return this.store(await this.prepare(batch, now));
  }

  /** The first half, which is work in memory and the pin: it may run while another batch is stored. */
  async prepare(batch: RawBatch, now: Instant): Promise<PreparedBatch> {
    const outcomes: Outcome[] = batch.records.map(() => ACCEPTED);
    const batchId = batchIdOf(batch);
    const candidates = await this.pin(batch, batchId, now, outcomes);
    return { batch, batchId, candidates, first: firstByIdentity(candidates), outcomes };
  }

  /** The second half: what is known already is looked up, and every bucket gets its share. */
  async store(prepared: PreparedBatch): Promise<BatchResult> {
    const { batchId, candidates, outcomes } = prepared;
    await this.partitions.ensure(candidates.map((candidate) => candidate.record.startedAt));
    const known = await this.findKnown(candidates);
    const groups = byBucket(candidates);
    await whileRating(this.database, async () => {
      const reference = await this.reference.current();
      await inParallel([...groups], this.options.connections, ([bucket, group]) =>
        this.storeBucket(bucket, prepared, group, known, reference),
      );
    });
    const counts = countOutcomes(outcomes);
    await completeBatch(this.database, batchId, [...groups.keys()], outcomes.length - candidates.length);
    return { outcomes, counts };
  }

  /** Assigns the records by the reference data of the batch's pin, or pins the batch by the current one. */
  private async pin(
    batch: RawBatch,
    batchId: string,
    now: Instant,
    outcomes: Outcome[],
  ): Promise<Candidate[]> {
    const pinned = await readPin(this.database, batchId);
    let reference = pinned === undefined ? await this.reference.current() : await this.reference.at(pinned);
    for (let attempt = 1; attempt <= MAXIMUM_ATTEMPTS; attempt += 1) {
      const { candidates, unassigned } = await readBatch(batch, reference, now, outcomes);
      const holds = await pinBatch(this.database, batchId, batch, reference.position, unassigned);
      if (holds === reference.position) return candidates;
      reference = await this.reference.at(holds);
    }
    throw new Error(`Batch ${batchId} could not be pinned`);
  }

  private async findKnown(candidates: readonly Candidate[]): Promise<Map<string, KnownCall>> {
    let earliest = Number.POSITIVE_INFINITY;
    for (const candidate of candidates) earliest = Math.min(earliest, candidate.record.startedAt);
    return findKnownCalls(
      this.database,
      candidates.map((candidate) => candidate.callKey),
      earliest as Instant,
    );
  }

  /** Retried when the bucket was re-rated, or another writer stored one of the calls, since they were looked at. */
  private async storeBucket(
    bucket: number,
    work: PreparedBatch,
    group: readonly Candidate[],
    knownAtFirst: Map<string, KnownCall>,
    referenceAtFirst: ReferenceData,
  ): Promise<void> {
    let known = knownAtFirst;
    let reference = referenceAtFirst;
    for (let attempt = 1; ; attempt += 1) {
      const share = await this.shareOf(work, group, known, reference);
      try {
        const stored = await this.callStoreBatch(bucket, work.batchId, reference.position, share);
        if (!stored) await this.recallOutcomes(bucket, work, group, reference);
        return;
      } catch (error) {
        const state = sqlStateOf(error);
        if ((state !== STALE_REFERENCE && state !== UNIQUE_VIOLATION) || attempt >= MAXIMUM_ATTEMPTS)
          throw error;
        await sleep(Math.random() * 20 * attempt);
        if (state === STALE_REFERENCE) reference = await this.reference.current();
        else known = await this.findKnown(group);
      }
    }
  }

  private async callStoreBatch(
    bucket: number,
    batchId: string,
    referencePosition: number,
    share: BucketShare,
  ): Promise<boolean> {
    const deltas = this.projection.fold(share.calls.map(entryOf));
    const [row] = await this.database.callBucket<{ stored: boolean }>('cdr.store_batch', STORE_BATCH, [
      bucket,
      batchId,
      referencePosition,
      share.duplicates,
      ...callColumns(share.calls),
      ...rejectedColumns(share.rejected),
      ...deltaColumns(deltas),
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
    await this.shareOf(work, group, await this.findKnown(group), reference);
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

  /** Splits a bucket's records into new calls, duplicates and rejected ones; pure but for the fields of a conflict's first record. */
  private async shareOf(
    work: PreparedBatch,
    group: readonly Candidate[],
    known: ReadonlyMap<string, KnownCall>,
    reference: ReferenceData,
  ): Promise<BucketShare> {
    const share: BucketShare = { calls: [], rejected: [], duplicates: 0 };
    const taken = new Map<string, Candidate>();
    for (const candidate of group) {
      const stored = known.get(candidate.callKey);
      const earlier = taken.get(candidate.callKey) ?? takenElsewhere(work, candidate);
      const contentOfFirst = stored?.contentHash ?? earlier?.contentHash;
      if (contentOfFirst === candidate.contentHash) {
        work.outcomes[candidate.index] = DUPLICATE;
        share.duplicates += 1;
      } else if (contentOfFirst === undefined) {
        if (rate(work, candidate, reference, share)) taken.set(candidate.callKey, candidate);
      } else {
        const first =
          stored === undefined
            ? earlier && { ...earlier.record, user: earlier.userId }
            : await readStoredFields(this.database, stored);
        reject(work, candidate, { code: 'conflict', reason: conflictReason(candidate, first) }, share);
      }
    }
    return share;
  }
}

/** A batch that is pinned: its records are parsed and assigned, and wait to be stored. */
export interface PreparedBatch {
  readonly batch: RawBatch;
  readonly batchId: string;
  readonly candidates: readonly Candidate[];
  /** The first record of each identity in the batch. */
  readonly first: ReadonlyMap<string, Candidate>;
  readonly outcomes: Outcome[];
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

/** An earlier record of the batch with the same identity that belongs to another account. */
function takenElsewhere(work: PreparedBatch, candidate: Candidate): Candidate | undefined {
  const first = work.first.get(candidate.callKey);
  return first === undefined || first.account === candidate.account ? undefined : first;
}

function conflictReason(candidate: Candidate, first: StoredFields | undefined): string {
  const { source, id } = candidate.record;
  const differing =
    first === undefined
      ? 'content'
      : describeDifference(first, { ...candidate.record, user: candidate.userId });
  return `${source} sent ${id} before with other content: ${differing}.`;
}

/** @returns whether the call was taken */
function rate(
  work: PreparedBatch,
  candidate: Candidate,
  reference: ReferenceData,
  share: BucketShare,
): boolean {
  const { record, account, userId } = candidate;
  const user = userId === null ? undefined : reference.assignments.user(userId, record.startedAt);
  const rated = rateRecord(record, account, user, reference);
  if (!rated.ok) {
    reject(work, candidate, rated.rejection, share);
    return false;
  }
  work.outcomes[candidate.index] = ACCEPTED;
  const { callKey, contentHash } = candidate;
  share.calls.push({ record, callKey, contentHash, account, userId, ratedBy: rated.value });
  return true;
}

function reject(work: PreparedBatch, candidate: Candidate, rejection: Rejection, share: BucketShare): void {
  work.outcomes[candidate.index] = { outcome: rejection.code, reason: rejection.reason };
  share.rejected.push({
    id: quarantineIdOf(work.batch.origin, candidate.raw),
    ...rejection,
    origin: work.batch.origin,
    position: candidate.raw.position,
    account: candidate.account,
    source: candidate.record.source,
    callId: candidate.record.id,
    raw: candidate.raw.bytes,
  });
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

const PARAMETERS = 4 + 28 + 9 + 9;
const STORE_BATCH = `SELECT cdr.store_batch(${Array.from({ length: PARAMETERS }, (_unused, index) => `$${index + 1}`).join(', ')}) AS stored`;
