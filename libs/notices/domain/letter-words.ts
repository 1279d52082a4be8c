import { type LocalDate, weekdayOf } from '#calendar/local-date.js';
import type { Language } from './notice-event.js';

const WEEKDAYS: Readonly<Record<Language, readonly string[]>> = {
  nl: ['maandag', 'dinsdag', 'woensdag', 'donderdag', 'vrijdag', 'zaterdag', 'zondag'],
  en: ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'],
};

const MONTHS: Readonly<Record<Language, readonly string[]>> = {
  nl: 'januari februari maart april mei juni juli augustus september oktober november december'.split(' '),
  en: 'January February March April May June July August September October November December'.split(' '),
};

/** `vrijdag 16 oktober 2026`, `Friday 16 October 2026`. */
export function dayInWords(day: LocalDate, language: Language): string {
  const month = MONTHS[language][Number(day.slice(5, 7)) - 1];
  return `${WEEKDAYS[language][weekdayOf(day)]} ${Number(day.slice(8, 10))} ${month} ${day.slice(0, 4)}`;
}

/** Whole cents as `€ 1.482,50` or `€1,482.50`, never broken at a line's end. @throws RangeError for an amount below 0 or not whole */
export function amountInWords(cents: number, language: Language): string {
  if (!Number.isSafeInteger(cents) || cents < 0) throw new RangeError(`${cents} is no amount for a letter`);
  const [group, point, sign] = language === 'nl' ? ['.', ',', '€\u00a0'] : [',', '.', '€'];
  const euros = String(Math.floor(cents / 100)).replace(/\B(?=(\d{3})+$)/g, group);
  return `${sign}${euros}${point}${String(cents % 100).padStart(2, '0')}`;
}

/** `7e`, `1e`; `7th`, `1st`, `22nd`. */
export function ordinal(count: number, language: Language): string {
  if (language === 'nl') return `${count}e`;
  const teens = count % 100 >= 11 && count % 100 <= 13;
  const ending = teens ? 'th' : (['th', 'st', 'nd', 'rd'][count % 10] ?? 'th');
  return `${count}${ending}`;
}
