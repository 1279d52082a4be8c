import { Injectable } from '@nestjs/common';
import type { Instant } from '#calendar/instant.js';
import { type AppendingTransaction, EventStore } from '#event-store/event-store.js';
import { Database } from '#platform/database/database.js';
import { causedId } from '#platform/identity/ids.js';
import { quarantineDiscarded, quarantineRedriven } from '../../events/events.js';
import { inParallel } from '../../store-batch/parallel.js';
import type { KeptRecord } from './quarantine-pages.js';

/** Records of a page lie in many buckets; each is one small statement. */
const BUCKETS_AT_ONCE = 3;

/** What an operation came to for one record. */
export type StepResult = 'accepted' | 'duplicate' | 'kept-again' | 'refused-again' | 'discarded';

export interface Step {
  readonly record: KeptRecord;
  readonly result: StepResult;
  /** Of a record that was refused again. */
  readonly code?: string;
  readonly reason?: string;
  /** Of one that was kept again: the record that took its place. */
  readonly keptAs?: string;
}

export interface Operation {
  readonly id: string;
  readonly by: string;
  readonly because?: string;
  readonly at: Instant;
  readonly correction?: Buffer;
}

/**
 * What people did with quarantined records: a step per record, the event of the page, and what follows on the coordinator, in one
 * transaction; the rows of buckets right after it. A process that dies in between leaves rows that are still open: `SettleRejected` follows
 * the events and settles them.
 */
@Injectable()
export class QuarantineBook {
  constructor(
    private readonly database: Database,
    private readonly store: EventStore,
  ) {}

  /**
   * Records steps of one page. A record that somebody else closed in between keeps what it was closed by.
   * @param page number of the page in its operation, from 0
   * @returns ids of the records for which this step holds
   */
  async record(operation: Operation, page: number, steps: readonly Step[]): Promise<ReadonlySet<string>> {
    // Two operations on the same records wait for each other in one order.
    const sorted = steps.toSorted((a, b) => (a.record.id < b.record.id ? -1 : 1));
    const held = await this.store.appending(async (transaction) => {
      const inserted = await insertSteps(transaction, operation, sorted);
      const holding = sorted.filter(({ record }) => inserted.has(record.id));
      if (holding.length === 0) return inserted;
      await settleOnCoordinator(transaction, holding, operation.correction === undefined);
      await this.append(transaction, operation, page, holding);
      return inserted;
    });
    // All of them: of one that was closed before, the process that closed it may have died before it came to the row.
    await this.settleBuckets(steps.map(({ record }) => record.id));
    return held;
  }

  /** Brings the rows of buckets to what was decided last; a closing step goes before any other. */
  async settleBuckets(records: readonly string[]): Promise<void> {
    const decided = await this.database.query<Decided>(DECIDED, [records]);
    const byBucket = new Map<number, Decided[]>();
    for (const row of decided) byBucket.set(row.bucket, [...(byBucket.get(row.bucket) ?? []), row]);
    await inParallel([...byBucket], BUCKETS_AT_ONCE, async ([bucket, rows]) => {
      await this.database.callBucket('cdr.settle_rejected', SETTLE, [
        bucket,
        rows.map((row) => row.record),
        rows.map((row) => statusOf(row.result)),
        rows.map((row) => row.code),
        rows.map((row) => row.reason),
      ]);
    });
  }

  private async append(
    transaction: AppendingTransaction,
    operation: Operation,
    page: number,
    steps: readonly Step[],
  ): Promise<void> {
    const { id, by, because, at, correction } = operation;
    const discards = steps[0]?.result === 'discarded';
    const places = steps.map(({ record }) => ({ record: record.id, bucket: record.bucket }));
    const event = discards
      ? { definition: quarantineDiscarded, data: { operation: id, records: places } }
      : {
          definition: quarantineRedriven,
          data: {
            operation: id,
            corrected: correction !== undefined,
            records: steps.map((step, index) => ({
              ...places[index],
              result: step.result,
              code: step.code ?? null,
              keptAs: step.keptAs ?? null,
            })),
          },
        };
    const streamId = `quarantine-${id}`;
    const before = await this.store.readStream(streamId, transaction);
    const metadata = { actor: by, ...(because === undefined ? {} : { reason: because }) };
    const toAppend = { ...event, metadata, eventId: causedId('quarantine', id, page) };
    await transaction.append(streamId, before.length, [toAppend], at);
  }
}

