import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Instant } from '#calendar/instant.js';
import { Database, type Queryable, type Transaction, sqlStateOf } from '#platform/database/database.js';
import type { EventMetadata, EventToAppend, RecordedEvent } from './event.js';
import { EventRegistry } from './event-registry.js';
import { APPEND_BARRIER, type EventRow, SELECT_EVENT, recorded } from './event-rows.js';
import { Feed, type FeedPage } from './feed.js';

const WRONG_VERSION = 'FL011';
const STREAM_CLOSED = 'FL012';
const UNIQUE_VIOLATION = '23505';

export class VersionConflict extends Error {
  constructor(
    readonly streamId: string,
    readonly expected: number,
    readonly actual: number,
  ) {
    super(`Stream ${streamId} is at version ${actual}, not ${expected}: somebody else decided in between`);
    this.name = 'VersionConflict';
  }
}

export class StreamClosed extends Error {
  constructor(readonly streamId: string) {
    super(`Stream ${streamId} is closed: nothing is decided in it any more`);
    this.name = 'StreamClosed';
  }
}

export interface AppendResult {
  /** `already-appended`: the event ids are there, this is a repeat and nothing was written. */
  readonly kind: 'appended' | 'already-appended';
  readonly events: readonly RecordedEvent[];
}

/** A transaction that may append; it writes coordinator tables only and does no network I/O. */
export interface AppendingTransaction extends Transaction {
  /**
   * @param expectedVersion 0 = the stream does not exist yet
   * @throws VersionConflict, StreamClosed; RangeError for no events
   */
  append(
    streamId: string,
    expectedVersion: number,
    events: readonly EventToAppend[],
    occurredAt: Instant,
  ): Promise<AppendResult>;
  /** Ends a stream ("closing the books"). */
  closeStream(streamId: string): Promise<void>;
}

export interface EventStoreOptions {
  /** False only in the proof that the feed loses events without it. */
  readonly barrier?: boolean;
}

@Injectable()
export class EventStore {
  private readonly feed: Feed;

  constructor(
    private readonly database: Database,
    private readonly registry: EventRegistry,
    private readonly options: EventStoreOptions = {},
  ) {
    this.feed = new Feed(database, registry, options.barrier ?? true);
  }

  /** One transaction that may append; the barrier is its first statement (see Feed). */
  async appending<T>(work: (transaction: AppendingTransaction) => Promise<T>): Promise<T> {
    const barrier = this.options.barrier ?? true;
    return this.database.transaction(
      async (transaction) =>
        work({
          ...transaction,
          append: (streamId, expectedVersion, events, occurredAt) =>
            this.append(transaction, streamId, expectedVersion, events, occurredAt),
          closeStream: async (streamId) => {
            await transaction.query('UPDATE es.stream SET closed_at = now() WHERE stream_id = $1', [
              streamId,
            ]);
          },
        }),
      barrier ? `SELECT pg_advisory_xact_lock_shared(${APPEND_BARRIER})` : undefined,
    );
  }

  async readStream(streamId: string, reader: Queryable = this.database): Promise<RecordedEvent[]> {
    const rows = await reader.query<EventRow>(
      `${SELECT_EVENT} WHERE stream_id = $1 ORDER BY stream_version`,
      [streamId],
    );
    return rows.map((row) => recorded(row, this.registry));
  }

  async eventById(eventId: string, reader: Queryable = this.database): Promise<RecordedEvent | undefined> {
    const [row] = await reader.query<EventRow>(`${SELECT_EVENT} WHERE event_id = $1`, [eventId]);
    return row === undefined ? undefined : recorded(row, this.registry);
  }

  /** Events after a position in order, up to the safe horizon; nothing can appear below it later. */
  async readFeed(
    after: number,
    options: { limit?: number; types?: readonly string[] } = {},
  ): Promise<FeedPage> {
    return this.feed.read(after, options);
  }

  private async append(
    transaction: Transaction,
    streamId: string,
    expectedVersion: number,
    events: readonly EventToAppend[],
    occurredAt: Instant,
  ): Promise<AppendResult> {
    if (events.length === 0) throw new RangeError(`An append to ${streamId} needs at least one event`);
    const prepared = events.map(({ definition, data, eventId, metadata }) => ({
      definition: this.registry.definitionOf(definition.type),
      data: definition.schema.parse(data),
      eventId: eventId ?? randomUUID(),
      metadata: metadata ?? {},
    }));
    const rows = await this.callAppend(transaction, streamId, expectedVersion, occurredAt, prepared);
    if (rows[0]?.repeated === true) {
      const found = await Promise.all(rows.map((row) => this.eventById(row.event_id, transaction)));
      return { kind: 'already-appended', events: found.filter((event) => event !== undefined) };
    }
    return {
      kind: 'appended',
      events: rows.map((row, index) => {
        const event = prepared[index];
        if (event === undefined) throw new Error(`${streamId}: more events came back than were appended`);
        return {
          position: row.position,
          streamId,
          streamVersion: row.stream_version,
          eventId: row.event_id,
          type: event.definition.type,
          schemaVersion: event.definition.version,
          data: event.data,
          metadata: event.metadata,
          occurredAt,
          recordedAt: row.recorded_at,
        };
      }),
    };
  }

  private async callAppend(
    transaction: Transaction,
    streamId: string,
    expectedVersion: number,
    occurredAt: Instant,
    events: readonly {
      definition: { type: string; version: number };
      data: unknown;
      eventId: string;
      metadata: EventMetadata;
    }[],
  ): Promise<AppendedRow[]> {
    try {
      return await transaction.query<AppendedRow>(
        'SELECT * FROM es.append($1, $2, $3, to_timestamp($4::double precision / 1000), $5, $6, $7, $8::jsonb[], $9::jsonb[])',
        [
          streamId,
          categoryOf(streamId),
          expectedVersion,
          occurredAt,
          events.map((event) => event.eventId),
          events.map((event) => event.definition.type),
          events.map((event) => event.definition.version),
          events.map((event) => JSON.stringify(event.data)),
          events.map((event) => JSON.stringify(event.metadata)),
        ],
      );
    } catch (error) {
      const state = sqlStateOf(error);
      if (state === STREAM_CLOSED) throw new StreamClosed(streamId);
      if (state === WRONG_VERSION)
        throw new VersionConflict(streamId, expectedVersion, Number((error as Error).message));
      // Two repeats of one cause at the same moment: the second finds the ids when it decides again.
      if (state === UNIQUE_VIOLATION) throw new VersionConflict(streamId, expectedVersion, -1);
      throw error;
    }
  }
}

/** `case-<id>` is of the category `case`. */
function categoryOf(streamId: string): string {
  const hyphen = streamId.indexOf('-');
  return hyphen === -1 ? streamId : streamId.slice(0, hyphen);
}

interface AppendedRow {
  readonly repeated: boolean;
  readonly position: number;
  readonly stream_version: number;
  readonly event_id: string;
  readonly recorded_at: Instant;
}
