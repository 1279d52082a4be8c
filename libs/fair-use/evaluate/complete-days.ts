import { AMSTERDAM } from '#calendar/billing-zone.js';
import { type Instant, formatInstant } from '#calendar/instant.js';
import { type DayNumber, localDateOf } from '#calendar/local-date.js';
import { type Outcome, accepted, refused } from '#outcome/outcome.js';
import { dayAfter, daysFrom } from '../domain/judging-calendar.js';
import type { SourceSeen } from '../store/judged-call-reader.js';

/** A source that sent calls of so many days before the end of a day is active on it. */
export const ACTIVE_DAYS = 7;

/** A day is over for the judging at `judge_at` on the next one. @returns the refusal for a day that is not */
export function judgedNotBefore(day: DayNumber, judgeAt: string, now: Instant): Outcome<null> {
  const from = AMSTERDAM.at(localDateOf(dayAfter(day, 1)), judgeAt);
  if (now >= from) return accepted(null);
  return refused(
    'day-not-over',
    `${localDateOf(day)} can be judged from ${AMSTERDAM.format(from)} on; the business clock is at ${AMSTERDAM.format(now)}. Evaluate an earlier day, or wait.`,
    { day: localDateOf(day), judgedFrom: formatInstant(from) },
  );
}

/** The active sources that have shown no instant past the end of a day, per day; days without any are absent. */
export function missingSources(
  seen: readonly SourceSeen[],
  from: DayNumber,
  through: DayNumber,
): Map<DayNumber, string[]> {
  const latest = new Map<string, number>();
  for (const { source, lastSeen } of seen) latest.set(source, Math.max(latest.get(source) ?? 0, lastSeen));
  const missing = new Map<DayNumber, string[]>();
  for (const day of daysFrom(from, through)) {
    const end = AMSTERDAM.startOfDayNumber(dayAfter(day, 1));
    const activeFrom = AMSTERDAM.startOfDayNumber(dayAfter(day, 1 - ACTIVE_DAYS));
    const active = new Set(
      seen.filter((one) => one.lastSeen >= activeFrom && one.firstSeen < end).map((one) => one.source),
    );
    const silent = [...active].filter((source) => (latest.get(source) ?? 0) < end).sort();
    if (silent.length > 0) missing.set(day, silent);
  }
  return missing;
}

/** @returns the refusal that names the first incomplete day and the sources that it waits for */
export function refuseIncomplete(missing: ReadonlyMap<DayNumber, readonly string[]>): Outcome<null> {
  for (const [day, sources] of missing) {
    return refused(
      'day-incomplete',
      `${localDateOf(day)} is not complete: ${sources.join(', ')} ${sources.length === 1 ? 'has' : 'have'} shown no instant past its end. Load what is missing, or evaluate with --force if nothing more comes.`,
      { day: localDateOf(day), missing: sources },
    );
  }
  return accepted(null);
}
