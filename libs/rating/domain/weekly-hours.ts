import type { BillingZone } from '#calendar/billing-zone.js';
import type { WeeklyInterval } from '#catalogue/domain/catalogue.js';

const SECONDS_PER_WEEK = 604_800;
const MINUTES_PER_WEEK = 10_080;
/** 1970-01-01 was a Thursday; weeks are counted from Monday. */
const EPOCH_IN_WEEK_SECONDS = 3 * 86_400;

/** How many seconds of a stretch of wall clock lie in a set of weekly hours: two look-ups, however long the stretch. */
export class WeeklyHours {
  /** Seconds of the period in the first n minutes of the week. */
  private readonly cumulative = new Uint32Array(MINUTES_PER_WEEK + 1);

  constructor(intervals: readonly WeeklyInterval[]) {
    const within = new Uint8Array(MINUTES_PER_WEEK);
    for (const { fromMinute, toMinute } of intervals) within.fill(1, fromMinute, toMinute);
    for (let minute = 0; minute < MINUTES_PER_WEEK; minute += 1) {
      this.cumulative[minute + 1] = (this.cumulative[minute] as number) + (within[minute] === 1 ? 60 : 0);
    }
  }

  /** Seconds of the period in the wall-clock stretch `[from, to)`, in seconds since 1970 local. */
  secondsBetween(fromWallSecond: number, toWallSecond: number): number {
    return this.upTo(toWallSecond) - this.upTo(fromWallSecond);
  }

  /** Seconds of the period in `[fromSecond, fromSecond + seconds)` of real time, split where the zone changes its offset. */
  secondsOf(fromSecond: number, seconds: number, zone: BillingZone): number {
    const end = fromSecond + seconds;
    let at = fromSecond;
    let total = 0;
    while (at < end) {
      const offset = zone.offsetMillisAt(at * 1000) / 1000;
      const until = Math.min(end, zone.nextChangeAfter(at * 1000) / 1000);
      total += this.secondsBetween(at + offset, until + offset);
      at = until;
    }
    return total;
  }

  contains(wallSecond: number): boolean {
    return this.secondsBetween(wallSecond, wallSecond + 1) === 1;
  }

  private upTo(wallSecond: number): number {
    const shifted = wallSecond + EPOCH_IN_WEEK_SECONDS;
    const week = Math.floor(shifted / SECONDS_PER_WEEK);
    const inWeek = shifted - week * SECONDS_PER_WEEK;
    const minute = Math.floor(inWeek / 60);
    const before = this.cumulative[minute] as number;
    const after = this.cumulative[minute + 1] as number;
    const partial = after > before ? inWeek - minute * 60 : 0;
    return week * (this.cumulative[MINUTES_PER_WEEK] as number) + before + partial;
  }
}
