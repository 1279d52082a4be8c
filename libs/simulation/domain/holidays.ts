import { type LocalDate, addDays, daysBetween, localDate, weekdayOf } from '#calendar/local-date.js';

/** The three regions by which Dutch schools have their holidays. */
export const SCHOOL_REGIONS = ['north', 'middle', 'south'] as const;
export type SchoolRegion = (typeof SCHOOL_REGIONS)[number];

/** Easter Sunday by the anonymous Gregorian computus: integer arithmetic only. */
export function easterSunday(year: number): LocalDate {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const d = Math.floor(b / 4);
  const e = b % 4;
  const g = Math.floor((8 * b + 13) / 25);
  const h = (19 * a + b - d - g + 15) % 30;
  const i = Math.floor(c / 4);
  const k = c % 4;
  const l = (32 + 2 * e + 2 * i - h - k) % 7;
  const m = Math.floor((a + 11 * h + 19 * l) / 433);
  const month = Math.floor((h + l - 7 * m + 90) / 25);
  const day = (h + l - 7 * m + 33 * month + 19) % 32;
  return localDate(`${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`);
}

/** Days on which Dutch businesses are closed. Liberation Day is a day off once in five years. */
export function publicHolidays(year: number): ReadonlySet<LocalDate> {
  const easter = easterSunday(year);
  const kingsDay = localDate(`${year}-04-27`);
  return new Set([
    localDate(`${year}-01-01`),
    easter,
    addDays(easter, 1),
    weekdayOf(kingsDay) === 6 ? addDays(kingsDay, -1) : kingsDay,
    ...(year % 5 === 0 ? [localDate(`${year}-05-05`)] : []),
    addDays(easter, 39),
    addDays(easter, 49),
    addDays(easter, 50),
    localDate(`${year}-12-25`),
    localDate(`${year}-12-26`),
  ]);
}

type Span = readonly [from: string, through: string];

/** As the ministry set them for 2026 (autumn and spring are advice, which most schools follow). */
const SCHOOL_2026: Record<SchoolRegion, readonly Span[]> = {
  north: [
    ['2026-02-21', '2026-03-01'],
    ['2026-07-04', '2026-08-16'],
    ['2026-10-10', '2026-10-18'],
  ],
  middle: [
    ['2026-02-14', '2026-02-22'],
    ['2026-07-18', '2026-08-30'],
    ['2026-10-17', '2026-10-25'],
  ],
  south: [
    ['2026-02-14', '2026-02-22'],
    ['2026-07-11', '2026-08-23'],
    ['2026-10-17', '2026-10-25'],
  ],
};
const ALL_REGIONS_2026: readonly Span[] = [
  ['2025-12-20', '2026-01-04'],
  ['2026-04-25', '2026-05-03'],
  ['2026-12-19', '2027-01-03'],
];

/** Days of the year (from 0, 1 January) around which holidays lie in years of which no table is kept. */
const USUAL_SPANS: readonly (readonly [from: number, through: number])[] = [
  [0, 4],
  [47, 55],
  [115, 124],
  [195, 237],
  [290, 298],
  [354, 366],
];

export function isSchoolHoliday(date: LocalDate, region: SchoolRegion): boolean {
  const spans = [...SCHOOL_2026[region], ...ALL_REGIONS_2026];
  if (spans.some(([from, through]) => from <= date && date <= through)) return true;
  const year = Number(date.slice(0, 4));
  if (year === 2026) return false;
  const dayOfYear = daysBetween(localDate(`${year}-01-01`), date);
  return USUAL_SPANS.some(([from, through]) => from <= dayOfYear && dayOfYear <= through);
}
