import type { PeriodDefinition, WeeklyInterval } from './catalogue.js';

export const MINUTES_PER_DAY = 1_440;
export const MINUTES_PER_WEEK = 7 * MINUTES_PER_DAY;

/** In order, touching and overlapping ones joined. */
export function joined(intervals: readonly WeeklyInterval[]): WeeklyInterval[] {
  const result: { fromMinute: number; toMinute: number }[] = [];
  for (const interval of intervals.toSorted((a, b) => a.fromMinute - b.fromMinute)) {
    const last = result.at(-1);
    if (last !== undefined && interval.fromMinute <= last.toMinute)
      last.toMinute = Math.max(last.toMinute, interval.toMinute);
    else result.push({ ...interval });
  }
  return result;
}

/** What the intervals leave of the week. */
export function complementOf(intervals: readonly WeeklyInterval[]): WeeklyInterval[] {
  const rest: WeeklyInterval[] = [];
  let at = 0;
  for (const { fromMinute, toMinute } of joined(intervals)) {
    if (fromMinute > at) rest.push({ fromMinute: at, toMinute: fromMinute });
    at = toMinute;
  }
  if (at < MINUTES_PER_WEEK) rest.push({ fromMinute: at, toMinute: MINUTES_PER_WEEK });
  return rest;
}

/** Undefined when the periods together cover the week exactly once; else a sentence about the first gap or overlap. */
export function coverageProblem(periods: readonly PeriodDefinition[]): string | undefined {
  const all = periods
    .flatMap((period) => period.intervals.map((interval) => ({ ...interval, id: period.id })))
    .toSorted((a, b) => a.fromMinute - b.fromMinute);
  let at = 0;
  let previous = '';
  for (const interval of all) {
    if (interval.fromMinute < at)
      return `${previous} and ${interval.id} overlap on ${describeMinute(interval.fromMinute)}`;
    if (interval.fromMinute > at)
      return `no period covers ${describeMinute(at)} to ${describeMinute(interval.fromMinute)}`;
    at = interval.toMinute;
    previous = interval.id;
  }
  return at === MINUTES_PER_WEEK ? undefined : `no period covers ${describeMinute(at)} to the end of Sunday`;
}

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

export function describeMinute(minute: number): string {
  const inDay = minute % MINUTES_PER_DAY;
  const day = DAYS[Math.floor(minute / MINUTES_PER_DAY) % 7] ?? '';
  return `${day} ${String(Math.floor(inDay / 60)).padStart(2, '0')}:${String(inDay % 60).padStart(2, '0')}`;
}
