import type { Random } from '../random.js';
import { MEAN_OVER_MEDIAN } from '../talk-time.js';
import type { Sector } from './sectors.js';

/** Of an ordinary week, per seat and calendar day. Far enough below the floor of the policy that chance does not reach it. */
const MOST_MINUTES_A_DAY = 11;
const OUTBOUND_ANSWERED = 0.715;

/**
 * How much an ordinary account telephones for its sector, in thousandths: some half as much as others, some half as much again, but
 * nobody so much that it would be excessive.
 */
export function innocentLevel(sector: Sector, random: Random): number {
  const drawn = 550 + random.below(500) + random.below(500);
  return Math.min(drawn, Math.floor((MOST_MINUTES_A_DAY * 1000) / outboundMinutesADay(sector)));
}

/** Expected talk time of outbound calls, per seat and calendar day, at level 1000. */
export function outboundMinutesADay(sector: Sector): number {
  const calls = (sector.callsPerSeat / 10) * ((1000 - sector.inbound - sector.internal) / 1000);
  const minutes = (sector.medianTalkSeconds * MEAN_OVER_MEDIAN[sector.talkShape]) / 60_000;
  const weekdays = (5000 + sector.saturdayLevel + sector.sundayLevel) / 7000;
  return calls * OUTBOUND_ANSWERED * minutes * weekdays;
}
