import type { Instant } from '#calendar/instant.js';

export const DIRECTIONS = ['outbound', 'inbound', 'internal'] as const;
export type Direction = (typeof DIRECTIONS)[number];

export const DISPOSITIONS = ['answered', 'no-answer', 'busy', 'failed', 'cancelled'] as const;
export type Disposition = (typeof DISPOSITIONS)[number];

/** A call as the switch sent it, normalised (contracts section 1): numbers in E.164, instants exact, talk time settled. */
export interface CallRecord {
  readonly source: string;
  readonly id: string;
  /** As sent; the account that pays is found otherwise where it is absent. */
  readonly account: string | null;
  readonly user: string | null;
  /** User or number that forwarded or transferred this leg: it pays. */
  readonly forwardedBy: string | null;
  readonly direction: Direction;
  /** Null where the caller withheld it. */
  readonly from: string | null;
  readonly to: string;
  readonly startedAt: Instant;
  readonly answeredAt: Instant | null;
  readonly endedAt: Instant;
  /** Whole seconds of talk; 0 for a call that nobody answered. */
  readonly talkSeconds: number;
  readonly disposition: Disposition;
  readonly ip: string | null;
  readonly trunk: string | null;
}

/** A call that was answered and goes on: what is known of it before its end (`call.answered`). */
export interface AnsweredCall extends Omit<
  CallRecord,
  'answeredAt' | 'endedAt' | 'talkSeconds' | 'disposition'
> {
  readonly answeredAt: Instant;
}

/** Why a record is kept in quarantine instead of the log (contracts section 1). */
export const QUARANTINE_CODES = [
  'unreadable',
  'invalid',
  'implausible',
  'unknown-account',
  'no-subscription',
  'no-rate',
  'conflict',
] as const;
export type QuarantineCode = (typeof QUARANTINE_CODES)[number];

export interface Rejection {
  readonly code: QuarantineCode;
  /** Names field and value. */
  readonly reason: string;
}
