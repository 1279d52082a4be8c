import type { EventDefinition, RecordedEvent } from '#event-store/event.js';
import { EventRegistry } from '#event-store/event-registry.js';
import { instant } from '#calendar/instant.js';

export interface StoredEvent {
  readonly type: string;
  readonly version: number;
  readonly data: unknown;
}

/** Stored events as the feed gives them, one after the other. */
export function asFeed(
  definitions: readonly EventDefinition[],
  stored: readonly StoredEvent[],
): RecordedEvent[] {
  const registry = new EventRegistry(definitions);
  return stored.map(({ type, version, data }, index) => ({
    position: index + 1,
    streamId: 'stream',
    streamVersion: index + 1,
    eventId: `00000000-0000-4000-8000-${String(index + 1).padStart(12, '0')}`,
    type,
    schemaVersion: version,
    data: registry.upcast(type, version, data),
    metadata: { actor: 'anna', reason: 'Free text' },
    occurredAt: instant('2026-11-01T08:00:00Z'),
    recordedAt: instant('2026-11-01T08:00:01Z'),
  }));
}
