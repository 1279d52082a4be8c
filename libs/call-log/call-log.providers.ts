import type { Provider } from '@nestjs/common';
import { LatestCalls } from '#accounts/latest-calls.js';
import { RatedCalls } from '#catalogue/rated-calls.js';
import { Database } from '#platform/database/database.js';
import { LogProjection } from './domain/log-entry.js';
import { quarantineProviders } from './quarantine/quarantine.providers.js';
import { SettleRejected } from './quarantine/settle/settle-rejected.js';
import { AcceptGapHandler } from './from-kafka/accept-gap/accept-gap.js';
import { ReplayTopicHandler } from './from-kafka/replay/replay-topic.js';
import { ShowIntakeHandler } from './from-kafka/show-intake/show-intake.js';
import { LoadCallsHandler } from './load-calls/load-calls.js';
import { CloseOutOpenCallsHandler } from './open-calls/close-out-open-calls.js';
import { ListOpenCallsHandler } from './open-calls/list-open-calls.js';
import { ShowCallPageHandler } from './show-calls/show-call-page.js';
import { ShowCallsHandler } from './show-calls/show-calls.js';
import { CallLogWriter } from './store-batch/call-log-writer.js';
import { LatestCallsReader } from './store/latest-calls-reader.js';
import { ReferenceDataReader } from './store/reference-data-reader.js';

/** They follow the feed. */
export const callLogSubscriptions = [SettleRejected];

/** @param connections how many buckets are written side by side */
export function callLogProviders(connections: number): Provider[] {
  return [
    ReferenceDataReader,
    LatestCallsReader,
    { provide: LatestCalls, useExisting: LatestCallsReader },
    { provide: RatedCalls, useExisting: LatestCallsReader },
    {
      provide: CallLogWriter,
      inject: [Database, ReferenceDataReader, LogProjection],
      useFactory: (database: Database, reference: ReferenceDataReader, projection: LogProjection) =>
        new CallLogWriter(database, reference, projection, { connections }),
    },
    LoadCallsHandler,
    ShowCallsHandler,
    ShowCallPageHandler,
    ...quarantineProviders,
    AcceptGapHandler,
    ReplayTopicHandler,
    ShowIntakeHandler,
    CloseOutOpenCallsHandler,
    ListOpenCallsHandler,
  ];
}
