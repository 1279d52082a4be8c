import { BillingZone } from '#calendar/billing-zone.js';
import { type Instant, parseInstant } from '#calendar/instant.js';
import type { Rejection } from '../domain/call-record.js';
import { printable } from '../domain/record-from.js';

/** Which of the two instants of the hour that exists twice in autumn is meant where a row does not tell itself. */
export const AMBIGUOUS_RULES = ['quarantine', 'earlier', 'later'] as const;
export type AmbiguousRule = (typeof AMBIGUOUS_RULES)[number];

const MILLIS_PER_DAY = 86_400_000;
/** Switches cut or round the parts of a second, each on its own. */
const TOLERANCE_MILLIS = 2_000;
const WALL_CLOCK = /^(\d{4})[-/](\d{2})[-/](\d{2})[ T](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?$/;
const WITH_OFFSET = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?)(Z|[+-]\d{2}:?\d{2})$/;
const EPOCH_SECONDS = /^\d{9,10}(?:\.\d{1,9})?$/;

/** The times of a call as a switch writes them, and what it says they are apart. */
export interface WrittenTimes {
  readonly start: string;
  /** Null where nobody answered. */
  readonly answer: string | null;
  readonly end: string;
  /** From start to end. */
  readonly totalSeconds?: number | undefined;
  /** From answer to end. */
  readonly talkSeconds?: number | undefined;
}

export type ResolvedTimes =
  | {
      readonly ok: true;
      readonly startedAt: Instant;
      readonly answeredAt: Instant | null;
      readonly endedAt: Instant;
    }
  | { readonly ok: false; readonly rejection: Rejection };

/**
 * Instants from local times. In the night in autumn an hour of the clock passes twice; where order and durations leave one reading, that
 * is it, else the rule decides (contracts section 1). In spring an hour does not exist: a time in it is implausible.
 */
export function resolveTimes(
  times: WrittenTimes,
  zone: BillingZone | undefined,
  rule: AmbiguousRule,
): ResolvedTimes {
  const starts = instantsOf('start', times.start, zone);
  if (!Array.isArray(starts)) return { ok: false, rejection: starts };
  const answers = times.answer === null ? [null] : instantsOf('answer', times.answer, zone);
  if (!Array.isArray(answers)) return { ok: false, rejection: answers };
  const ends = instantsOf('end', times.end, zone);
  if (!Array.isArray(ends)) return { ok: false, rejection: ends };

  const [onlyStart] = starts;
  const [onlyEnd] = ends;
  const [onlyAnswer = null] = answers;
  if (onlyStart === undefined || onlyEnd === undefined) throw new Error('A time has no instant');
  if (starts.length + ends.length + answers.length === 3)
    return { ok: true, startedAt: onlyStart, answeredAt: onlyAnswer, endedAt: onlyEnd };

  const readings = starts.flatMap((startedAt) =>
    answers.flatMap((answeredAt) =>
      ends.map((endedAt) => ({ ok: true as const, startedAt, answeredAt, endedAt })),
    ),
  );
  const possible = readings.filter((reading) => agrees(reading, times));
  // Ascending by start, then answer, then end, as the instants of each time are.
  const [first, ...others] = possible.length > 0 ? possible : readings;
  if (first === undefined) throw new Error('A call has no reading');
  const last = others.at(-1) ?? first;
  if (possible.length === 1 || rule === 'earlier') return first;
  if (rule === 'later') return last;
  const ambiguous = [times.start, times.answer, times.end].find(
    (text, index) => [starts, answers, ends][index]?.length === 2 && text !== null,
  );
  return {
    ok: false,
    rejection: {
      code: 'implausible',
      reason: `${ambiguous ?? times.start} exists twice in ${zone?.name ?? 'its zone'}, in the night in which the clock goes back. Say which is meant with --ambiguous earlier or later.`,
    },
  };
}

function agrees(
  reading: { readonly startedAt: Instant; readonly answeredAt: Instant | null; readonly endedAt: Instant },
  { totalSeconds, talkSeconds }: WrittenTimes,
): boolean {
  const { startedAt, answeredAt, endedAt } = reading;
  if (endedAt < startedAt) return false;
  if (totalSeconds !== undefined && isOff(endedAt - startedAt, totalSeconds)) return false;
  if (answeredAt === null) return true;
  if (answeredAt < startedAt || answeredAt > endedAt) return false;
  return talkSeconds === undefined || !isOff(endedAt - answeredAt, talkSeconds);
}

function isOff(millis: number, seconds: number): boolean {
  return Math.abs(millis - seconds * 1000) > TOLERANCE_MILLIS;
}

/** One instant, two in the hour that exists twice; ascending. */
function instantsOf(what: string, text: string, zone: BillingZone | undefined): Instant[] | Rejection {
  const wall = wallMillisOf(text);
  if (wall === undefined) {
    const at = withOwnOffset(text);
    return at === undefined
      ? {
          code: 'invalid',
          reason: `${what} ${printable(JSON.stringify(text.slice(0, 60)))} is no time such as 2026-10-05 10:00:00.`,
        }
      : [at];
  }
  if (zone === undefined)
    return {
      code: 'invalid',
      reason: `${what} ${text} has no offset, and no --time-zone was given to read it by.`,
    };
  const found = instantsAtWall(zone, wall);
  return found.length > 0
    ? found
    : {
        code: 'implausible',
        reason: `${what} ${text} does not exist in ${zone.name}: the clock went forward over it.`,
      };
}

/** The instants at which the clock of a zone shows a time: none, one or two, ascending. */
export function instantsAtWall(zone: BillingZone, wallMillis: number): Instant[] {
  const before = wallMillis - zone.offsetMillisAt(wallMillis - MILLIS_PER_DAY);
  const after = wallMillis - zone.offsetMillisAt(wallMillis + MILLIS_PER_DAY);
  const candidates = before === after ? [before] : [Math.min(before, after), Math.max(before, after)];
  return candidates.filter((at) => at + zone.offsetMillisAt(at) === wallMillis) as Instant[];
}

function wallMillisOf(text: string): number | undefined {
  const match = WALL_CLOCK.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second, fraction = ''] = match;
  // The parser of instants knows which days and times there are.
  return parseInstant(
    `${year}-${month}-${day}T${hour}:${minute}:${second}${fraction === '' ? '' : `.${fraction}`}Z`,
  );
}

function withOwnOffset(text: string): Instant | undefined {
  if (EPOCH_SECONDS.test(text)) return Math.round(Number(text) * 1000) as Instant;
  const match = WITH_OFFSET.exec(text);
  if (!match) return undefined;
  const [, date, time, offset = 'Z'] = match;
  const colon = offset.length === 5 ? `${offset.slice(0, 3)}:${offset.slice(3)}` : offset;
  return parseInstant(`${date}T${time}${colon}`);
}

const zones = new Map<string, BillingZone>();

/** Reading a zone takes milliseconds, so each is read once. @returns undefined for a name that no zone has */
export function zoneNamed(name: string): BillingZone | undefined {
  const known = zones.get(name);
  if (known !== undefined) return known;
  try {
    const zone = new BillingZone(name);
    zones.set(name, zone);
    return zone;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
