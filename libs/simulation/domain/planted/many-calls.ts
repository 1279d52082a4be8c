import { dialledNumber, fraudNumber } from '../deck/dialled-number.js';
import { instantOf } from '../local-day.js';
import { addressText } from '../customers/address.js';
import type { Random } from '../random.js';
import type { Behaviour, PlannedCalls } from './behaviour.js';
import { startOfAbuse } from './start-of-abuse.js';

const BURST_DAYS = new Set([1, 2, 4]);
const CAMPAIGN_DAYS = new Set([0, 2, 3]);
/** Far from every customer's network: 192.0.2.0/24 is kept for documentation. */
const ELSEWHERE = 0xc0000200;

/** Many calls of a few seconds within minutes: what a burst is. */
export const SHORT_CALL_BURSTS: Behaviour = {
  kind: 'short-call-burst',
  abuser: true,
  rule: 'short-call-burst',
  mayAlsoBreach: [],
  description:
    'Three days a week two bursts of 75 to 90 answered calls of 1 to 5 seconds within 9 minutes (checks which numbers are alive); goes on after a notice.',
  account: { sector: 'office', plan: 'unlimited', seats: 4 },
  startsOn: (span) => startOfAbuse(span, 21),
  stopsOn: () => null,
  act(day, calls, random) {
    if (!BURST_DAYS.has(day.weekday)) return;
    for (const hour of [10, 15]) shortCalls(instantOf(day, hour * 3600 + random.below(1800)), calls, random);
  },
};

/** 75 to 90 answered calls of 1 to 5 seconds, spread over nine minutes and all seats. */
function shortCalls(start: number, calls: PlannedCalls, random: Random): void {
  const count = random.between(75, 90);
  for (let call = 0; call < count; call += 1) {
    calls.outbound({
      seat: call % calls.seats,
      to: dialledNumber(call % 3 === 0 ? 'geographic' : 'mobile', random.next()),
      at: start + Math.floor((call * 520) / count) * 1000,
      ringSeconds: random.between(2, 8),
      talkSeconds: random.between(1, 5),
    });
  }
}

/** A machine dials lists of numbers, most of which nobody answers. */
export const DIALLER: Behaviour = {
  kind: 'dialler',
  abuser: true,
  rule: 'short-call-burst',
  mayAlsoBreach: ['attempt-burst', 'many-destinations'],
  description:
    'A dialling machine: three mornings a week 660 attempts in 20 minutes, a quarter of them answered and hung up within 5 seconds; goes on after a notice.',
  account: { sector: 'retail', plan: 'unlimited', seats: 5 },
  startsOn: (span) => startOfAbuse(span, 22),
  stopsOn: () => null,
  act(day, calls, random) {
    if (!CAMPAIGN_DAYS.has(day.weekday)) return;
    const start = instantOf(day, 11 * 3600 + random.below(1200));
    for (let attempt = 0; attempt < 660; attempt += 1) {
      const answered = random.chance(255);
      calls.outbound({
        seat: attempt % calls.seats,
        to: dialledNumber(attempt % 2 === 0 ? 'geographic' : 'mobile', random.next()),
        at: start + Math.floor((attempt * 1200) / 660) * 1000,
        ringSeconds: answered ? random.between(1, 6) : random.between(6, 14),
        talkSeconds: answered ? random.between(1, 5) : null,
        disposition: random.chance(700) ? 'cancelled' : 'failed',
      });
    }
  },
};

/** Sells minutes of unlimited calling to passers-by: long days of conversations, also at the weekend. */
export const CALL_SHOP: Behaviour = {
  kind: 'call-shop',
  abuser: true,
  rule: 'excess-over-average',
  mayAlsoBreach: ['many-destinations'],
  description:
    'A call shop resells unlimited calling: from 10:00 to 23:00, every day, more than 80 minutes a seat, to ever other numbers; goes on after a notice.',
  account: { sector: 'retail', plan: 'unlimited', seats: 4 },
  startsOn: (span) => startOfAbuse(span, 20),
  stopsOn: () => null,
  act(day, calls, random) {
    for (let seat = 0; seat < calls.seats; seat += 1) {
      let at = instantOf(day, 10 * 3600 + random.below(7200));
      const closes = instantOf(day, 22 * 3600);
      let minutes = random.between(80, 120);
      while (minutes > 0 && at < closes) {
        const ringSeconds = random.between(4, 15);
        const talkSeconds = random.between(5 * 60, 18 * 60);
        const to = dialledNumber(random.chance(700) ? 'mobile' : 'geographic', random.next());
        calls.outbound({ seat, to, at, ringSeconds, talkSeconds });
        minutes -= Math.floor(talkSeconds / 60);
        at += (ringSeconds + talkSeconds + random.between(300, 5400)) * 1000;
      }
    }
  },
};

/** Stolen credentials: expensive destinations in parallel, at night at the weekend, from an address that is not the customer's. */
export const TOLL_FRAUD: Behaviour = {
  kind: 'toll-fraud',
  abuser: true,
  rule: null,
  mayAlsoBreach: [],
  description:
    'Toll fraud with stolen credentials: in weekend nights six calls at a time to expensive destinations from a foreign address. Not covered by unlimited calling: no fair-use rule, but hundreds of euros a night.',
  account: { sector: 'estate-agent', plan: 'unlimited', seats: 6 },
  startsOn: (span) => startOfAbuse(span, 24),
  stopsOn: (span) => startOfAbuse(span, 24) + 10,
  act(day, calls, random) {
    if (day.weekday !== 5 && day.weekday !== 6) return;
    const ip = addressText(ELSEWHERE + 77);
    for (let line = 0; line < 6; line += 1) {
      let at = instantOf(day, 3600 + random.below(1800));
      for (let call = 0; call < 6; call += 1) {
        const ringSeconds = random.between(2, 6);
        const talkSeconds = random.between(8 * 60, 28 * 60);
        calls.outbound({ seat: 1, to: fraudNumber(random.next()), at, ringSeconds, talkSeconds, ip });
        at += (ringSeconds + talkSeconds + random.between(1, 10)) * 1000;
      }
    }
  },
};
