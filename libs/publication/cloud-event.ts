import { formatInstant } from '#calendar/instant.js';
import type { RecordedEvent } from '#event-store/event.js';
import { causedId } from '#platform/identity/ids.js';
import type { OutgoingMessage } from './message-sink.js';
import type { Publication } from './publication.js';

/** CloudEvents 1.0 with the extension attributes `sequence` and `partitionkey` of its documented extensions. */
export interface CloudEvent {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  /** When it happened, by the business clock. */
  readonly time: string;
  /** Position of its event in the feed, in 19 digits: texts that sort as the events followed each other. */
  readonly sequence: string;
  /** The account; also the key of the Kafka message. */
  readonly partitionkey: string;
  readonly data: unknown;
}

const SEQUENCE_DIGITS = 19;

/**
 * What an event says on the topic of a publication: the same event gives the same message, byte for byte and with the same id, so a
 * receiver drops a repeat by its id.
 * @throws Error when the data does not fit the public schema: the mapping is wrong, and nothing wrong is sent
 */
export function cloudEventOf(publication: Publication, event: RecordedEvent): CloudEvent | null {
  const announced = publication.toMessage(event);
  if (announced === null) return null;
  const { definition, account, subject } = announced;
  if (!publication.messages.includes(definition))
    throw new Error(`${definition.type} is not declared for ${publication.topic}`);
  const data = definition.schema.safeParse(announced.data);
  if (!data.success) {
    throw new Error(
      `${event.type} (${event.eventId}) gives no ${definition.type} that fits its schema: ${data.error.message}`,
    );
  }
  return {
    specversion: '1.0',
    id:
      publication.identity === 'event'
        ? event.eventId
        : causedId('message', event.eventId, publication.topic, definition.type),
    source: publication.source,
    type: definition.type,
    subject,
    time: formatInstant(event.occurredAt),
    sequence: String(event.position).padStart(SEQUENCE_DIGITS, '0'),
    partitionkey: account,
    data: data.data,
  };
}

/** Binary mode of the Kafka protocol binding: attributes as headers `ce_...`, the value is the data alone. */
export function inBinaryMode({ data, ...attributes }: CloudEvent): OutgoingMessage {
  const headers = Object.entries(attributes).map(([name, value]) => [`ce_${name}`, value] as const);
  return {
    key: attributes.partitionkey,
    headers: { ...Object.fromEntries(headers), 'content-type': 'application/json' },
    value: JSON.stringify(data),
  };
}