/** The status that a step gives its record. */
export function statusOf(result: StepResult): 'open' | 'redriven' | 'discarded' {
  if (result === 'refused-again') return 'open';
  return result === 'discarded' ? 'discarded' : 'redriven';
}

async function insertSteps(
  transaction: AppendingTransaction,
  operation: Operation,
  steps: readonly Step[],
): Promise<Set<string>> {
  const rows = await transaction.query<{ record: string }>(INSERT_STEPS, [
    operation.id,
    operation.at,
    operation.by,
    operation.because ?? null,
    operation.correction ?? null,
    steps.map(({ record }) => record.id),
    steps.map(({ record }) => record.bucket),
    steps.map(({ result }) => result),
    steps.map(({ record }) => record.code),
    steps.map(({ record }) => record.reason),
    steps.map(({ code }) => code ?? null),
    steps.map(({ reason }) => reason ?? null),
    steps.map(({ keptAs }) => keptAs ?? null),
  ]);
  return new Set(rows.map(({ record }) => record));
}

/** @param ofOriginal false where a correction was refused: that says nothing of the original, whose reason stands */
async function settleOnCoordinator(
  transaction: AppendingTransaction,
  steps: readonly Step[],
  ofOriginal: boolean,
): Promise<void> {
  const own = steps.filter(({ record }) => record.bucket === null);
  if (own.length === 0) return;
  const replacesReason = ({ result }: Step) => ofOriginal && result === 'refused-again';
  await transaction.query(
    `UPDATE ingest.quarantined_record q SET status = s.status, code = coalesce(s.code, q.code), reason = coalesce(s.reason, q.reason)
     FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) AS s(id, status, code, reason)
     WHERE q.id = s.id AND q.status = 'open'`,
    [
      own.map(({ record }) => record.id),
      own.map(({ result }) => statusOf(result)),
      own.map((step) => (replacesReason(step) ? (step.code ?? null) : null)),
      own.map((step) => (replacesReason(step) ? (step.reason ?? null) : null)),
    ],
  );
}

interface Decided {
  readonly record: string;
  readonly bucket: number;
  readonly result: StepResult;
  readonly code: string | null;
  readonly reason: string | null;
}

/** A refused correction says nothing of the original, whose reason stands. */
const DECIDED = `
  SELECT DISTINCT ON (record) record, bucket, result,
    CASE WHEN result = 'refused-again' AND correction IS NULL THEN code END AS code,
    CASE WHEN result = 'refused-again' AND correction IS NULL THEN reason END AS reason
  FROM ingest.quarantine_step WHERE record = ANY ($1::uuid[]) AND bucket IS NOT NULL
  ORDER BY record, closes DESC, step DESC`;

const SETTLE = 'SELECT cdr.settle_rejected($1, $2::uuid[], $3::text[], $4::text[], $5::text[])';

/** Of a record that was closed in between nothing is added: a closing step is there once, and what is closed is not refused again. */
const INSERT_STEPS = `
  INSERT INTO ingest.quarantine_step (record, bucket, operation, decided_at, decided_by, because, correction, result, closes, code_before,
    reason_before, code, reason, kept_as)
  SELECT s.record, s.bucket, $1, to_timestamp($2::double precision / 1000), $3, $4, $5, s.result, s.result <> 'refused-again', s.code_before,
    s.reason_before, s.code, s.reason, s.kept_as
  FROM unnest($6::uuid[], $7::smallint[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::uuid[])
    AS s(record, bucket, result, code_before, reason_before, code, reason, kept_as)
  WHERE NOT EXISTS (SELECT FROM ingest.quarantine_step c WHERE c.record = s.record AND c.closes)
  ON CONFLICT DO NOTHING
  RETURNING record`;
