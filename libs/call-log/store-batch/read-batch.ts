import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Instant } from '#calendar/instant.js';
import { callKeyOf } from '#platform/identity/ids.js';
import { assignAccount } from '../domain/assign-account.js';
import type { AnsweredCall, CallRecord } from '../domain/call-record.js';
import { contentHashOf } from '../domain/content.js';
import type { ReferenceData } from '../domain/rate-record.js';
import { recordReader } from '../formats/record-reader.js';
import type { RawBatch, RawRecord, RecordOutcome, UnassignedRecord } from './batch.js';

/** Between these, what another batch waits for from the database gets its turn. */
const RECORDS_PER_TURN = 256;

/** A record that parsed, with the identity that decides whether it is known and the account that it belongs to. */
export interface Candidate {
  readonly index: number;
  readonly raw: RawRecord;
  readonly record: CallRecord;
  readonly callKey: string;
  readonly contentHash: string;
  readonly account: string;
  readonly userId: string | null;
  /** `call.answered`: it opens the call and is no call yet. */
  readonly open: boolean;
}

/** What became of a record, and why. */
export interface Outcome {
  readonly outcome: RecordOutcome;
  readonly reason: string | null;
}
export const ACCEPTED: Outcome = { outcome: 'accepted', reason: null };
export const DUPLICATE: Outcome = { outcome: 'duplicate', reason: null };

/** Parses and assigns every record; what has no account is set apart with its reason. */
export async function readBatch(
  batch: RawBatch,
  reference: ReferenceData,
  now: Instant,
  outcomes: Outcome[],
): Promise<{ candidates: Candidate[]; unassigned: UnassignedRecord[] }> {
  const candidates: Candidate[] = [];
  const unassigned: UnassignedRecord[] = [];
  const read = recordReader(batch.origin);
  for (const [index, raw] of batch.records.entries()) {
    if (index % RECORDS_PER_TURN === 0) await nextTurn();
    const parsed = (raw.readAs === undefined ? read : recordReader(raw.readAs))(raw, now);
    if (!parsed.ok) {
      unassigned.push({ raw, ...parsed, startedAt: null });
      outcomes[index] = { outcome: parsed.rejection.code, reason: parsed.rejection.reason };
      continue;
    }
    const record = parsed.kind === 'ended' ? parsed.record : soFar(parsed.record);
    const assigned = assignAccount(record, reference.assignments);
    if (!assigned.ok) {
      const { source, id, startedAt } = record;
      unassigned.push({ raw, rejection: assigned.rejection, source, id, startedAt });
      outcomes[index] = { outcome: assigned.rejection.code, reason: assigned.rejection.reason };
      continue;
    }
    candidates.push({
      index,
      raw,
      record,
      callKey: callKeyOf(record.source, record.id),
      contentHash: contentHashOf(record),
      account: assigned.account,
      userId: assigned.user?.user ?? null,
      open: parsed.kind === 'answered',
    });
  }
  return { candidates, unassigned };
}

/** An open call as if it had ended when it was answered: what assigns and rates calls takes it as one. */
function soFar(call: AnsweredCall): CallRecord {
  return { ...call, endedAt: call.answeredAt, talkSeconds: 0, disposition: 'answered' };
}
