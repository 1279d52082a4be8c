import { dialledNumber } from '../deck/dialled-number.js';
import { type LocalDay, instantOf } from '../local-day.js';
import { type Random, hashOf } from '../random.js';
import type { Behaviour, PlannedCalls, Span } from './behaviour.js';
import { startOfAbuse } from './start-of-abuse.js';

/** Mondays, Tuesdays, Thursdays and Fridays. */
const EVENINGS = new Set([0, 1, 3, 4]);
/** Mondays, Wednesdays, Thursdays and Saturdays. */
const REDIAL_DAYS = new Set([0, 2, 3, 5]);
const CALLS_PER_LINE = 5;
/** The notice comes about ten days after the start; who takes heed stops at once, so before its deadline. */
const DAYS_UNTIL_HEEDED = 14;

/** The number at the other end stays the same. */
const lineNumber = (calls: PlannedCalls) => dialledNumber('geographic', hashOf(calls.seats, 31));

/** The connection is left open: after work, several times a week, for hours; over midnight too. */
export const OPEN_LINE: Behaviour = {
  kind: 'open-line',
  abuser: true,
  rule: 'long-open-line',
  mayAlsoBreach: ['excess-over-average'],
  description:
    'Leaves a line to the same number open for 4 to 9 hours, four evenings a week, as an intercom between two sites; goes on after a notice.',
  account: { sector: 'wholesale', plan: 'unlimited', seats: 4 },
  startsOn: (span) => startOfAbuse(span, 20),
  stopsOn: () => null,
  act(day, calls, random) {
    if (!EVENINGS.has(day.weekday)) return;
    calls.outbound({
      seat: calls.seats - 1,
      to: lineNumber(calls),
      at: instantOf(day, 18 * 3600 + random.below(5400)),
      ringSeconds: random.between(2, 8),
      talkSeconds: random.between(4 * 3600, 9 * 3600),
    });
  },
};

/** The same, but hung up and dialled again each hour within 30 seconds, as if no call were long. */
export const REDIALLED_LINE: Behaviour = {
  kind: 'redialled-open-line',
  abuser: true,
  rule: 'long-open-line',
  mayAlsoBreach: ['excess-over-average'],
  description:
    'Keeps a line open by hanging up and dialling the same number again within 30 seconds, four days a week for more than 4 hours; stops after a notice.',
  account: { sector: 'garage', plan: 'unlimited', seats: 3 },
  startsOn: (span) => startOfAbuse(span, 20),
  stopsOn: (span) => startOfAbuse(span, 20) + DAYS_UNTIL_HEEDED,
  act(day, calls, random) {
    if (REDIAL_DAYS.has(day.weekday)) redialledLine(day, calls, random);
  },
};

function redialledLine(day: LocalDay, calls: PlannedCalls, random: Random): void {
  let at = instantOf(day, 12 * 3600 + random.below(3600));
  for (let call = 0; call < CALLS_PER_LINE; call += 1) {
    const ringSeconds = random.between(2, 6);
    const talkSeconds = random.between(52 * 60, 59 * 60);
    calls.outbound({ seat: calls.seats - 1, to: lineNumber(calls), at, ringSeconds, talkSeconds });
    at += (ringSeconds + talkSeconds + random.between(4, 25)) * 1000;
  }
}

/** An open line on a metered plan costs its calls: nothing to judge. */
export const METERED_OPEN_LINE: Behaviour = {
  kind: 'metered-open-line',
  abuser: false,
  rule: null,
  mayAlsoBreach: [],
  description: 'Leaves a line open for hours too, but pays by the minute: fair use does not concern it.',
  account: { sector: 'office', plan: 'metered', seats: 3 },
  startsOn: (span: Span) => startOfAbuse(span, 20),
  stopsOn: () => null,
  act(day, calls, random) {
    OPEN_LINE.act(day, calls, random, { days: 0, firstDay: day.number });
  },
};
