import type { Customer } from '../customers/customer.js';
import { isSchoolHoliday, publicHolidays } from '../holidays.js';
import type { LocalDay } from '../local-day.js';

/** What of the world outside decides how much is called on a day. */
export interface DayCircumstances {
  readonly publicHoliday: boolean;
  /** Everybody calls more, as before a long weekend or in a storm. */
  readonly rush: boolean;
}

/** Of an ordinary day, in thousandths. */
export const RUSH_LEVEL = 2_200;

const holidaysByYear = new Map<number, ReadonlySet<string>>();

export function isPublicHoliday(day: LocalDay): boolean {
  const year = Number(day.date.slice(0, 4));
  let holidays = holidaysByYear.get(year);
  if (holidays === undefined) {
    holidays = publicHolidays(year);
    holidaysByYear.set(year, holidays);
  }
  return holidays.has(day.date);
}

/** How much an account calls on a day of what it does on an ordinary weekday, in thousandths. */
export function dayLevel(
  customer: Customer,
  day: LocalDay,
  { publicHoliday, rush }: DayCircumstances,
): number {
  const { sector } = customer;
  let level = 1000;
  if (publicHoliday) level = sector.holidayLevel;
  else if (day.weekday === 6) level = sector.sundayLevel;
  else if (day.weekday === 5) level = sector.saturdayLevel;
  if (sector.schoolHolidayLevel !== 1000 && isSchoolHoliday(day.date, customer.city.region))
    level = (level * sector.schoolHolidayLevel) / 1000;
  return rush ? (level * RUSH_LEVEL) / 1000 : level;
}

/** The weights of the hours of a day, as digits. */
export function hoursOf(customer: Customer, day: LocalDay, publicHoliday: boolean): string {
  const { sector } = customer;
  if (day.weekday === 6 || publicHoliday) return sector.sunday;
  return day.weekday === 5 ? sector.saturday : sector.weekday;
}
