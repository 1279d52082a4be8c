import { regexes } from 'zod';
import { type Instant, formatInstant, parseInstant } from '#calendar/instant.js';
import { normaliseInternalNumber, normaliseNumber } from '#numbering/phone-number.js';
import {
  type AnsweredCall,
  type CallRecord,
  DIRECTIONS,
  DISPOSITIONS,
  type Direction,
  type Disposition,
  type Rejection,
} from './call-record.js';
import { type RecordContent, type RecordHeaders, printable, recordFrom } from './record-from.js';

/** Limits of contracts section 1. */
const MAXIMUM_CALL_MILLIS = 7 * 86_400_000;
const MAXIMUM_FUTURE_MILLIS = 5 * 60_000;
const EARLIEST_START = Date.UTC(2000, 0, 1);
const DURATION_TOLERANCE_SECONDS = 2;
const SHOWN_CHARACTERS = 60;
const LONE_SURROGATE = /\p{Surrogate}/u;

export type ParsedRecord =
  | { readonly ok: true; readonly kind: 'ended'; readonly record: CallRecord }
  | { readonly ok: true; readonly kind: 'answered'; readonly record: AnsweredCall }
  | {
      readonly ok: false;
      readonly rejection: Rejection;
      readonly source: string | null;
      readonly id: string | null;
    };

class FieldProblem extends Error {}

/**
 * One record from its bytes: JSON, perhaps in a CloudEvents envelope, then each field, then whether the whole can be true.
 * Hand-written, since every call passes here and every refusal names its field and value.
 * @param now of the business clock: a start more than five minutes after it is implausible
 * @param headers of the message; `ce_*` are the envelope of a CloudEvent in binary form
 */
export function parseCallRecord(bytes: Buffer | string, now: Instant, headers?: RecordHeaders): ParsedRecord {
  const content = recordFrom(bytes, headers);
  return content.ok ? parseCallObject(content.fields, now) : parsedRefusal(content);
}

/** What could not be read at all, with its identity as far as that can be stored. */
export function parsedRefusal(content: Extract<RecordContent, { ok: false }>): ParsedRecord {
  return { ok: false, rejection: content.rejection, ...identityOf(content) };
}

/** The same from a value that has been parsed, as rows of other formats are. */
export function parseCallObject(value: unknown, now: Instant): ParsedRecord {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return {
      ok: false,
      rejection: { code: 'unreadable', reason: 'The record is not a JSON object.' },
      source: null,
      id: null,
    };
  }
  const fields = value as Record<string, unknown>;
  let parsed: Extract<ParsedRecord, { ok: true }>;
  try {
    parsed = readFields(fields);
  } catch (problem) {
    if (!(problem instanceof FieldProblem)) throw problem;
    return { ok: false, rejection: { code: 'invalid', reason: problem.message }, ...identityOf(fields) };
  }
  const implausible =
    parsed.kind === 'ended'
      ? implausibility(parsed.record, fields.durationSeconds, now)
      : implausibleStart(parsed.record, now);
  if (implausible === undefined) return parsed;
  return {
    ok: false,
    rejection: { code: 'implausible', reason: implausible },
    source: parsed.record.source,
    id: parsed.record.id,
  };
}

const TYPES = ['call.ended', 'call.answered'] as const;

