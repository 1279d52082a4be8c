import { Injectable } from '@nestjs/common';
import type { Instant } from '#calendar/instant.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import type { RecordHeaders } from '../../domain/record-from.js';
import { readingSuffix } from '../../formats/file-reading.js';
import { quarantineIdOf } from '../../store-batch/batch.js';
import { CallLogWriter } from '../../store-batch/call-log-writer.js';
import { type Operation, QuarantineBook, type Step } from '../store/quarantine-book.js';
import { type KeptRecord, RECORDS_PER_PAGE } from '../store/quarantine-pages.js';
import type { RedrivenRecord } from './redrive-report.js';
import { RedriveTrial, type Tried, type Verdict } from './redrive-trial.js';

/** The bytes that go in, and the record for which they stand. */
export interface Attempt {
  readonly record: KeptRecord;
  readonly bytes: Buffer;
  /** How the bytes are read, see `readingSuffix`; a correction is always one of the contracts' JSON objects. */
  readonly suffix: string;
  readonly headers: RecordHeaders | undefined;
}

/** A record as it came, to be read as it was read then. */
export function asItCame(record: KeptRecord): Attempt {
  const { raw, origin, headers } = record;
  return { record, bytes: raw, suffix: readingSuffix(origin), headers: headers ?? undefined };
}

/** What a person sends in place of a record. */
export function corrected(record: KeptRecord, bytes: Buffer): Attempt {
  return { record, bytes, suffix: '', headers: undefined };
}

/** Judges one page of attempts, stores what passes, and closes what was stored. */
@Injectable()
export class Redriver {
  constructor(
    private readonly clock: BusinessClock,
    private readonly trial: RedriveTrial,
    private readonly writer: CallLogWriter,
    private readonly book: QuarantineBook,
  ) {}

  /** @param operation absent for a dry run */
  async redrivePage(
    attempts: readonly Attempt[],
    page: number,
    operation: Operation | undefined,
  ): Promise<RedrivenRecord[]> {
    const now = await this.clock.now();
    const tried = attempts.map(triedOf);
    const verdicts = await this.trial.judge(tried, now);
    const refusedOnes = attempts.map((attempt, index) => refusedAgain(attempt, verdictAt(verdicts, index)));
    if (operation === undefined) return refusedOnes.map(asResult);
    const sent = attempts.flatMap((attempt, index) =>
      goesIn(attempt, verdictAt(verdicts, index), operation) ? [{ attempt, index }] : [],
    );
    const stored = await this.store(sent, page, operation, now);
    const steps = refusedOnes.map((step, index) => stored.get(index) ?? step);
    const held = await this.book.record(operation, page, steps);
    return steps.map((step) => (held.has(step.record.id) ? asResult(step) : closedRecord(step.record)));
  }

  private async store(
    sent: readonly { readonly attempt: Attempt; readonly index: number }[],
    page: number,
    operation: Operation,
    now: Instant,
  ): Promise<Map<number, Step>> {
    const steps = new Map<number, Step>();
    // One batch for each way of reading: a record that is kept again has to be read that way once more.
    for (const suffix of new Set(sent.map(({ attempt }) => attempt.suffix))) {
      const group = sent.filter(({ attempt }) => attempt.suffix === suffix);
      await this.storeGroup(`redrive:${operation.id}${suffix}`, group, page, now, steps);
    }
    return steps;
  }

  private async storeGroup(
    origin: string,
    sent: readonly { readonly attempt: Attempt; readonly index: number }[],
    page: number,
    now: Instant,
    steps: Map<number, Step>,
  ): Promise<void> {
    const records = sent.map(({ attempt, index }) => ({
      position: page * RECORDS_PER_PAGE + index + 1,
      bytes: attempt.bytes,
      headers: attempt.headers,
    }));
    const { outcomes } = await this.writer.storeBatch({ origin, records }, now);
    for (const [place, { attempt, index }] of sent.entries()) {
      const { record } = attempt;
      const raw = records[place];
      const stored = outcomes[place];
      if (raw === undefined || stored === undefined) throw new Error(`${origin} lost record ${record.id}`);
      const { outcome, reason } = stored;
      if (outcome === 'accepted' || outcome === 'duplicate') steps.set(index, { record, result: outcome });
      else {
        const keptAs = quarantineIdOf(origin, raw);
        steps.set(index, { record, result: 'kept-again', code: outcome, reason: reason ?? outcome, keptAs });
      }
    }
  }
}

export function triedOf({ record, bytes, suffix, headers }: Attempt): Tried {
  return { bytes, code: record.code, reason: record.reason, suffix, headers };
}

/**
 * What would pass goes in. So does a record whose account was not known and is now, though it is refused for another reason: kept
 * under its account it holds up that account's invoice. A correction that would not pass is the person's to correct again.
 */
function goesIn({ record }: Attempt, verdict: Verdict, { correction }: Operation): boolean {
  if (verdict.outcome === 'accepted' || verdict.outcome === 'duplicate') return true;
  return correction === undefined && verdict.bucket !== null && verdict.bucket !== record.bucket;
}

/** The step of a record that is not stored; for a dry run also what would be stored. */
function refusedAgain({ record }: Attempt, { outcome, reason }: Verdict): Step {
  if (outcome === 'accepted' || outcome === 'duplicate') return { record, result: outcome };
  return { record, result: 'refused-again', code: outcome, reason: reason ?? outcome };
}

function verdictAt(verdicts: readonly Verdict[], index: number): Verdict {
  const verdict = verdicts[index];
  if (verdict === undefined) throw new Error(`Record ${index + 1} of a page was not judged`);
  return verdict;
}

function asResult({ record, result, code, reason, keptAs }: Step): RedrivenRecord {
  if (result === 'discarded') throw new Error(`Record ${record.id} was redriven and came out as discarded`);
  return { id: record.id, result, code: code ?? null, reason: reason ?? null, keptAs: keptAs ?? null };
}

export function closedRecord({ id }: KeptRecord): RedrivenRecord {
  return { id, result: 'already-closed', code: null, reason: null, keptAs: null };
}
