import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { EventStore } from '#event-store/event-store.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import { Database } from '#platform/database/database.js';
import { quarantineExported } from '../../events/events.js';
import {
  type QuarantinedRecord,
  RECORD_COLUMNS,
  type RecordRow,
  shownRecord,
} from '../list-quarantine/list-quarantine.js';
import { QuarantineAccess } from '../store/access-log.js';
import { MATCHES, type QuarantineFilter, describeFilter, filterValues } from '../store/quarantine-filter.js';

const PAGE = 500;
const NO_RECORD = '00000000-0000-0000-0000-000000000000';

/** Every record that matches, with its original bytes, first received first; memory is bounded by one page. */
@Injectable()
export class ExportQuarantine {
  constructor(
    private readonly database: Database,
    private readonly store: EventStore,
    private readonly clock: BusinessClock,
    private readonly access: QuarantineAccess,
  ) {}

  /** Put on the audit trail when it ends, with how many records left, also if the reader stops early. */
  async *pages(filter: QuarantineFilter, by: string): AsyncGenerator<readonly QuarantinedRecord[]> {
    let exported = 0;
    let after = { arrival: '-infinity', id: NO_RECORD };
    try {
      for (;;) {
        const rows: (RecordRow & { arrival: string })[] = await this.database.query(READ_PAGE, [
          ...filterValues(filter),
          after.arrival,
          after.id,
          PAGE,
        ]);
        exported += rows.length;
        if (rows.length > 0) yield rows.map(({ arrival: _arrival, ...row }) => shownRecord(row));
        const last = rows.at(-1);
        if (last === undefined || rows.length < PAGE) return;
        after = { arrival: last.arrival, id: last.id };
      }
    } finally {
      await this.record(filter, by, exported);
    }
  }

  private async record(filter: QuarantineFilter, by: string, records: number): Promise<void> {
    const operation = randomUUID();
    const { code = null, source = null, account = null, status = null } = filter;
    const data = { operation, code, source, account, status, records };
    const at = await this.clock.now();
    await this.store.appending(async (transaction) => {
      const event = { definition: quarantineExported, data, metadata: { actor: by } };
      await transaction.append(`quarantine-${operation}`, 0, [event], at);
    });
    await this.access.note('export', by, describeFilter(filter), records);
  }
}

const READ_PAGE = `
  SELECT ${RECORD_COLUMNS}, received_at::text AS arrival FROM ingest.quarantine
  WHERE ${MATCHES} AND (received_at, id) > ($9::timestamptz, $10::uuid)
  ORDER BY received_at, id LIMIT $11`;