function readFields(fields: Record<string, unknown>): Extract<ParsedRecord, { ok: true }> {
  const type = fields.type === undefined ? 'call.ended' : oneOf('type', fields.type, TYPES);
  const direction = oneOf('direction', fields.direction, DIRECTIONS);
  const startedAt = requiredInstant('startedAt', fields.startedAt);
  const either = {
    source: identity('source', fields.source, 64),
    id: identity('id', fields.id, 128),
    account: optionalText('account', fields.account, 64),
    user: optionalText('user', fields.user, 64),
    forwardedBy: optionalText('forwardedBy', fields.forwardedBy, 64),
    direction,
    from: readFrom(fields.from, direction),
    to: readTo(fields.to, direction),
    startedAt,
    ip: readIp(fields.ip),
    trunk: optionalText('trunk', fields.trunk, 64),
  };
  if (type === 'call.answered') {
    const answeredAt = requiredInstant('answeredAt', fields.answeredAt);
    if (fields.endedAt !== undefined && fields.endedAt !== null)
      throw problem('endedAt', fields.endedAt, 'must be absent of a call that is open; send type call.ended');
    return { ok: true, kind: 'answered', record: { ...either, answeredAt } };
  }
  const answeredAt =
    fields.answeredAt === null || fields.answeredAt === undefined
      ? null
      : requiredInstant('answeredAt', fields.answeredAt);
  const endedAt = requiredInstant('endedAt', fields.endedAt);
  const record: CallRecord = {
    // Written out: a spread costs every call twice the time of all else here.
    source: either.source,
    id: either.id,
    account: either.account,
    user: either.user,
    forwardedBy: either.forwardedBy,
    direction: either.direction,
    from: either.from,
    to: either.to,
    startedAt: either.startedAt,
    ip: either.ip,
    trunk: either.trunk,
    answeredAt,
    endedAt,
    talkSeconds: readTalkSeconds(fields.durationSeconds, answeredAt, endedAt),
    disposition: readDisposition(fields.disposition, answeredAt),
  };
  return { ok: true, kind: 'ended', record };
}

function identity(field: string, value: unknown, limit: number): string {
  if (typeof value !== 'string' || value.length === 0 || value.length > limit) {
    throw problem(field, value, `must be a text of 1 to ${limit} characters`);
  }
  if (hasControlCharacter(value)) throw problem(field, value, 'holds a control character');
  if (LONE_SURROGATE.test(value)) throw problem(field, value, 'holds half a character');
  return value;
}

function optionalText(field: string, value: unknown, limit: number): string | null {
  return value === undefined || value === null ? null : identity(field, value, limit);
}

function hasControlCharacter(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < 0x20 || code === 0x7f) return true;
  }
  return false;
}

function oneOf<T extends string>(field: string, value: unknown, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw problem(field, value, `must be one of ${allowed.join(', ')}`);
  return found;
}

function requiredInstant(field: string, value: unknown): Instant {
  const at = typeof value === 'string' ? parseInstant(value) : undefined;
  if (at === undefined)
    throw problem(
      field,
      value,
      'must be an RFC 3339 instant with its offset, such as 2026-10-05T10:00:00+02:00',
    );
  return at;
}

function readFrom(value: unknown, direction: Direction): string | null {
  if (value === undefined || value === null || value === '' || value === 'anonymous') return null;
  if (typeof value !== 'string') throw problem('from', value, 'must be a telephone number');
  const number = numberOf(value, direction);
  if (number === undefined) throw problem('from', value, 'is not a telephone number such as +31201234567');
  return number;
}

function readTo(value: unknown, direction: Direction): string {
  const number = typeof value === 'string' ? numberOf(value, direction) : undefined;
  if (number === undefined) throw problem('to', value, 'is not a telephone number such as +31201234567');
  return number;
}

function numberOf(text: string, direction: Direction): string | undefined {
  return normaliseNumber(text) ?? (direction === 'internal' ? normaliseInternalNumber(text) : undefined);
}

function readTalkSeconds(value: unknown, answeredAt: Instant | null, endedAt: Instant): number {
  if (value === undefined || value === null) {
    return answeredAt === null ? 0 : Math.max(0, Math.floor((endedAt - answeredAt) / 1000));
  }
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw problem('durationSeconds', value, 'must be a whole number of seconds, 0 or more');
  }
  return value;
}

function readDisposition(value: unknown, answeredAt: Instant | null): Disposition {
  if (value === undefined || value === null) return answeredAt === null ? 'no-answer' : 'answered';
  return oneOf('disposition', value, DISPOSITIONS);
}

