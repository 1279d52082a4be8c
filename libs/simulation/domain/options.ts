import { type LocalDate, addDays, localDate } from '#calendar/local-date.js';
import { type Outcome, accepted, refused } from '#outcome/outcome.js';

/** What a simulation is made from: the same options give the same bytes, on any machine. */
export interface SimulationOptions {
  /** How many customers, 1 to 30,000. */
  readonly accounts: number;
  /** How many calendar days of calls, 1 to 1,100. */
  readonly days: number;
  /** Whole number from 0 to 2^53 - 1. */
  readonly seed: number;
  /** First day of calls; default 2026-09-01, so that 62 days hold the whole of October and the change of the clocks. */
  readonly from?: LocalDate;
  /** Also a `call.answered` record when a call is answered; default false. */
  readonly answeredRecords?: boolean;
  /** A few broken, doubled and contradictory records, as real switches send them; default true. */
  readonly badRecords?: boolean;
}

export type SettledOptions = Required<SimulationOptions>;

export const DEFAULT_FROM = localDate('2026-09-01');
/** Each account has 250 telephone numbers of its own in an area of eight million. */
export const MAXIMUM_ACCOUNTS = 30_000;
export const MAXIMUM_DAYS = 1_100;
const EARLIEST = localDate('2001-01-01');
const LATEST = localDate('2090-12-31');

/** Options with their defaults; everything wrong with them is said at once. */
export function parseSimulationOptions(options: SimulationOptions): Outcome<SettledOptions> {
  const { accounts, days, seed, from = DEFAULT_FROM } = options;
  const problems: string[] = [];
  const whole = (name: string, value: number, lowest: number, highest: number) => {
    if (!Number.isSafeInteger(value) || value < lowest || value > highest)
      problems.push(`${name} is ${value}; it must be a whole number from ${lowest} to ${highest}`);
  };
  whole('accounts', accounts, 1, MAXIMUM_ACCOUNTS);
  whole('days', days, 1, MAXIMUM_DAYS);
  whole('seed', seed, 0, Number.MAX_SAFE_INTEGER);
  if (from < EARLIEST || from > LATEST)
    problems.push(`from is ${from}; it must be a day from ${EARLIEST} to ${LATEST}`);
  if (problems.length > 0) {
    return refused('invalid-simulation', `The simulation can't be made: ${problems.join('; ')}.`, problems);
  }
  const { answeredRecords = false, badRecords = true } = options;
  return accepted({ accounts, days, seed, from, answeredRecords, badRecords });
}

/** Of the calls; calls that are open at its end are told in full. */
export function lastDayOfSimulation(options: SettledOptions): LocalDate {
  return addDays(options.from, options.days - 1);
}
