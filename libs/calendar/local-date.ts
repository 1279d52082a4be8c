declare const form: unique symbol;

/** A calendar day in the billing zone, `2026-10-25`. Strings of this form sort by time. */
export type LocalDate = string & { readonly [form]: 'local-date' };

/** A calendar month in the billing zone, `2026-10`. */
export type Period = string & { readonly [form]: 'period' };

/** A calendar day as the number of days since 1970-01-01: the form for arithmetic. */
export type DayNumber = number & { readonly [form]: 'day-number' };

const MILLIS_PER_DAY = 86_400_000;

/** undefined when it is not an existing day written as `YYYY-MM-DD`. */
export function parseLocalDate(text: string): LocalDate | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (!match) return undefined;
  const millis = Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3]));
  return new Date(millis).toISOString().slice(0, 10) === text ? (text as LocalDate) : undefined;
}

/** @throws RangeError for a text that a parser should have refused before */
export function localDate(text: string): LocalDate {
  const date = parseLocalDate(text);
  if (date === undefined) throw new RangeError(`${JSON.stringify(text)} is not a day such as 2026-10-25`);
  return date;
}

export function dayNumberOf(date: LocalDate): DayNumber {
  return (Date.UTC(Number(date.slice(0, 4)), Number(date.slice(5, 7)) - 1, Number(date.slice(8, 10))) /
    MILLIS_PER_DAY) as DayNumber;
}

const KEPT_DATES = 4_096;
const dates = new Map<DayNumber, LocalDate>();

/** Every call asks for its day, and there are few days: the last ones are kept as text. */
export function localDateOf(day: DayNumber): LocalDate {
  const known = dates.get(day);
  if (known !== undefined) return known;
  const date = new Date(day * MILLIS_PER_DAY).toISOString().slice(0, 10) as LocalDate;
  if (dates.size >= KEPT_DATES) dates.clear();
  dates.set(day, date);
  return date;
}

export function addDays(date: LocalDate, days: number): LocalDate {
  return localDateOf((dayNumberOf(date) + days) as DayNumber);
}

/** How many days `to` is after `from`; negative when before. */
export function daysBetween(from: LocalDate, to: LocalDate): number {
  return dayNumberOf(to) - dayNumberOf(from);
}

/** Every day from `from` through `through`, both inclusive. */
export function* eachDay(from: LocalDate, through: LocalDate): Generator<LocalDate> {
  for (let day = dayNumberOf(from); day <= dayNumberOf(through); day = (day + 1) as DayNumber)
    yield localDateOf(day);
}

/** 0 = Monday ... 6 = Sunday (ISO 8601 order). */
export function weekdayOf(date: LocalDate): number {
  return (((dayNumberOf(date) + 3) % 7) + 7) % 7;
}

/** undefined when it is not a month written as `YYYY-MM`. */
export function parsePeriod(text: string): Period | undefined {
  return /^\d{4}-(0[1-9]|1[0-2])$/.test(text) ? (text as Period) : undefined;
}

/** @throws RangeError for a text that a parser should have refused before */
export function period(text: string): Period {
  const parsed = parsePeriod(text);
  if (parsed === undefined) throw new RangeError(`${JSON.stringify(text)} is not a month such as 2026-10`);
  return parsed;
}

export function periodOf(date: LocalDate): Period {
  return date.slice(0, 7) as Period;
}

export function firstDayOf(month: Period): LocalDate {
  return `${month}-01` as LocalDate;
}

export function nextPeriod(month: Period): Period {
  const [year = 0, monthOfYear = 0] = month.split('-').map(Number);
  return new Date(Date.UTC(year, monthOfYear, 1)).toISOString().slice(0, 7) as Period;
}

export function previousPeriod(month: Period): Period {
  const [year = 0, monthOfYear = 0] = month.split('-').map(Number);
  return new Date(Date.UTC(year, monthOfYear - 2, 1)).toISOString().slice(0, 7) as Period;
}

export function lastDayOf(month: Period): LocalDate {
  return addDays(firstDayOf(nextPeriod(month)), -1);
}

/** 28 to 31. */
export function daysOf(month: Period): number {
  return daysBetween(firstDayOf(month), firstDayOf(nextPeriod(month)));
}
