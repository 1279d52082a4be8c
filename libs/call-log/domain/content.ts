import { hash } from 'node:crypto';
import { formatInstant } from '#calendar/instant.js';
import type { CallRecord } from './call-record.js';

/** Between fields: no field can hold it, and unlike a zero byte PostgreSQL can hold it in a text (verify computes the same there). */
const SEPARATOR = '\u001f';
const HALF_DIGITS = 16;

/**
 * The content of a record: its normalised fields as sent, without what is added here (account found, rating). The same identity with
 * the same content is a duplicate, with other content a conflict (contracts section 1). 32 hex digits, two halves of SHA-256: the first
 * covers the fields that the log stores, so that verify finds a changed one; the second covers account and user as sent, which
 * the log does not store (it stores whom they were found to be).
 */
export function contentHashOf(record: CallRecord): string {
  const stored = hash('sha256', storedContentOf(record), 'hex');
  const sent = hash('sha256', `${record.account ?? ''}${SEPARATOR}${record.user ?? ''}`, 'hex');
  return stored.slice(0, HALF_DIGITS) + sent.slice(0, HALF_DIGITS);
}

function storedContentOf(record: CallRecord): string {
  return [
    record.forwardedBy ?? '',
    record.direction,
    record.from ?? '',
    record.to,
    record.startedAt,
    record.answeredAt ?? '',
    record.endedAt,
    record.talkSeconds,
    record.disposition,
    record.ip ?? '',
    record.trunk ?? '',
  ].join(SEPARATOR);
}

type Comparable = Omit<CallRecord, 'account' | 'source' | 'id'>;

const FIELDS: readonly (keyof Comparable)[] = [
  'user',
  'forwardedBy',
  'direction',
  'from',
  'to',
  'startedAt',
  'answeredAt',
  'endedAt',
  'talkSeconds',
  'disposition',
  'ip',
  'trunk',
];

/** In words, which fields of a second record with the same identity differ from the first. */
export function describeDifference(first: Comparable, second: Comparable): string {
  const differing = FIELDS.filter((field) => first[field] !== second[field]).map(
    (field) => `${nameOf(field)} ${show(field, first[field])} → ${show(field, second[field])}`,
  );
  return differing.length === 0 ? 'account' : differing.join(', ');
}

function nameOf(field: keyof Comparable): string {
  return field === 'talkSeconds' ? 'durationSeconds' : field;
}

function show(field: keyof Comparable, value: Comparable[keyof Comparable]): string {
  if (value === null) return 'none';
  return typeof value === 'number' && field.endsWith('At')
    ? formatInstant(value as CallRecord['startedAt'])
    : String(value);
}
