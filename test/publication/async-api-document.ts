import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { REPOSITORY } from '../workspace/repository-files.js';

/** The document that is checked in, not the one that the code would make now. */
const JsonSchema = z.record(z.string(), z.unknown());
const Reference = z.strictObject({ $ref: z.string() });
const KafkaBinding = z.strictObject({
  kafka: z.strictObject({
    topic: z.string().optional(),
    key: JsonSchema.optional(),
    bindingVersion: z.literal('0.5.0'),
  }),
});
const Message = z.strictObject({
  name: z.string(),
  title: z.string(),
  description: z.string(),
  contentType: z.literal('application/json'),
  headers: Reference.optional(),
  payload: z.strictObject({ schemaFormat: z.string(), schema: JsonSchema }),
  bindings: KafkaBinding,
  examples: z
    .array(z.strictObject({ name: z.string(), headers: JsonSchema.optional(), payload: z.unknown() }))
    .min(1),
});

/** What of AsyncAPI 3.0.0 we use, strictly: a field in the wrong place does not pass. */
export const AsyncApiDocument = z.strictObject({
  asyncapi: z.literal('3.0.0'),
  info: z.strictObject({ title: z.string(), version: z.string(), description: z.string() }),
  defaultContentType: z.literal('application/json'),
  channels: z.record(
    z.string().regex(/^[A-Za-z0-9_.-]+$/),
    z.strictObject({
      address: z.string(),
      title: z.string(),
      description: z.string(),
      messages: z.record(z.string().regex(/^[A-Za-z0-9_.-]+$/), Reference),
      bindings: KafkaBinding,
      'x-status': z.enum(['in use', 'reserved']),
    }),
  ),
  operations: z.record(
    z.string(),
    z.strictObject({
      action: z.enum(['send', 'receive']),
      title: z.string(),
      channel: Reference,
      messages: z.array(Reference).min(1),
    }),
  ),
  components: z.strictObject({
    schemas: z.record(z.string().regex(/^[A-Za-z0-9._-]+$/), JsonSchema),
    messages: z.record(z.string().regex(/^[A-Za-z0-9._-]+$/), Message),
  }),
});
export type AsyncApiDocument = z.infer<typeof AsyncApiDocument>;

export const DOCUMENT_PATH = join(REPOSITORY, 'docs', 'reference', 'asyncapi.json');

export function checkedInDocument(): AsyncApiDocument {
  return AsyncApiDocument.parse(JSON.parse(readFileSync(DOCUMENT_PATH, 'utf8')));
}

const Decoded = z.object({
  headers: z.record(z.string(), z.string()),
  value: z.string(),
});

/** Why a message of a topic does not fit the checked-in document; nothing when it does. */
export class MessageCheck {
  private readonly validators = new Map<string, z.ZodType>();

  constructor(private readonly document: AsyncApiDocument) {}

  problemsOf(
    topic: string,
    message: { readonly headers: Readonly<Record<string, string>>; readonly value: string },
  ): string[] {
    const { headers, value } = Decoded.parse(message);
    const type = headers['ce_type'] ?? '';
    const declared = this.document.channels[topic]?.messages[type];
    const definition = this.document.components.messages[type];
    if (declared?.$ref !== `#/components/messages/${type}` || definition === undefined)
      return [`${topic} has no message ${type}`];
    const headerSchema = this.document.components.schemas['CloudEventHeaders'] ?? {};
    return [
      ...this.validate('headers', headerSchema, headers),
      ...this.validate(type, definition.payload.schema, JSON.parse(value)),
    ];
  }

  validate(name: string, schema: Record<string, unknown>, value: unknown): string[] {
    let validator = this.validators.get(name);
    if (validator === undefined) {
      validator = z.fromJSONSchema(schema, { defaultTarget: 'draft-7' });
      this.validators.set(name, validator);
    }
    const parsed = validator.safeParse(value);
    return parsed.success
      ? []
      : parsed.error.issues.map(({ path, message }) => `${name} ${path.join('.')}: ${message}`);
  }
}
