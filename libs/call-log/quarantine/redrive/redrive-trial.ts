import { Injectable } from '@nestjs/common';
import type { Instant } from '#calendar/instant.js';
import { Database } from '#platform/database/database.js';
import { bucketOf } from '#platform/identity/ids.js';
import type { Rejection } from '../../domain/call-record.js';
import type { RecordHeaders } from '../../domain/record-from.js';
import { describeDifference } from '../../domain/content.js';
import { type ReferenceData, rateRecord } from '../../domain/rate-record.js';
import type { RecordOutcome } from '../../store-batch/batch.js';
import {
  ACCEPTED,
  type Candidate,
  DUPLICATE,
  type Outcome,
  readBatch,
} from '../../store-batch/read-batch.js';
import { type KnownCall, findKnownCalls, readStoredFields } from '../../store/known-calls.js';
import { ReferenceDataReader } from '../../store/reference-data-reader.js';

/** What would become of a record if it came in now. */
export interface Verdict {
  readonly outcome: RecordOutcome;
  readonly reason: string | null;
  /** Of its account; null where none is found. */
  readonly bucket: number | null;
  readonly source: string | null;
  readonly callId: string | null;
}

/** A record to try, and the reason for which it is in quarantine, which need not be looked for again if it is a conflict still. */
export interface Tried {
  readonly bytes: Buffer;
  readonly code: string;
  readonly reason: string;
  /** How the bytes are read, see `readingSuffix`. */
  readonly suffix: string;
  readonly headers: RecordHeaders | undefined;
}

/** Judges records by the rules of the door, and writes nothing. */
@Injectable()
export class RedriveTrial {
  constructor(
    private readonly database: Database,
    private readonly reference: ReferenceDataReader,
  ) {}

  /** @returns in the order of the records */
  async judge(records: readonly Tried[], now: Instant): Promise<Verdict[]> {
    const reference = await this.reference.current();
    const outcomes: Outcome[] = records.map(() => ACCEPTED);
    const batch = {
      origin: 'trial',
      records: records.map(({ bytes, headers, suffix }, index) => ({
        position: index + 1,
        bytes,
        headers,
        readAs: `trial${suffix}`,
      })),
    };
    const { candidates, unassigned } = await readBatch(batch, reference, now, outcomes);
    const verdicts: Verdict[] = outcomes.map((one) => ({ ...one, bucket: null, source: null, callId: null }));
    for (const { raw, source, id } of unassigned) {
      const index = raw.position - 1;
      verdicts[index] = { ...outcomeAt(outcomes, index), bucket: null, source, callId: id };
    }
    const known = await this.knownAmong(candidates);
    const taken = new Map<string, string>();
    for (const candidate of candidates) {
      const { index, account, record } = candidate;
      const outcome = await this.outcomeOf(candidate, records[index], { known, taken, reference, now });
      verdicts[index] = { ...outcome, bucket: bucketOf(account), source: record.source, callId: record.id };
    }
    return verdicts;
  }

  private async knownAmong(candidates: readonly Candidate[]): Promise<Map<string, KnownCall>> {
    const earliest = candidates.reduce(
      (least: Instant | undefined, { record }) =>
        least === undefined || record.startedAt < least ? record.startedAt : least,
      undefined,
    );
    if (earliest === undefined) return new Map();
    return findKnownCalls(
      this.database,
      candidates.map(({ callKey }) => callKey),
      earliest,
    );
  }

  private async outcomeOf(
    candidate: Candidate,
    tried: Tried | undefined,
    { known, taken, reference, now }: Circumstances,
  ): Promise<Outcome> {
    if (candidate.open) return openOutcome(candidate, tried, now);
    const stored = known.get(candidate.callKey);
    const first = stored?.contentHash ?? taken.get(candidate.callKey);
    if (first === candidate.contentHash) return DUPLICATE;
    if (first !== undefined) {
      const reason = tried?.code === 'conflict' ? tried.reason : await this.conflictReason(candidate, stored);
      return { outcome: 'conflict', reason };
    }
    const { record, account, userId } = candidate;
    const user = userId === null ? undefined : reference.assignments.user(userId, record.startedAt);
    const rated = rateRecord(record, account, user, reference);
    if (!rated.ok) return refusal(rated.rejection);
    taken.set(candidate.callKey, candidate.contentHash);
    return ACCEPTED;
  }

  private async conflictReason(
    { record, userId }: Candidate,
    stored: KnownCall | undefined,
  ): Promise<string> {
    const first = stored === undefined ? undefined : await readStoredFields(this.database, stored);
    const differing =
      first === undefined ? 'content' : describeDifference(first, { ...record, user: userId });
    return `${record.source} sent ${record.id} before with other content: ${differing}.`;
  }
}

interface Circumstances {
  readonly known: ReadonlyMap<string, KnownCall>;
  /** Content of the first record of an identity among those that are tried. */
  readonly taken: Map<string, string>;
  readonly reference: ReferenceData;
  readonly now: Instant;
}

/** A call that was answered and never ended is evidence; it would be opened only to be closed out again. */
const LONGEST_OPEN_MILLIS = 7 * 86_400_000;

/** Whether an answer agrees with what is open, or has ended since, is for the writer to say. */
function openOutcome({ record }: Candidate, tried: Tried | undefined, now: Instant): Outcome {
  const isEvidence = tried?.code === 'implausible' && record.startedAt < now - LONGEST_OPEN_MILLIS;
  return isEvidence ? { outcome: 'implausible', reason: tried.reason } : ACCEPTED;
}

function outcomeAt(outcomes: readonly Outcome[], index: number): Outcome {
  const outcome = outcomes[index];
  if (outcome === undefined) throw new Error(`Record ${index + 1} of a trial has no outcome`);
  return outcome;
}

function refusal({ code, reason }: Rejection): Outcome {
  return { outcome: code, reason };
}
