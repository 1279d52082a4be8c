import type { BillingZone } from '#calendar/billing-zone.js';
import type { Instant } from '#calendar/instant.js';
import type { DayNumber } from '#calendar/local-date.js';

/** Which days count, for everybody. */
export interface JudgingCalendar {
  readonly zone: BillingZone;
  /** The day of the earliest call of the log, unless configured. */
  readonly firstCompleteDay: DayNumber;
  /** Days with an outage of a source: they count for nobody. */
  readonly incompleteDays: ReadonlySet<DayNumber>;
}

export interface SeatsOfDay {
  /** The plan with most seats of those with this policy; its id decides the cohort. */
  readonly plan: string;
  /** Seats of all plans with this policy: an account's unlimited seats are pooled. */
  readonly seats: number;
}

/** The seats that an account has on plans with the policy being judged, per day; days without seats are absent. */
export interface AccountDays {
  readonly account: string;
  readonly seatsByDay: ReadonlyMap<DayNumber, SeatsOfDay>;
}

/** A subscription to a plan with the policy; `to` is the first day without it, null while it goes on. */
export interface SeatSpan {
  readonly plan: string;
  readonly seats: number;
  readonly from: DayNumber;
  readonly to: DayNumber | null;
}

/** `count` days after a day (before, when negative). */
export function dayAfter(day: DayNumber, count: number): DayNumber {
  return (day + count) as DayNumber;
}

/** Every day from `from` through `through`, both inclusive. */
export function* daysFrom(from: DayNumber, through: DayNumber): Generator<DayNumber> {
  for (let day = from; day <= through; day = dayAfter(day, 1)) yield day;
}

/** The `windowDays` days up to and including `day`. */
export function windowStart(day: DayNumber, windowDays: number): DayNumber {
  return dayAfter(day, 1 - windowDays);
}

/** A day that counts: complete, and not before the log began. */
export function isCounted(calendar: JudgingCalendar, day: DayNumber): boolean {
  return day >= calendar.firstCompleteDay && !calendar.incompleteDays.has(day);
}

/** Seats on a subscribed day (fair-use rules, Words); 0 on every other day, on which talk time is not judged. */
export function subscribedSeats(calendar: JudgingCalendar, days: AccountDays, day: DayNumber): number {
  return isCounted(calendar, day) ? (days.seatsByDay.get(day)?.seats ?? 0) : 0;
}

/** The first instant after a day: everything is cut there when the day is judged. */
export function endOfDay(calendar: JudgingCalendar, day: DayNumber): Instant {
  return calendar.zone.startOfDayNumber(dayAfter(day, 1));
}

/**
 * Seats per day from subscriptions, over the days asked for. Of several plans the one with most seats names the cohort; of
 * equally many, the one whose id sorts first.
 * @throws RangeError for seats that are not a whole number of at least 0
 */
export function accountDays(
  account: string,
  spans: readonly SeatSpan[],
  from: DayNumber,
  through: DayNumber,
): AccountDays {
  for (const { seats, plan } of spans)
    if (!Number.isSafeInteger(seats) || seats < 0)
      throw new RangeError(`${account} has ${seats} seats of ${plan}; seats are whole and not negative`);
  const seatsByDay = new Map<DayNumber, SeatsOfDay>();
  for (const day of daysFrom(from, through)) {
    const seats = seatsOn(spans, day);
    if (seats !== undefined) seatsByDay.set(day, seats);
  }
  return { account, seatsByDay };
}

function seatsOn(spans: readonly SeatSpan[], day: DayNumber): SeatsOfDay | undefined {
  const byPlan = new Map<string, number>();
  for (const span of spans)
    if (span.seats > 0 && span.from <= day && (span.to === null || day < span.to))
      byPlan.set(span.plan, (byPlan.get(span.plan) ?? 0) + span.seats);
  let most: { plan: string; seats: number } | undefined;
  let total = 0;
  for (const [plan, seats] of byPlan) {
    total += seats;
    if (most === undefined || seats > most.seats || (seats === most.seats && plan < most.plan))
      most = { plan, seats };
  }
  return most === undefined ? undefined : { plan: most.plan, seats: total };
}
