import type { DayNumber } from '#calendar/local-date.js';
import type { PlanId } from '../deck/catalogue-text.js';
import type { LocalDay } from '../local-day.js';
import type { Random } from '../random.js';

/** The rules of fair-use.md that are judged today. */
export type FairUseRule = 'excess-over-average' | 'long-open-line' | 'short-call-burst';

/** What is told of a planted account besides its ordinary calls. */
export interface Behaviour {
  readonly kind: string;
  readonly abuser: boolean;
  /** The rule that it must breach; null: none of them. */
  readonly rule: FairUseRule | null;
  /** Rules that it may breach as well, because the same calls fill them. */
  readonly mayAlsoBreach: readonly string[];
  readonly description: string;
  readonly account: PlantedAccount;
  /** First day of the behaviour, and the first day on which it has stopped (null: it goes on for ever). */
  startsOn(span: Span): number;
  stopsOn(span: Span): number | null;
  /** Adds the calls of one day on which the behaviour is active. */
  act(day: LocalDay, calls: PlannedCalls, random: Random, span: Span): void;
}

/** Days of the simulation, as indexes from 0. */
export interface Span {
  readonly days: number;
  readonly firstDay: DayNumber;
}

/** What the account must be like for the behaviour to be what it is. */
export interface PlantedAccount {
  readonly sector: string;
  readonly plan: PlanId;
  readonly seats: number;
  /** Of its ordinary calls, in thousandths. */
  readonly level?: number;
  /** Index of the day on which it becomes a customer. */
  opensOn?(span: Span): number;
}

export interface PlannedOutbound {
  readonly seat: number;
  readonly to: string;
  /** Set-up, in milliseconds since 1970. */
  readonly at: number;
  readonly ringSeconds: number;
  /** Null: not answered. */
  readonly talkSeconds: number | null;
  readonly disposition?: 'no-answer' | 'busy' | 'failed' | 'cancelled';
  /** Where it was set up from, if not from the seat's own address. */
  readonly ip?: string;
}

/** Where a behaviour puts its calls: the day of one account. */
export interface PlannedCalls {
  readonly seats: number;
  numberOf(seat: number): string;
  outbound(call: PlannedOutbound): void;
  /** From one extension to another. */
  internal(call: Omit<PlannedOutbound, 'to'> & { readonly toSeat: number }): void;
}
