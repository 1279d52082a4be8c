import type { Queryable } from '#platform/database/database.js';
import { type AnsweredFields, differenceOfAnswered } from '../domain/answered-fields.js';
import type { Rejection } from '../domain/call-record.js';
import { describeDifference } from '../domain/content.js';
import { type RatedBy, type ReferenceData, rateRecord } from '../domain/rate-record.js';
import type { CallToStore, RecordToReject } from '../store/call-columns.js';
import { type KnownCall, type StoredFields, readFieldsOfCalls } from '../store/known-calls.js';
import type { OpenCall } from '../store/open-calls.js';
import { type RawBatch, envelopeOf, quarantineIdOf } from './batch.js';
import { FateCounts } from './kafka-counts.js';
import type { OpenCallToStore } from './open-call-columns.js';
import { ACCEPTED, type Candidate, DUPLICATE, type Outcome } from './read-batch.js';

/** What is stored already of the identities of a batch. */
export interface Known {
  readonly calls: ReadonlyMap<string, KnownCall>;
  readonly open: ReadonlyMap<string, OpenCall>;
  /** Ids under which answers that never had an end are in quarantine. */
  readonly closedOut: ReadonlySet<string>;
}

/** What one bucket gets of a batch. */
export interface BucketShare {
  readonly calls: CallToStore[];
  readonly rejected: RecordToReject[];
  /** Calls that are open after this batch. */
  readonly open: Map<string, OpenCallToStore>;
  /** Open calls of earlier batches that end in this one. */
  readonly completed: string[];
  readonly counts: FateCounts;
  duplicates: number;
  opened: number;
}

/** The batch as far as its shares depend on it. */
export interface SharedWork {
  readonly batch: RawBatch;
  readonly outcomes: Outcome[];
  /** The first record of each identity in the batch. */
  readonly first: ReadonlyMap<string, Candidate>;
}

/** Splits a bucket's records into new calls, opened calls, duplicates and rejected ones; it reads only the fields of a conflict's first record. */
export async function shareOf(
  work: SharedWork,
  group: readonly Candidate[],
  known: Known,
  reference: ReferenceData,
  reader: Queryable,
): Promise<BucketShare> {
  const share: BucketShare = {
    calls: [],
    rejected: [],
    open: new Map(),
    completed: [],
    counts: new FateCounts(work.batch),
    duplicates: 0,
    opened: 0,
  };
  const splitter = new Splitter(work, known, reference, await fieldsToCompare(group, known, reader), share);
  for (const candidate of group) {
    if (candidate.open) splitter.answered(candidate);
    else splitter.ended(candidate);
  }
  return share;
}

/** Calls in the log whose fields a record of the group is compared with: one look-up, however many they are. */
async function fieldsToCompare(
  group: readonly Candidate[],
  known: Known,
  reader: Queryable,
): Promise<Map<string, StoredFields>> {
  const wanted = new Map<string, KnownCall>();
  for (const { callKey, contentHash, open } of group) {
    const stored = known.calls.get(callKey);
    if (stored !== undefined && (open || stored.contentHash !== contentHash)) wanted.set(callKey, stored);
  }
  return readFieldsOfCalls(reader, [...wanted.values()]);
}

class Splitter {
  /** Calls that ended in this batch. */
  private readonly taken = new Map<string, Candidate>();

  constructor(
    private readonly work: SharedWork,
    private readonly known: Known,
    private readonly reference: ReferenceData,
    /** Of calls in the log that a record of this group is compared with. */
    private readonly fields: ReadonlyMap<string, StoredFields>,
    private readonly share: BucketShare,
  ) {}

  ended(candidate: Candidate): void {
    const stored = this.known.calls.get(candidate.callKey);
    const earlier = this.taken.get(candidate.callKey) ?? this.takenElsewhere(candidate);
    const contentOfFirst = stored?.contentHash ?? earlier?.contentHash;
    if (contentOfFirst === candidate.contentHash) return this.duplicate(candidate);
    if (contentOfFirst !== undefined) {
      const first =
        stored === undefined
          ? earlier && { ...earlier.record, user: earlier.userId }
          : this.fields.get(candidate.callKey);
      return this.reject(candidate, conflict(candidate, contentDifference(candidate, first)));
    }
    const opened = this.openNow(candidate);
    const difference = opened === undefined ? '' : differenceOfAnswered(opened, answeredFieldsOf(candidate));
    if (difference !== '') return this.reject(candidate, conflict(candidate, difference));
    const ratedBy = this.rate(candidate, candidate.record.talkSeconds);
    if (ratedBy === undefined) return;
    this.take(candidate, ratedBy);
  }

