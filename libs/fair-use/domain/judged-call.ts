import type { BillingZone } from '#calendar/billing-zone.js';
import type { Instant } from '#calendar/instant.js';
import type { DayNumber } from '#calendar/local-date.js';
import { dayAfter } from './judging-calendar.js';

/**
 * An outbound call with talk time that unlimited calling covered when it was set up: nothing else counts towards fair use.
 * A call that is still open is given with the talk time up to where it is judged.
 */
export interface JudgedCall {
  /** Identity of the call, as text. */
  readonly callKey: string;
  readonly user: string;
  /** The number called. */
  readonly to: string;
  readonly startedAt: Instant;
  readonly answeredAt: Instant;
  /** Whole seconds, more than 0: talk is `[answeredAt, answeredAt + talkSeconds)`. */
  readonly talkSeconds: number;
}

/**
 * A user or number marked as an alarm, lift, fax, intercom, conference or care line: its calls are kept out of
 * `long-open-line` and `short-call-burst` while the mark holds (both days inclusive).
 */
export interface LineUseMark {
  readonly user: string | null;
  readonly number: string | null;
  readonly from: DayNumber;
  readonly through: DayNumber;
}

/** The first instant after the talk of a call. */
export function endOfTalk(call: JudgedCall): number {
  return call.answeredAt + call.talkSeconds * 1000;
}

/** In order of set-up; calls set up at one moment in an order that does not depend on how they were read. */
export function inOrderOfStart(a: JudgedCall, b: JudgedCall): number {
  return a.startedAt - b.startedAt || a.answeredAt - b.answeredAt || byKey(a, b);
}

export function inOrderOfAnswer(a: JudgedCall, b: JudgedCall): number {
  return a.answeredAt - b.answeredAt || byKey(a, b);
}

export function isKeptOut(marks: readonly LineUseMark[], call: JudgedCall, answeredOn: DayNumber): boolean {
  return marks.some(
    (mark) =>
      mark.from <= answeredOn &&
      answeredOn <= mark.through &&
      (mark.user === call.user || mark.number === call.to),
  );
}

/** Calls `visit` with each local day on which `[from, to)` falls and its milliseconds on it; midnight belongs to the new day. */
export function splitAtMidnight(
  zone: BillingZone,
  from: number,
  to: number,
  visit: (day: DayNumber, millis: number) => void,
): void {
  let at = from;
  let day = zone.dayNumberAt(instantAt(at));
  while (at < to) {
    const next = dayAfter(day, 1);
    const until = Math.min(to, zone.startOfDayNumber(next));
    visit(day, until - at);
    at = until;
    day = next;
  }
}

/** A moment between two known ones. */
export function instantAt(millis: number): Instant {
  return millis as Instant;
}

function byKey(a: JudgedCall, b: JudgedCall): number {
  return a.callKey < b.callKey ? -1 : a.callKey > b.callKey ? 1 : 0;
}
