import type { z } from 'zod';
import type { RecordedEvent } from '#event-store/event.js';

/** A message as others know it: public, versioned by its type, and no copy of what we store. */
export interface MessageDefinition<Data = unknown> {
  /** `fairline.case.opened.v1`; another meaning of the data is another version beside it. */
  readonly type: string;
  readonly title: string;
  /** What has happened when it is sent, in a sentence or two. */
  readonly description: string;
  readonly schema: z.ZodType<Data>;
  readonly example: Data;
}

/** What one event tells on one topic. The types of message and data agree when it is made by `announce`. */
export interface Announcement {
  readonly definition: MessageDefinition;
  /** The key: one account's messages stay in order in one partition. */
  readonly account: string;
  /** What it is about within the account: a case, a notice, a document. */
  readonly subject: string;
  readonly data: unknown;
}

/** What a context publishes on one topic. */
export interface Publication {
  readonly topic: string;
  readonly title: string;
  readonly description: string;
  /** CloudEvents `source`: with the id it is unique. */
  readonly source: string;
  /**
   * `event`: a message's id is the id of its event. `derived`: the event is told on another topic under its own id, so here ids are
   * derived from it.
   */
  readonly identity: 'event' | 'derived';
  readonly messages: readonly MessageDefinition[];
  /** Events that are told; none as long as what is declared does not happen yet. */
  readonly eventTypes: readonly string[];
  /** Pure. At most one message of an event on a topic; null for an event that says nothing to others. */
  readonly toMessage: (event: RecordedEvent) => Announcement | null;
}

/** What one type of event says, if anything. */
export interface Telling {
  readonly eventType: string;
  readonly toMessage: Publication['toMessage'];
}

/** @param schema of the event's data in its current version: what is told is mapped from it field by field */
export function tell<Schema extends z.ZodType>(
  eventType: string,
  schema: Schema,
  toMessage: (data: z.infer<Schema>, event: RecordedEvent) => Announcement | null,
): Telling {
  return { eventType, toMessage: (event) => toMessage(schema.parse(event.data), event) };
}

/** @throws RangeError when an event is told twice, or a message is declared twice */
export function definePublication({
  tells,
  ...declared
}: Omit<Publication, 'eventTypes' | 'toMessage'> & { readonly tells: readonly Telling[] }): Publication {
  const byType = new Map(tells.map((telling) => [telling.eventType, telling.toMessage]));
  if (byType.size < tells.length) throw new RangeError(`An event is told twice on ${declared.topic}`);
  if (new Set(declared.messages.map(({ type }) => type)).size < declared.messages.length)
    throw new RangeError(`A message of ${declared.topic} is declared twice`);
  return {
    ...declared,
    eventTypes: [...byType.keys()],
    toMessage: (event) => byType.get(event.type)?.(event) ?? null,
  };
}

const MESSAGE_TYPE = /^fairline\.[a-z]+(?:[.-][a-z]+)*\.v[1-9]\d*$/;

/** @throws RangeError for a type in another form, or an example that does not fit the schema */
export function defineMessage<Schema extends z.ZodType>(definition: {
  readonly type: string;
  readonly title: string;
  readonly description: string;
  readonly schema: Schema;
  readonly example: z.infer<Schema>;
}): MessageDefinition<z.infer<Schema>> {
  if (!MESSAGE_TYPE.test(definition.type))
    throw new RangeError(`${definition.type} is not a type of message such as fairline.case.opened.v1`);
  const example = definition.schema.safeParse(definition.example);
  if (!example.success)
    throw new RangeError(`The example of ${definition.type} does not fit: ${example.error.message}`);
  return { ...definition, schema: definition.schema as unknown as z.ZodType<z.infer<Schema>> };
}

export function announce<Data>(
  definition: MessageDefinition<Data>,
  about: { readonly account: string; readonly subject: string },
  data: Data,
): Announcement {
  return { definition, ...about, data };
}
