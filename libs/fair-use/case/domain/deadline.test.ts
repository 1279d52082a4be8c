import { type Instant, instant } from '#calendar/instant.js';
import { localDate } from '#calendar/local-date.js';
import { canStillBounce, dayAfter, deadlineOf, isPast, todayAt } from './deadline.js';

const HOUR = 3_600_000;

describe('the deadline is the end of the 7th local day after delivery', () => {
  it.each([
    ['an ordinary week', '2026-10-01T12:00:00Z', '2026-10-08'],
    ['delivered in the last local minute of a day', '2026-10-01T21:59:59Z', '2026-10-08'],
    ['delivered at local midnight, which is the new day', '2026-10-01T22:00:00Z', '2026-10-09'],
    ['over the day of 25 hours', '2026-10-20T12:00:00Z', '2026-10-27'],
    ['delivered in the hour that exists twice', '2026-10-25T00:30:00Z', '2026-11-01'],
    ['over the day of 23 hours', '2026-03-25T12:00:00Z', '2026-04-01'],
    ['ending on the day of 23 hours', '2026-03-22T12:00:00Z', '2026-03-29'],
    ['over the leap day', '2028-02-25T12:00:00Z', '2028-03-03'],
    ['over the new year', '2026-12-31T22:59:00Z', '2027-01-07'],
    ['delivered in the new year, local time', '2026-12-31T23:00:00Z', '2027-01-08'],
  ])('%s', (_, deliveredAt, deadline) => expect(deadlineOf(instant(deliveredAt), 7)).toBe(deadline));

  it.each([
    ['2026-10-24', '2026-10-24T22:00:00Z'],
    ['2026-10-25', '2026-10-25T23:00:00Z'],
    ['2026-03-28', '2026-03-28T23:00:00Z'],
    ['2026-03-29', '2026-03-29T22:00:00Z'],
  ])('%s is past at its local midnight and not a millisecond before', (day, end) => {
    expect(isPast(localDate(day), instant(end))).toBe(true);
    expect(isPast(localDate(day), (instant(end) - 1) as Instant)).toBe(false);
  });

  it('the first day that counts is the one after it', () => {
    expect(dayAfter(localDate('2026-10-31'))).toBe('2026-11-01');
    expect(todayAt(instant('2026-10-31T23:00:00Z'))).toBe('2026-11-01');
  });

  it('a mail can bounce for 24 hours, whatever the clocks on the wall do', () => {
    const delivered = '2026-10-24T12:00:00Z';
    expect(canStillBounce(delivered, (instant(delivered) + 24 * HOUR - 1) as Instant)).toBe(true);
    expect(canStillBounce(delivered, (instant(delivered) + 24 * HOUR) as Instant)).toBe(false);
  });
});
