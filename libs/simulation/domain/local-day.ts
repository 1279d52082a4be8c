import { AMSTERDAM } from '#calendar/billing-zone.js';
import { type DayNumber, type LocalDate, localDateOf, weekdayOf } from '#calendar/local-date.js';

const MILLIS_PER_HOUR = 3_600_000;
const ORDINARY_HOURS = Array.from({ length: 24 }, (_, hour) => hour);

/** One calendar day in Amsterdam with its 23, 24 or 25 hours. Instants are milliseconds. */
export interface LocalDay {
  readonly date: LocalDate;
  readonly number: DayNumber;
  /** 0 = first day of the simulation. */
  readonly index: number;
  /** 0 = Monday. */
  readonly weekday: number;
  readonly startsAt: number;
  readonly endsAt: number;
  /** The hour on the wall clock of each hour that passes: 0, 1, 2, 2, 3, ... when the clock is set back. */
  readonly hours: readonly number[];
}

export function localDay(number: DayNumber, index: number): LocalDay {
  const date = localDateOf(number);
  const startsAt = AMSTERDAM.startOfDayNumber(number);
  const endsAt = AMSTERDAM.startOfDayNumber((number + 1) as DayNumber);
  const length = (endsAt - startsAt) / MILLIS_PER_HOUR;
  const hours =
    length === 24
      ? ORDINARY_HOURS
      : Array.from({ length }, (_, passed) => wallHourAt(startsAt + passed * MILLIS_PER_HOUR));
  return { date, number, index, weekday: weekdayOf(date), startsAt, endsAt, hours };
}

/** The instant of a wall-clock second of the day; of an hour that exists twice, the earlier. */
export function instantOf(day: LocalDay, wallSecond: number): number {
  const hour = Math.floor(wallSecond / 3600);
  const passed = day.hours.findIndex((name) => name >= hour);
  const hoursPassed = passed === -1 ? day.hours.length + hour - 24 : passed;
  return day.startsAt + hoursPassed * MILLIS_PER_HOUR + (wallSecond % 3600) * 1000;
}

export function isWeekend(day: LocalDay): boolean {
  return day.weekday >= 5;
}

/** Days on which the clocks change are not 24 hours long. */
export function changesClock(day: LocalDay): boolean {
  return day.hours.length !== 24;
}

function wallHourAt(at: number): number {
  const hour = Math.floor((at + AMSTERDAM.offsetMillisAt(at)) / MILLIS_PER_HOUR) % 24;
  return hour;
}