function readIp(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'string' || !(regexes.ipv4.test(value) || regexes.ipv6.test(value)))
    throw problem('ip', value, 'is not an IP address');
  return value;
}

/** What can't be true although each field is well formed. */
function implausibility(record: CallRecord, durationAsSent: unknown, now: Instant): string | undefined {
  const { startedAt, answeredAt, endedAt, talkSeconds } = record;
  if (endedAt < startedAt)
    return `endedAt ${formatInstant(endedAt)} is before startedAt ${formatInstant(startedAt)}.`;
  if (answeredAt !== null && (answeredAt < startedAt || answeredAt > endedAt)) {
    return `answeredAt ${formatInstant(answeredAt)} is not between startedAt ${formatInstant(startedAt)} and endedAt ${formatInstant(endedAt)}.`;
  }
  const start = implausibleMoment('startedAt', startedAt, now);
  if (start !== undefined) return start;
  if (endedAt - startedAt > MAXIMUM_CALL_MILLIS)
    return `The call lasts longer than 7 days, from ${formatInstant(startedAt)} to ${formatInstant(endedAt)}.`;
  if (durationAsSent !== undefined && durationAsSent !== null) {
    const measured = answeredAt === null ? 0 : Math.floor((endedAt - answeredAt) / 1000);
    if (Math.abs(measured - talkSeconds) > DURATION_TOLERANCE_SECONDS) {
      return `durationSeconds ${talkSeconds} disagrees with the ${measured} seconds from answer to end.`;
    }
  }
  if (record.disposition === 'answered' && answeredAt === null)
    return 'disposition is answered, but answeredAt is missing.';
  if (record.disposition !== 'answered' && answeredAt !== null) {
    return `disposition is ${record.disposition}, but the call was answered at ${formatInstant(answeredAt)}.`;
  }
  return undefined;
}

/** Of an open call there is less to compare; an answer after now would be a call that has not been answered yet. */
function implausibleStart({ startedAt, answeredAt }: AnsweredCall, now: Instant): string | undefined {
  if (answeredAt < startedAt)
    return `answeredAt ${formatInstant(answeredAt)} is before startedAt ${formatInstant(startedAt)}.`;
  if (answeredAt - startedAt > MAXIMUM_CALL_MILLIS)
    return `The call rang longer than 7 days, from ${formatInstant(startedAt)} to ${formatInstant(answeredAt)}.`;
  return implausibleMoment('startedAt', startedAt, now) ?? implausibleMoment('answeredAt', answeredAt, now);
}

function implausibleMoment(field: string, at: Instant, now: Instant): string | undefined {
  if (at > now + MAXIMUM_FUTURE_MILLIS)
    return `${field} ${formatInstant(at)} is in the future; it is ${formatInstant(now)}.`;
  return at < EARLIEST_START ? `${field} ${formatInstant(at)} is before the year 2000.` : undefined;
}

/** The identity of a record that is otherwise wrong, where it has one: a person searches by it. */
function identityOf(fields: { readonly source?: unknown; readonly id?: unknown }): {
  source: string | null;
  id: string | null;
} {
  const text = (value: unknown, limit: number) =>
    typeof value === 'string' &&
    value.length <= limit &&
    !hasControlCharacter(value) &&
    !LONE_SURROGATE.test(value)
      ? value
      : null;
  return { source: text(fields.source, 64), id: text(fields.id, 128) };
}

function problem(field: string, value: unknown, expectation: string): FieldProblem {
  if (value === undefined) return new FieldProblem(`${field} is missing; it ${expectation}.`);
  const shown = shownOf(value);
  const short =
    shown.length > SHOWN_CHARACTERS
      ? `${shown.slice(0, SHOWN_CHARACTERS)}… (${shown.length} characters)`
      : shown;
  // After the cut, which may have left half a character.
  return new FieldProblem(`${field} ${printable(short)} ${expectation}.`);
}

function shownOf(value: unknown): string {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? '[…]' : '{…}';
  return JSON.stringify(value) ?? String(value);
}
