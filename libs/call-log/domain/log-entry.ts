import type { Instant } from '#calendar/instant.js';
import type { DayNumber } from '#calendar/local-date.js';
import type { MicroEuros } from '#money/money.js';
import type { Direction } from './call-record.js';

/** What the amounts of a call are and where they count. */
export interface Amounts {
  /** Destination class; null where a call has none (inbound, internal, unanswered to nowhere). */
  readonly class: string | null;
  readonly covered: boolean;
  readonly charge: MicroEuros;
  readonly regularCharge: MicroEuros;
}

/** One entry of a bucket's log in order of `seq`: a call with its first rating, or a later rating of a call. */
export interface LogEntry extends Amounts {
  readonly account: string;
  readonly direction: Direction;
  readonly startedAt: Instant;
  readonly answeredAt: Instant | null;
  readonly talkSeconds: number;
  /** Of a later rating: what it replaces. */
  readonly before: Amounts | null;
}

/** What log entries add to the usage of an account on a day in a class. Deltas of one key commute, so late calls are ordinary. */
export interface UsageDelta {
  readonly account: string;
  readonly day: DayNumber;
  readonly class: string;
  calls: number;
  coveredCalls: number;
  seconds: number;
  coveredSeconds: number;
  charge: number;
  regularCharge: number;
}

/**
 * What is folded from the log in the transaction that writes it. The log does not know what is counted; the projection does not
 * know how calls come in.
 */
export abstract class LogProjection {
  /** A pure fold; the deltas are sorted by account, day and class, so that writers lock rows in one order. */
  abstract fold(entries: Iterable<LogEntry>): UsageDelta[];
}
