import type { Random } from './random.js';

/**
 * Quantiles of log-normal distributions with median 1000 at 1/32 steps (the ends cut at 0.004 and 0.997): tables, because `exp` and
 * `log` may differ in the last digit between engines, and the same seed must give the same bytes.
 */
const QUANTILES = {
  /** sigma 0.8: an order, an appointment. */
  even: [
    120, 225, 293, 348, 398, 446, 492, 537, 583, 629, 676, 725, 775, 827, 882, 939, 1000, 1065, 1134, 1209,
    1290, 1380, 1478, 1589, 1715, 1861, 2033, 2243, 2510, 2870, 3412, 4438, 9009,
  ],
  /** sigma 1.0: a mixed day in an office. */
  mixed: [
    71, 155, 216, 268, 317, 364, 412, 460, 509, 560, 613, 669, 727, 789, 854, 925, 1000, 1082, 1170, 1268,
    1375, 1495, 1630, 1784, 1963, 2174, 2428, 2746, 3159, 3736, 4637, 6441, 15608,
  ],
  /** sigma 1.25: mostly short, now and then an hour. */
  uneven: [
    36, 97, 147, 193, 237, 283, 330, 379, 430, 485, 543, 605, 671, 743, 821, 907, 1000, 1103, 1217, 1345,
    1489, 1653, 1842, 2062, 2324, 2639, 3031, 3534, 4212, 5194, 6805, 10262, 31023,
  ],
} as const;

export type TalkShape = keyof typeof QUANTILES;

const STEPS = 32;
const FRACTION = 1024;
/** An ordinary conversation ends; what lasts longer than this is planted on purpose. */
const LONGEST_ORDINARY_SECONDS = 7_200;

/** Mean talk time over median, in thousandths: what the level of an account is planned by. */
export const MEAN_OVER_MEDIAN: Record<TalkShape, number> = { even: 1393, mixed: 1680, uneven: 2254 };

/** Talk time of an ordinary call in whole seconds, 1 to 7200. */
export function talkSeconds(random: Random, shape: TalkShape, medianSeconds: number): number {
  const position = random.below(STEPS * FRACTION);
  const step = Math.floor(position / FRACTION);
  const table = QUANTILES[shape];
  const low = table[step] ?? 0;
  const high = table[step + 1] ?? low;
  const thousandths = low + Math.floor(((high - low) * (position % FRACTION)) / FRACTION);
  const seconds = Math.floor((medianSeconds * thousandths) / 1000);
  return Math.min(LONGEST_ORDINARY_SECONDS, Math.max(1, seconds));
}
