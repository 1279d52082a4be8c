import { type Instant, formatInstant } from '#calendar/instant.js';
import type { Direction } from './call-record.js';

/** What `call.answered` and the `call.ended` of the same call both tell. Account and user are those that were found. */
export interface AnsweredFields {
  readonly accountFound: string;
  readonly user: string | null;
  readonly forwardedBy: string | null;
  readonly direction: Direction;
  readonly from: string | null;
  readonly to: string;
  readonly startedAt: Instant;
  readonly answeredAt: Instant | null;
  readonly ip: string | null;
  readonly trunk: string | null;
}

const ALWAYS_SENT = ['accountFound', 'direction', 'to', 'startedAt', 'answeredAt'] as const;
const OFTEN_SENT = ['user', 'forwardedBy', 'from', 'ip', 'trunk'] as const;

/**
 * In words, what two records of one call tell differently; empty when they agree. A field that only one of them has is not shared: a switch may
 * know the trunk only at the end.
 */
export function differenceOfAnswered(first: AnsweredFields, second: AnsweredFields): string {
  const always = ALWAYS_SENT.filter((field) => first[field] !== second[field]);
  const often = OFTEN_SENT.filter(
    (field) => first[field] !== null && second[field] !== null && first[field] !== second[field],
  );
  return [...always, ...often]
    .map((field) => `${nameOf(field)} ${shown(first[field])} → ${shown(second[field])}`)
    .join(', ');
}

function nameOf(field: string): string {
  return field === 'accountFound' ? 'account' : field;
}

function shown(value: string | Instant | null): string {
  if (value === null) return 'none';
  return typeof value === 'string' ? value : formatInstant(value);
}
