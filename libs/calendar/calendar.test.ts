import fc from 'fast-check';
import { AMSTERDAM, BillingZone } from './billing-zone.js';
import { formatInstant, instant, parseInstant } from './instant.js';
import {
  addDays,
  daysOf,
  eachDay,
  lastDayOf,
  localDate,
  nextPeriod,
  parseLocalDate,
  period,
  previousPeriod,
  weekdayOf,
} from './local-date.js';

describe('instants', () => {
  it('reads an offset and cuts past the millisecond', () => {
    expect(formatInstant(instant('2026-10-25T02:30:00+02:00'))).toBe('2026-10-25T00:30:00Z');
    expect(formatInstant(instant('2026-10-25T02:30:00.1239+01:00'))).toBe('2026-10-25T01:30:00.123Z');
    expect(formatInstant(instant('2026-10-24T23:59:59z'))).toBe('2026-10-24T23:59:59Z');
  });

  it.each([
    '2026-10-12T16:00:00',
    '2026-02-30T10:00:00Z',
    '2026-10-12 16:00:00Z',
    '2026-10-12T24:00:00Z',
    '2026-10-12',
    '',
    '9'.repeat(400),
  ])('does not take %j for an instant', (text) => expect(parseInstant(text)).toBeUndefined());
});

describe('local days', () => {
  it('knows which days exist', () => {
    expect(parseLocalDate('2028-02-29')).toBe('2028-02-29');
    expect(parseLocalDate('2026-02-29')).toBeUndefined();
    expect(parseLocalDate('2026-2-1')).toBeUndefined();
  });

  it('counts through month ends', () => {
    expect([...eachDay(localDate('2026-10-30'), localDate('2026-11-02'))]).toHaveLength(4);
    expect(daysOf(period('2026-02'))).toBe(28);
    expect(lastDayOf(period('2026-12'))).toBe('2026-12-31');
    expect(nextPeriod(period('2026-12'))).toBe('2027-01');
    expect(previousPeriod(period('2026-01'))).toBe('2025-12');
    expect(weekdayOf(localDate('2026-10-05'))).toBe(0);
    expect(weekdayOf(localDate('1969-12-29'))).toBe(0);
  });
});

describe('the billing zone', () => {
  const hours = (date: string) =>
    (AMSTERDAM.endOfDay(localDate(date)) - AMSTERDAM.startOfDay(localDate(date))) / 3_600_000;

  it('has days of 23, 24 and 25 hours', () => {
    expect(hours('2026-03-29')).toBe(23);
    expect(hours('2026-10-24')).toBe(24);
    expect(hours('2026-10-25')).toBe(25);
  });

  it('gives midnight to the new day', () => {
    const midnight = AMSTERDAM.startOfDay(localDate('2026-10-22'));
    expect(AMSTERDAM.localDateAt(midnight)).toBe('2026-10-22');
    expect(AMSTERDAM.localDateAt((midnight - 1) as typeof midnight)).toBe('2026-10-21');
  });

  it('reads the earlier of an hour that exists twice and skips the hour that does not exist', () => {
    expect(formatInstant(AMSTERDAM.at(localDate('2026-10-25'), '02:30'))).toBe('2026-10-25T00:30:00Z');
    expect(formatInstant(AMSTERDAM.at(localDate('2026-03-29'), '02:30'))).toBe('2026-03-29T01:00:00Z');
    expect(AMSTERDAM.format(instant('2026-10-25T01:30:00Z'))).toBe('2026-10-25T02:30:00+01:00');
  });

  it('agrees with the runtime on every day', () => {
    const formatter = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Amsterdam', dateStyle: 'short' });
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2099, 0, 1) }), (at) => {
        const local = AMSTERDAM.localDateAt(at as ReturnType<typeof instant>);
        expect(local).toBe(formatter.format(at));
        expect(AMSTERDAM.startOfDay(local)).toBeLessThanOrEqual(at);
        expect(AMSTERDAM.startOfDay(addDays(local, 1))).toBeGreaterThan(at);
      }),
    );
  });

  it('knows zones without changes and refuses unknown ones', () => {
    expect(new BillingZone('UTC').offsetMillisAt(0)).toBe(0);
    expect(new BillingZone('Asia/Kolkata').offsetMillisAt(Date.UTC(2026, 0, 1))).toBe(19_800_000);
    expect(() => new BillingZone('Mars/Base')).toThrow(/Europe\/Amsterdam/);
  });
});
