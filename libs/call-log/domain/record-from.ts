import type { Rejection } from './call-record.js';

/** Limit of a record as it comes (contracts section 1). */
export const MAXIMUM_RECORD_BYTES = 16 * 1024;
/** What decoding puts in place of bytes that are no UTF-8: different bytes would become one id. */
const REPLACEMENT = '\ufffd';
const SPECIFICATION = '1.0';
const SHOWN_CHARACTERS = 60;

/** Headers of a message, as Kafka clients and HTTP servers hand them over. */
export type RecordHeaders = Readonly<
  Record<string, string | Buffer | readonly (string | Buffer)[] | undefined>
>;

/** The contracts' object of a record, not looked into yet; or why there is none, with the identity as far as it was found. */
export type RecordContent =
  | { readonly ok: true; readonly fields: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly rejection: Rejection; readonly source?: unknown; readonly id?: unknown };

/**
 * The record in the bytes of a message: one JSON object, or the same object in a CloudEvents 1.0 envelope, structured (the bytes hold
 * the envelope) or binary (headers `ce_*`, in HTTP `ce-*`, do). With an envelope `id` and `source` come from it, whatever the
 * data say (contracts section 1), and `type` too where the data have none.
 * Sources: CloudEvents 1.0.2 section 3 (attributes), JSON format 3.1 (`data`, `data_base64`), Kafka binding 3.2 and 3.3.
 */
export function recordFrom(bytes: Buffer | string, headers?: RecordHeaders): RecordContent {
  const json = jsonFrom(bytes);
  if (!json.ok) return json;
  const binary = headers === undefined ? undefined : binaryEnvelope(headers);
  if (binary !== undefined) return inEnvelope(binary, json.fields);
  if (!isStructured(json.fields, headers)) return json;
  return inStructuredEnvelope(json.fields);
}

/** A JSON object from bytes, whatever it means. */
export function jsonFrom(bytes: Buffer | string, maximumBytes = MAXIMUM_RECORD_BYTES): RecordContent {
  const length = typeof bytes === 'string' ? Buffer.byteLength(bytes) : bytes.length;
  if (length > maximumBytes) {
    return unreadable(`The record is longer than ${maximumBytes} bytes, the limit.`);
  }
  const text = textFrom(bytes);
  if (text === undefined) return unreadable('The record is not UTF-8 text.');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return unreadable(`The record is not JSON: ${printable((error as Error).message.slice(0, 200))}.`);
  }
  return isObject(value) ? { ok: true, fields: value } : unreadable('The record is not a JSON object.');
}

/** @returns undefined for bytes that are no UTF-8 */
export function textFrom(bytes: Buffer | string): string | undefined {
  if (typeof bytes === 'string') return bytes;
  const text = bytes.toString('utf8');
  return text.includes(REPLACEMENT) && !Buffer.from(text).equals(bytes) ? undefined : text;
}

/** Attributes of an envelope as they came; each is checked before it is used. */
interface Envelope {
  readonly specversion: unknown;
  readonly id: unknown;
  readonly source: unknown;
  readonly type: unknown;
  readonly datacontenttype: unknown;
}

/** The Kafka binding marks binary form by its headers; what says `application/cloudevents` is structured whatever else is there. */
function binaryEnvelope(headers: RecordHeaders): Envelope | undefined {
  const found: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(headers)) {
    const text = headerText(value);
    if (text !== undefined) found[name.toLowerCase().replace(/^ce-/, 'ce_')] = text;
  }
  const isBinary =
    found.ce_specversion !== undefined || found.ce_id !== undefined || found.ce_source !== undefined;
  if (!isBinary || isCloudEventsType(found['content-type'])) return undefined;
  return {
    specversion: found.ce_specversion,
    id: found.ce_id,
    source: found.ce_source,
    type: found.ce_type,
    datacontenttype: found['content-type'],
  };
}

function headerText(value: RecordHeaders[string]): string | undefined {
  if (typeof value === 'string') return value;
  if (Buffer.isBuffer(value)) return textFrom(value);
  if (Array.isArray(value)) return headerText((value as readonly (string | Buffer)[])[0]);
  return undefined;
}

