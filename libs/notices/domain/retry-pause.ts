import type { Instant } from '#calendar/instant.js';

/** After this many dialogues without success a notice has failed: about a day and a half, as mail servers themselves try. */
export const MAXIMUM_ATTEMPTS = 9;

const FIRST_PAUSE_MILLIS = 5 * 60_000;
const LONGEST_PAUSE_MILLIS = 12 * 3_600_000;

/**
 * When a notice that was not taken is due again: 5 minutes, doubled with each attempt, at most 12 hours; up to half as much again,
 * so that many that failed together do not come back together.
 * @param attempt the one that has just ended, from 1
 * @param jitter 0 to below 1
 */
export function dueAgain(at: Instant, attempt: number, jitter: number): Instant {
  const pause = Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS * 2 ** (attempt - 1));
  return (at + Math.round(pause * (1 + jitter / 2))) as Instant;
}
