import { z } from 'zod';
import { instant } from '#calendar/instant.js';
import { cloudEventOf, inBinaryMode } from '../cloud-event.js';
import { type MessageDefinition, type Publication, announce } from '../publication.js';

/** A topic that we read: who writes to it has to know its messages as well. */
export interface ReceivedTopic {
  readonly topic: string;
  readonly title: string;
  readonly description: string;
  readonly key: string;
  readonly messages: readonly MessageDefinition[];
}

const VERSION = '1.0.0';
const KAFKA_BINDING = '0.5.0';
const PAYLOAD_FORMAT = 'application/vnd.aai.asyncapi;version=3.0.0';

/** Attributes of CloudEvents 1.0 as headers (Kafka protocol binding, binary mode). */
const Headers = z.object({
  ce_specversion: z.literal('1.0'),
  ce_id: z.uuid().describe('The same in every repeat of the message: a receiver drops what it has had.'),
  ce_source: z.string(),
  ce_type: z.string(),
  ce_subject: z.string().describe('What it is about: the case, notice or document.'),
  ce_time: z.iso.datetime().describe('When it happened, by the business clock.'),
  ce_sequence: z
    .string()
    .regex(/^\d{19}$/)
    .describe('Texts that sort as the events followed each other; a repeat has the number of the first.'),
  ce_partitionkey: z.string().describe('The account, as the key.'),
  'content-type': z.literal('application/json'),
});

/** The topics as an AsyncAPI 3.0 document, made of the same schemas that messages are checked by before they are sent. */
export function asyncApiOf(sent: readonly Publication[], received: readonly ReceivedTopic[]) {
  const topics = [
    ...received.map((topic) => ({ ...topic, action: 'receive' as const, status: 'in use' })),
    ...sent.map((publication) => ({
      ...publication,
      action: 'send' as const,
      status: publication.eventTypes.length > 0 ? 'in use' : 'reserved',
      key: 'The account.',
    })),
  ];
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Fairline on Kafka',
      version: VERSION,
      description:
        'What Fairline reads and what it tells. Messages out are CloudEvents 1.0 in binary mode, at least once, in order per key; a receiver drops a repeat by ce_source and ce_id, and ignores fields and types that it does not know. No personal data beyond ids.',
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(topics.map((topic) => [topic.topic, channelOf(topic)])),
    operations: Object.fromEntries(
      topics.map(({ topic, action, title, messages }) => [
        `${action}.${topic}`,
        {
          action,
          title,
          channel: { $ref: `#/channels/${topic}` },
          messages: messages.map(({ type }) => ({ $ref: `#/channels/${topic}/messages/${type}` })),
        },
      ]),
    ),
    components: {
      schemas: { CloudEventHeaders: jsonSchemaOf(Headers) },
      messages: Object.fromEntries([
        ...received.flatMap((topic) =>
          topic.messages.map((message) => [message.type, { ...describe(message, topic.key) }] as const),
        ),
        ...sent.flatMap((publication) =>
          publication.messages.map((message) => [message.type, sentMessage(publication, message)] as const),
        ),
      ]),
    },
  };
}

function channelOf(topic: {
  readonly topic: string;
  readonly title: string;
  readonly description: string;
  readonly status: string;
  readonly messages: readonly MessageDefinition[];
}) {
  return {
    address: topic.topic,
    title: topic.title,
    description: topic.description,
    messages: Object.fromEntries(
      topic.messages.map(({ type }) => [type, { $ref: `#/components/messages/${type}` }]),
    ),
    bindings: { kafka: { topic: topic.topic, bindingVersion: KAFKA_BINDING } },
    'x-status': topic.status,
  };
}

function describe(message: MessageDefinition, key: string) {
  return {
    name: message.type,
    title: message.title,
    description: message.description,
    contentType: 'application/json',
    payload: { schemaFormat: PAYLOAD_FORMAT, schema: jsonSchemaOf(message.schema) },
    bindings: { kafka: { key: { type: 'string', description: key }, bindingVersion: KAFKA_BINDING } },
    examples: [{ name: 'example', payload: message.example }],
  };
}

function sentMessage(publication: Publication, message: MessageDefinition) {
  const { headers } = exampleOf(publication, message);
  return {
    ...describe(message, 'The account.'),
    headers: { $ref: '#/components/schemas/CloudEventHeaders' },
    examples: [{ name: 'example', headers, payload: message.example }],
  };
}

const EXAMPLE_ID = '5b8f6a3e-1c2d-5e4f-8a9b-0c1d2e3f4a5b';
const EXAMPLE_TIME = instant('2026-11-01T08:00:00Z');
const InExample = z.object({
  account: z.string(),
  notice: z.string().optional(),
  case: z.string().optional(),
  number: z.string().optional(),
});

/** The example of a message as it would go over the wire. */
export function exampleOf(publication: Publication, message: MessageDefinition) {
  const { account, notice, number, case: caseId } = InExample.parse(message.example);
  const subject = (publication.topic === 'notice.v1' ? notice : caseId) ?? number ?? account;
  const cloudEvent = cloudEventOf(
    {
      ...publication,
      identity: 'event',
      toMessage: () => announce(message, { account, subject }, message.example),
    },
    {
      position: 4711,
      streamId: 'example',
      streamVersion: 1,
      eventId: EXAMPLE_ID,
      type: 'example',
      schemaVersion: 1,
      data: null,
      metadata: {},
      occurredAt: EXAMPLE_TIME,
      recordedAt: EXAMPLE_TIME,
    },
  );
  if (cloudEvent === null) throw new Error(`${message.type} has no example`);
  return inBinaryMode(cloudEvent);
}

/** Draft 7, which AsyncAPI's own schema format extends; further fields are allowed, as later versions may add some. */
function jsonSchemaOf(schema: z.ZodType) {
  const { $schema: _draft, ...rest } = z.toJSONSchema(schema, { target: 'draft-7', io: 'input' });
  return rest;
}
