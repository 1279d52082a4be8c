import { tzScan } from '@date-fns/tz';
import type { Instant } from './instant.js';
import { type DayNumber, type LocalDate, dayNumberOf, localDateOf } from './local-date.js';

const MILLIS_PER_DAY = 86_400_000;
const FIRST_YEAR = 1999;
const LAST_YEAR = 2100;

/**
 * The wall clock of one time zone, fast enough for every call: the zone's changes of offset are read once from the
 * runtime's time zone data (1999 to 2100), after that it is a binary search and integer arithmetic.
 */
export class BillingZone {
  /** Instants of change, ascending; `offsetsMillis[i]` holds from `changes[i - 1]` on, before the first it is `offsetsMillis[0]`. */
  private readonly changes: readonly number[];
  private readonly offsetsMillis: readonly number[];

  /** @throws RangeError when the runtime does not know the zone */
  constructor(readonly name: string) {
    const start = new Date(Date.UTC(FIRST_YEAR, 0, 1));
    const scanned = tzScan(assertZone(name), { start, end: new Date(Date.UTC(LAST_YEAR, 11, 31)) });
    const last = scanned.at(-1);
    if (last === undefined) {
      const offset = fixedOffsetMillis(name, start);
      this.changes = [];
      this.offsetsMillis = [offset];
      return;
    }
    const first = scanned[0] ?? last;
    this.changes = scanned.map((change) => change.date.getTime());
    this.offsetsMillis = [
      (first.offset - first.change) * 60_000,
      ...scanned.map((change) => change.offset * 60_000),
    ];
  }

  /** Local time minus UTC at an instant, in milliseconds. */
  offsetMillisAt(at: number): number {
    return this.offsetsMillis[this.changesUpTo(at)] as number;
  }

  /** The next change of offset after `at`, or Infinity. */
  nextChangeAfter(at: number): number {
    return this.changes[this.changesUpTo(at)] ?? Number.POSITIVE_INFINITY;
  }

  /** How many changes have happened up to an instant, by binary search. */
  private changesUpTo(at: number): number {
    let low = 0;
    let high = this.changes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.changes[middle] as number) <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Milliseconds of the local wall clock since 1970-01-01T00:00 local. */
  wallClockMillis(at: Instant): number {
    return at + this.offsetMillisAt(at);
  }

  dayNumberAt(at: Instant): DayNumber {
    return Math.floor(this.wallClockMillis(at) / MILLIS_PER_DAY) as DayNumber;
  }

  localDateAt(at: Instant): LocalDate {
    return localDateOf(this.dayNumberAt(at));
  }

  /** The first instant of a local day; days of this zone have 23, 24 or 25 hours. */
  startOfDayNumber(day: DayNumber): Instant {
    const wall = day * MILLIS_PER_DAY;
    return this.earliestInstantAtOrAfterWall(wall);
  }

  startOfDay(date: LocalDate): Instant {
    return this.startOfDayNumber(dayNumberOf(date));
  }

  /** The first instant of the day after `date`. */
  endOfDay(date: LocalDate): Instant {
    return this.startOfDayNumber((dayNumberOf(date) + 1) as DayNumber);
  }

  /** A local wall-clock time on a day, `06:00`; of an hour that exists twice, the earlier; of one that does not exist, the instant after the gap. */
  at(date: LocalDate, time: string): Instant {
    const [hours = 0, minutes = 0] = time.split(':').map(Number);
    return this.earliestInstantAtOrAfterWall(
      dayNumberOf(date) * MILLIS_PER_DAY + (hours * 60 + minutes) * 60_000,
    );
  }

  /** RFC 3339 with the zone's own offset, `2026-10-25T02:30:00+02:00`, as people of the business read it. */
  format(at: Instant): string {
    const offsetMinutes = this.offsetMillisAt(at) / 60_000;
    const wall = new Date(this.wallClockMillis(at)).toISOString().replace('Z', '').replace('.000', '');
    const absolute = Math.abs(offsetMinutes);
    const sign = offsetMinutes < 0 ? '-' : '+';
    return `${wall}${sign}${String(Math.floor(absolute / 60)).padStart(2, '0')}:${String(absolute % 60).padStart(2, '0')}`;
  }

  private earliestInstantAtOrAfterWall(wall: number): Instant {
    const offsetBefore = this.offsetMillisAt(wall - MILLIS_PER_DAY);
    const offsetAfter = this.offsetMillisAt(wall + MILLIS_PER_DAY);
    const candidates = [wall - offsetBefore, wall - offsetAfter].sort((a, b) => a - b);
    for (const candidate of candidates) {
      if (candidate + this.offsetMillisAt(candidate) === wall) return candidate as Instant;
    }
    // In the gap of spring: the change itself is the first instant whose wall clock has passed `wall`.
    return this.nextChangeAfter((candidates[0] as number) - 1) as Instant;
  }
}

/** Amsterdam: the billing zone of the product (domain.md, Money and time). */
export const AMSTERDAM = new BillingZone('Europe/Amsterdam');

function assertZone(name: string): string {
  try {
    new Intl.DateTimeFormat('en-GB', { timeZone: name });
  } catch {
    throw new RangeError(
      `${JSON.stringify(name)} is not a time zone known here. Use a name such as Europe/Amsterdam.`,
    );
  }
  return name;
}

function fixedOffsetMillis(name: string, at: Date): number {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: name,
    timeZoneName: 'longOffset',
  }).formatToParts(at);
  const text = parts.find((part) => part.type === 'timeZoneName')?.value ?? 'GMT';
  const match = /GMT([+-])(\d{2}):(\d{2})/.exec(text);
  if (!match) return 0;
  return (Number(match[2]) * 60 + Number(match[3])) * 60_000 * (match[1] === '-' ? -1 : 1);
}
