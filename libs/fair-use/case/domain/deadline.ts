import { AMSTERDAM } from '#calendar/billing-zone.js';
import { type Instant, instant } from '#calendar/instant.js';
import { type LocalDate, addDays } from '#calendar/local-date.js';

/** Within this time a mail that was accepted can still bounce (fair-use rules, "Delivered"). */
const BOUNCE_PERIOD_MILLIS = 24 * 3_600_000;

/** Last day, inclusive, on which a customer can stop: the n-th local day after the day of delivery. */
export function deadlineOf(deliveredAt: Instant, deadlineDays: number): LocalDate {
  return addDays(AMSTERDAM.localDateAt(deliveredAt), deadlineDays);
}

/** First day that is judged, and from which a charge may reach back unless somebody decides on another. */
export function dayAfter(deadline: LocalDate): LocalDate {
  return addDays(deadline, 1);
}

/** The deadline ends with its day, whatever hours that day has. */
export function isPast(day: LocalDate, at: Instant): boolean {
  return at >= AMSTERDAM.endOfDay(day);
}

export function canStillBounce(deliveredAt: string, at: Instant): boolean {
  return at < instant(deliveredAt) + BOUNCE_PERIOD_MILLIS;
}

export function todayAt(at: Instant): LocalDate {
  return AMSTERDAM.localDateAt(at);
}