function isCloudEventsType(contentType: string | undefined): boolean {
  return contentType?.toLowerCase().startsWith('application/cloudevents') === true;
}

/** A record without `startedAt` is none, so a field of that name tells a record with an unknown field from an envelope. */
function isStructured(
  fields: Readonly<Record<string, unknown>>,
  headers: RecordHeaders | undefined,
): boolean {
  if (Object.hasOwn(fields, 'specversion') && !Object.hasOwn(fields, 'startedAt')) return true;
  return headers !== undefined && isCloudEventsType(contentTypeOf(headers));
}

function contentTypeOf(headers: RecordHeaders): string | undefined {
  const name = Object.keys(headers).find((one) => one.toLowerCase() === 'content-type');
  return name === undefined ? undefined : headerText(headers[name]);
}

function inStructuredEnvelope(event: Readonly<Record<string, unknown>>): RecordContent {
  const envelope: Envelope = {
    specversion: event.specversion,
    id: event.id,
    source: event.source,
    type: event.type,
    datacontenttype: event.datacontenttype,
  };
  if (typeof event.data_base64 === 'string') {
    const data = jsonFrom(Buffer.from(event.data_base64, 'base64'));
    return data.ok ? inEnvelope(envelope, data.fields) : { ...data, id: event.id, source: event.source };
  }
  if (!isObject(event.data))
    return wrongEnvelope(envelope, 'data', event.data, 'must be the call record, a JSON object');
  return inEnvelope(envelope, event.data);
}

function inEnvelope(envelope: Envelope, data: Readonly<Record<string, unknown>>): RecordContent {
  const { specversion, id, source, type, datacontenttype } = envelope;
  if (specversion !== SPECIFICATION)
    return wrongEnvelope(envelope, 'specversion', specversion, `must be "${SPECIFICATION}"`);
  for (const [name, value] of Object.entries({ id, source, type })) {
    if (typeof value !== 'string' || value === '')
      return wrongEnvelope(envelope, name, value, 'must be a text that is not empty');
  }
  if (datacontenttype !== undefined && datacontenttype !== null && !isJsonType(datacontenttype))
    return wrongEnvelope(envelope, 'datacontenttype', datacontenttype, 'must be application/json');
  const told = typeof type === 'string' ? recordTypeOf(type) : undefined;
  if (told !== undefined && data.type !== undefined && data.type !== told)
    return wrongEnvelope(
      envelope,
      'type',
      type,
      `does not agree with the type of its data, ${shown(data.type)}`,
    );
  return { ok: true, fields: { ...data, id, source, ...(told === undefined ? {} : { type: told }) } };
}

/** Types of events are the sender's own; those that end in ours say ours, `nl.example.call.answered.v1`. */
function recordTypeOf(type: string): string | undefined {
  return /(?:^|\.)(call\.(?:answered|ended))(?:\.v\d+)?$/.exec(type)?.[1];
}

function isJsonType(type: unknown): boolean {
  return typeof type === 'string' && /^[\w.+-]+\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(type);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrongEnvelope(envelope: Envelope, name: string, value: unknown, expectation: string): RecordContent {
  const reason =
    value === undefined
      ? `The CloudEvents envelope has no ${name}; it ${expectation}.`
      : `${name} ${shown(value)} of the CloudEvents envelope ${expectation}.`;
  return {
    ok: false,
    rejection: { code: 'invalid', reason },
    source: envelope.source,
    id: envelope.id,
  };
}

function shown(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? '[…]' : '{…}';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return printable(
    text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}… (${text.length} characters)` : text,
  );
}

export function unreadable(reason: string): RecordContent {
  return { ok: false, rejection: { code: 'unreadable', reason } };
}

/** What is quoted from a sender: a text column can't hold a zero, and a terminal should not meet an escape. */
export function printable(text: string): string {
  let printed = '';
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const hidden = code < 0x20 || (code >= 0x7f && code <= 0x9f) || (code >= 0xd800 && code <= 0xdfff);
    printed += hidden ? `\\u${code.toString(16).padStart(4, '0')}` : character;
  }
  return printed;
}