  answered(candidate: Candidate): void {
    const first = this.firstOfAnswered(candidate);
    if (first !== undefined) {
      const difference = differenceOfAnswered(first, answeredFieldsOf(candidate));
      if (difference !== '') return this.reject(candidate, conflict(candidate, difference));
      return this.duplicate(candidate);
    }
    if (this.known.closedOut.has(this.quarantineId(candidate))) return this.duplicate(candidate);
    // Of one second: what the class of the call is, and whether it is covered, shows while it lasts.
    const ratedBy = this.rate(candidate, 1);
    if (ratedBy === undefined) return;
    this.share.open.set(candidate.callKey, {
      candidate,
      ratedBy,
      quarantineId: this.quarantineId(candidate),
      origin: this.work.batch.origin,
    });
    this.settle(candidate, ACCEPTED, 'opened');
    this.share.opened += 1;
  }

  /** What is known of the call whose answer this tells: its end, or its answer. */
  private firstOfAnswered(candidate: Candidate): AnsweredFields | undefined {
    const stored = this.known.calls.get(candidate.callKey);
    if (stored !== undefined) return this.fieldsOf(candidate);
    const earlier = this.taken.get(candidate.callKey) ?? this.takenElsewhere(candidate);
    return earlier === undefined ? this.openNow(candidate) : answeredFieldsOf(earlier);
  }

  private fieldsOf({ callKey }: Candidate): StoredFields {
    const fields = this.fields.get(callKey);
    // Nothing removes calls, so this is a damaged log; an answer must not open a call that has ended.
    if (fields === undefined) throw new Error(`Call ${callKey} was in the log and is gone`);
    return fields;
  }

  private openNow(candidate: Candidate): AnsweredFields | undefined {
    const here = this.share.open.get(candidate.callKey);
    return here === undefined ? this.known.open.get(candidate.callKey) : answeredFieldsOf(here.candidate);
  }

  /** An earlier record of the batch with the same identity that belongs to another account; what is stored comes before it. */
  private takenElsewhere(candidate: Candidate): Candidate | undefined {
    if (this.known.open.has(candidate.callKey)) return undefined;
    const first = this.work.first.get(candidate.callKey);
    return first === undefined || first.account === candidate.account ? undefined : first;
  }

  private take(candidate: Candidate, ratedBy: RatedBy): void {
    const { record, callKey, contentHash, account, userId } = candidate;
    this.taken.set(callKey, candidate);
    if (!this.share.open.delete(callKey) && this.known.open.has(callKey)) this.share.completed.push(callKey);
    this.share.calls.push({ record, callKey, contentHash, account, userId, ratedBy });
    this.settle(candidate, ACCEPTED, 'accepted');
  }

  private duplicate(candidate: Candidate): void {
    this.share.duplicates += 1;
    this.settle(candidate, DUPLICATE, 'duplicates');
  }

  private rate(candidate: Candidate, talkSeconds: number): RatedBy | undefined {
    const { record, account, userId } = candidate;
    const user = userId === null ? undefined : this.reference.assignments.user(userId, record.startedAt);
    const { direction, to, startedAt, answeredAt } = record;
    const rated = rateRecord(
      { direction, to, startedAt, answeredAt, talkSeconds },
      account,
      user,
      this.reference,
    );
    if (rated.ok) return rated.value;
    this.reject(candidate, rated.rejection);
    return undefined;
  }

  private reject(candidate: Candidate, rejection: Rejection): void {
    const { record, raw, account } = candidate;
    this.settle(candidate, { outcome: rejection.code, reason: rejection.reason }, 'rejected');
    this.share.rejected.push({
      id: this.quarantineId(candidate),
      ...rejection,
      origin: this.work.batch.origin,
      position: raw.position,
      account,
      source: record.source,
      callId: record.id,
      raw: raw.bytes,
      headers: envelopeOf(raw),
    });
  }

  private settle(candidate: Candidate, outcome: Outcome, fate: Parameters<FateCounts['add']>[1]): void {
    this.work.outcomes[candidate.index] = outcome;
    this.share.counts.add(candidate, fate);
  }

  private quarantineId(candidate: Candidate): string {
    return quarantineIdOf(this.work.batch.origin, candidate.raw);
  }
}

function answeredFieldsOf({ record, account, userId }: Candidate): AnsweredFields {
  return { ...record, accountFound: account, user: userId };
}

function contentDifference(
  candidate: Candidate,
  first: Omit<StoredFields, 'accountFound'> | undefined,
): string {
  return first === undefined
    ? 'content'
    : describeDifference(first, { ...candidate.record, user: candidate.userId });
}

function conflict({ record }: Candidate, difference: string): Rejection {
  return {
    code: 'conflict',
    reason: `${record.source} sent ${record.id} before with other content: ${difference}.`,
  };
}
