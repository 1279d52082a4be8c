import type { Instant } from '#calendar/instant.js';
import type { EventMetadata, RecordedEvent } from './event.js';
import type { EventRegistry } from './event-registry.js';

/** Held shared by every appending transaction to its commit, and exclusively for an instant by who reads the safe horizon. */
export const APPEND_BARRIER = 7_310_041;

export interface EventRow {
  readonly position: number;
  readonly stream_id: string;
  readonly stream_version: number;
  readonly event_id: string;
  readonly event_type: string;
  readonly schema_version: number;
  readonly data: unknown;
  readonly metadata: EventMetadata;
  readonly occurred_at: Instant;
  readonly recorded_at: Instant;
}

export const SELECT_EVENT =
  'SELECT position, stream_id, stream_version, event_id, event_type, schema_version, data, metadata, occurred_at, recorded_at FROM es.event';

export function recorded(row: EventRow, registry: EventRegistry): RecordedEvent {
  return {
    position: row.position,
    streamId: row.stream_id,
    streamVersion: row.stream_version,
    eventId: row.event_id,
    type: row.event_type,
    schemaVersion: row.schema_version,
    data: registry.upcast(row.event_type, row.schema_version, row.data),
    metadata: row.metadata,
    occurredAt: row.occurred_at,
    recordedAt: row.recorded_at,
  };
}
