import type { z } from 'zod';
import type { Instant } from '#calendar/instant.js';

/** What a type of event looks like now, and how events of earlier versions become one of now. */
export interface EventDefinition<Data = unknown> {
  /** Past tense, `case.opened`. */
  readonly type: string;
  readonly version: number;
  readonly schema: z.ZodType<Data>;
  /** From version n to n + 1. */
  readonly upcasters: Readonly<Record<number, (data: unknown) => unknown>>;
}

/** @throws RangeError when an upcaster between version 1 and the current one is missing */
export function defineEvent<Schema extends z.ZodType>(definition: {
  readonly type: string;
  readonly version: number;
  readonly schema: Schema;
  readonly upcasters?: Readonly<Record<number, (data: unknown) => unknown>>;
}): EventDefinition<z.infer<Schema>> {
  const upcasters = definition.upcasters ?? {};
  for (let version = 1; version < definition.version; version += 1) {
    if (upcasters[version] === undefined) {
      throw new RangeError(`${definition.type} has no upcaster from version ${version} to ${version + 1}`);
    }
  }
  return { ...definition, upcasters } as EventDefinition<z.infer<Schema>>;
}

export interface EventMetadata {
  /** Who decided: a person's id, or the name of a process manager. */
  readonly actor?: string;
  /** Id of the event that caused this one. */
  readonly causationId?: string;
  readonly correlationId?: string;
  readonly reason?: string;
}

export interface EventToAppend<Data = unknown> {
  readonly definition: EventDefinition<Data>;
  readonly data: Data;
  /** UUIDv5 of the cause for what a process manager decides, so that a repeat after a crash is a no-op; else made up. */
  readonly eventId?: string;
  readonly metadata?: EventMetadata;
}

export interface RecordedEvent<Data = unknown> {
  readonly position: number;
  readonly streamId: string;
  readonly streamVersion: number;
  readonly eventId: string;
  readonly type: string;
  readonly schemaVersion: number;
  /** In the form of the current version. */
  readonly data: Data;
  readonly metadata: EventMetadata;
  /** Business clock. */
  readonly occurredAt: Instant;
  readonly recordedAt: Instant;
}
