import { hash } from 'node:crypto';
import { formatInstant } from '#calendar/instant.js';
import type { CallRecord } from './call-record.js';

/**
 * The content of a record: its normalised fields as sent, without what is added here (account found, rating). The same identity with
 * the same content is a duplicate, with other content a conflict (contracts section 1). First 16 bytes of SHA-256, as 32 hex digits.
 */
export function contentHashOf(record: CallRecord): string {
  return hash('sha256', contentOf(record), 'hex').slice(0, 32);
}

function contentOf(record: CallRecord): string {
  return [
    record.account ?? '',
    record.user ?? '',
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
  ].join('\u0000');
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
