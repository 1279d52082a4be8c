import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { AMSTERDAM } from '#calendar/billing-zone.js';
import type { Instant } from '#calendar/instant.js';
import { type Outcome, accepted, refused } from '#outcome/outcome.js';
import { Database } from '#platform/database/database.js';
import { callKeyOf } from '#platform/identity/ids.js';
import {
  type QuarantinedRecord,
  RECORD_COLUMNS,
  type RecordRow,
  shownRecord,
} from '../list-quarantine/list-quarantine.js';
import { QuarantineAccess } from '../store/access-log.js';
import { originalBytes } from '../store/original-bytes.js';
import type { StepResult } from '../store/quarantine-book.js';
import { type Conflict, conflictOf } from './conflict.js';

/** One thing that a person did with a record. */
export interface HistoryEntry {
  readonly at: string;
  readonly by: string;
  readonly operation: string;
  readonly result: StepResult;
  readonly codeBefore: string;
  readonly reasonBefore: string;
  readonly code: string | null;
  readonly reason: string | null;
  /** What the person said. */
  readonly because: string | null;
  readonly keptAs: string | null;
  /** The record that the person gave instead. */
  readonly correction: ReturnType<typeof originalBytes> | null;
}

export interface ShownRecord extends QuarantinedRecord {
  readonly history: readonly HistoryEntry[];
  /** The record in whose place it was kept, when its account had become known. */
  readonly insteadOf: string | null;
  /** Of a conflict: the call in the log and this record, and where they differ. */
  readonly conflict: Conflict | null;
}

/** One record with its bytes and what was done with it. */
export class ShowQuarantined extends Query<Outcome<ShownRecord>> {
  constructor(
    readonly id: string,
    readonly by = 'api',
  ) {
    super();
  }
}

@QueryHandler(ShowQuarantined)
export class ShowQuarantinedHandler implements IQueryHandler<ShowQuarantined> {
  constructor(
    private readonly database: Database,
    private readonly access: QuarantineAccess,
  ) {}

  async execute({ id, by }: ShowQuarantined): Promise<Outcome<ShownRecord>> {
    const [row] = await this.database.query<RecordRow>(
      `SELECT ${RECORD_COLUMNS} FROM ingest.quarantine WHERE id = $1`,
      [id],
    );
    if (row === undefined) {
      return refused(
        'no-such-record',
        `There is no record ${id} in quarantine. "fairline quarantine list" shows their ids.`,
      );
    }
    await this.access.note('show', by, `id=${id}`, 1);
    const steps = await this.database.query<StepRow>(HISTORY, [id]);
    const [before] = await this.database.query<{ record: string }>(
      'SELECT record FROM ingest.quarantine_step WHERE kept_as = $1',
      [id],
    );
    const { source, callId } = row;
    const conflict =
      row.code === 'conflict' && source !== null && callId !== null
        ? await conflictOf(this.database, callKeyOf(source, callId), row.origin, {
            bytes: row.raw,
            headers: row.headers ?? undefined,
          })
        : null;
    return accepted({
      ...shownRecord(row),
      history: steps.map(entryOf),
      insteadOf: before?.record ?? null,
      conflict,
    });
  }
}

interface StepRow extends Omit<HistoryEntry, 'at' | 'correction'> {
  readonly at: Instant;
  readonly correction: Buffer | null;
}

function entryOf(row: StepRow): HistoryEntry {
  return {
    ...row,
    at: AMSTERDAM.format(row.at),
    correction: row.correction === null ? null : originalBytes(row.correction),
  };
}

const HISTORY = `
  SELECT decided_at AS at, decided_by AS by, operation, result, code_before AS "codeBefore", reason_before AS "reasonBefore", code, reason,
    because, kept_as AS "keptAs", correction
  FROM ingest.quarantine_step WHERE record = $1 ORDER BY step DESC LIMIT 200`;
