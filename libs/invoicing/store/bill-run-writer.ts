import type { Instant } from '#calendar/instant.js';
import type { RecordedEvent } from '#event-store/event.js';
import { bigintArray } from '#platform/database/binary-array.js';
import type { Queryable } from '#platform/database/database.js';
import type { DraftsOfRun } from '../domain/bill-run.js';
import type { ControlTotals } from '../domain/control-totals.js';

export interface BillRunToWrite {
  readonly drafts: DraftsOfRun;
  readonly totals: { readonly ready: ControlTotals; readonly parked: ControlTotals };
  readonly comparedWith: 'bill-run' | 'live';
  readonly revision: number;
  readonly by: string;
  readonly at: Instant;
  /** The event that makes these drafts count. */
  readonly last: RecordedEvent;
}

/** The row of a bill run, in the transaction of its event. */
export async function writeBillRun(transaction: Queryable, run: BillRunToWrite): Promise<void> {
  const { drafts, totals, comparedWith, revision, by, at, last } = run;
  await transaction.query(
    `INSERT INTO invoicing.bill_run (period, status, revision, build, complete, reference_position, log_cursor, checksum, totals,
       compared_with, drafted_by, drafted_at, stream_version, updated_position)
     VALUES ($1, 'drafted', $2, $3, $4, $5, $6, $7, $8, $9, $10, to_timestamp($11::double precision / 1000), $12, $13)
     ON CONFLICT (period) DO UPDATE SET revision = excluded.revision, build = excluded.build, complete = excluded.complete,
       reference_position = excluded.reference_position, log_cursor = excluded.log_cursor, checksum = excluded.checksum,
       totals = excluded.totals, compared_with = excluded.compared_with, drafted_by = excluded.drafted_by,
       drafted_at = excluded.drafted_at, stream_version = excluded.stream_version, updated_position = excluded.updated_position`,
    [
      drafts.period,
      revision,
      drafts.build,
      drafts.complete,
      drafts.referencePosition,
      bigintArray(drafts.logCursor),
      drafts.checksum,
      JSON.stringify(totals),
      comparedWith,
      by,
      at,
      last.streamVersion,
      last.position,
    ],
  );
}
