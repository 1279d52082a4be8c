import { AMSTERDAM } from './billing-zone.js';
import { type LocalDate, addDays, eachDay, localDate } from './local-date.js';

const hoursOf = (day: LocalDate) => (AMSTERDAM.endOfDay(day) - AMSTERDAM.startOfDay(day)) / 3_600_000;

describe('the two odd days of a year', () => {
  it.each([2000, 2024, 2026, 2030, 2050, 2099])(
    '%i has one day of 23 hours in March and one of 25 in October, both a Sunday',
    (year) => {
      const odd = [...eachDay(localDate(`${year}-01-01`), localDate(`${year}-12-31`))].filter(
        (day) => hoursOf(day) !== 24,
      );
      expect(
        odd.map((day) => [day.slice(5, 7), hoursOf(day), new Date(`${day}T00:00:00Z`).getUTCDay()]),
      ).toEqual([
        ['03', 23, 0],
        ['10', 25, 0],
      ]);
    },
  );

  it('a day ends where the next one begins, without gap or overlap', () => {
    for (const day of eachDay(localDate('2026-01-01'), localDate('2027-01-01')))
      expect(AMSTERDAM.endOfDay(day)).toBe(AMSTERDAM.startOfDay(addDays(day, 1)));
  });

  it('the hour that exists twice is on one day, both times', () => {
    const first = AMSTERDAM.at(localDate('2026-10-25'), '02:30');
    const second = (first + 3_600_000) as typeof first;
    expect([AMSTERDAM.format(first), AMSTERDAM.format(second)]).toEqual([
      '2026-10-25T02:30:00+02:00',
      '2026-10-25T02:30:00+01:00',
    ]);
    expect([AMSTERDAM.localDateAt(first), AMSTERDAM.localDateAt(second)]).toEqual([
      '2026-10-25',
      '2026-10-25',
    ]);
    expect(AMSTERDAM.nextChangeAfter(first)).toBe(first + 1_800_000);
  });
});
