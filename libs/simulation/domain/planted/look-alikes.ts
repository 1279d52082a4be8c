import { dialledNumber } from '../deck/dialled-number.js';
import { instantOf, isWeekend } from '../local-day.js';
import { hashOf } from '../random.js';
import type { Behaviour, PlantedAccount } from './behaviour.js';
import { startOfAbuse } from './start-of-abuse.js';

/** What looks like abuse in one figure, and is none. */
function innocent(
  kind: string,
  account: PlantedAccount,
  description: string,
  more: Partial<Pick<Behaviour, 'act' | 'startsOn'>> = {},
): Behaviour {
  return {
    kind,
    abuser: false,
    rule: null,
    mayAlsoBreach: [],
    description,
    account,
    startsOn: more.startsOn ?? (() => 0),
    stopsOn: () => null,
    act: more.act ?? (() => undefined),
  };
}

export const LOOK_ALIKES: readonly Behaviour[] = [
  innocent(
    'metered-call-centre',
    { sector: 'call-centre', plan: 'metered', seats: 8, level: 1000 },
    'A call centre that calls all day, but pays by the minute.',
  ),
  innocent(
    'big-company',
    { sector: 'office', plan: 'unlimited', seats: 60, level: 800 },
    'The largest total of all, but ordinary for each of its 60 seats.',
  ),
  innocent(
    'long-conference',
    { sector: 'law', plan: 'unlimited', seats: 5 },
    'One conference of 8 hours on a single day.',
    {
      startsOn: (span) => startOfAbuse(span, 29),
      act(day, calls, _random, span) {
        if (day.index !== startOfAbuse(span, 29)) return;
        const to = dialledNumber('geographic', hashOf(calls.seats, 8));
        const at = instantOf(day, 9 * 3600 + 120);
        calls.outbound({ seat: calls.seats - 1, to, at, ringSeconds: 4, talkSeconds: 8 * 3600 });
      },
    },
  ),
  innocent(
    'new-account',
    {
      sector: 'office',
      plan: 'unlimited',
      seats: 2,
      opensOn: (span) => Math.max(0, span.days - 10),
    },
    'New since ten days and calling an hour a seat a day from the start: too new to be compared with others.',
    {
      startsOn: (span) => Math.max(0, span.days - 10),
      act(day, calls, random) {
        for (let seat = 0; seat < calls.seats; seat += 1) {
          for (let call = 0; call < 8; call += 1) {
            const at = instantOf(day, (9 + call) * 3600 + random.below(1800));
            const talkSeconds = random.between(300, 800);
            calls.outbound({
              seat,
              to: dialledNumber('mobile', random.next()),
              at,
              ringSeconds: 8,
              talkSeconds,
            });
          }
        }
      },
    },
  ),
  innocent(
    'help-desk',
    { sector: 'help-desk', plan: 'unlimited', seats: 4, level: 1000 },
    'A help desk that is called forty times a seat a day: inbound calls are nobody’s use.',
  ),
  innocent(
    'school-phone-round',
    { sector: 'school', plan: 'unlimited', seats: 5 },
    'A school that calls 80 parents for a few seconds each on one single morning: a burst, on one day.',
    {
      startsOn: (span) => startOfAbuse(span, 34),
      act(day, calls, random, span) {
        if (day.index !== startOfAbuse(span, 34)) return;
        const start = instantOf(day, 8 * 3600);
        for (let call = 0; call < 80; call += 1) {
          const at = start + call * 6_000;
          const to = dialledNumber('mobile', random.next());
          calls.outbound({
            seat: call % calls.seats,
            to,
            at,
            ringSeconds: 5,
            talkSeconds: random.between(2, 5),
          });
        }
      },
    },
  ),
  innocent(
    'weekly-conference',
    { sector: 'office', plan: 'unlimited', seats: 12 },
    'A conference of two and a half hours every Monday and Thursday: long, but below an open line.',
    {
      act(day, calls, _random) {
        if (day.weekday !== 0 && day.weekday !== 3) return;
        const to = dialledNumber('geographic', hashOf(calls.seats, 9));
        const at = instantOf(day, 13 * 3600 + 300);
        calls.outbound({ seat: calls.seats - 1, to, at, ringSeconds: 3, talkSeconds: 9_000 });
      },
    },
  ),
  innocent(
    'internal-baby-monitor',
    { sector: 'hotel', plan: 'unlimited', seats: 6, level: 700 },
    'A pension that uses two extensions as a baby monitor for four hours each evening: internal calls are not judged.',
    {
      act(day, calls, _random) {
        const at = instantOf(day, 20 * 3600);
        calls.internal({ seat: 1, toSeat: 2, at, ringSeconds: 2, talkSeconds: 4 * 3600 });
      },
    },
  ),
  innocent(
    'on-net-line',
    { sector: 'construction', plan: 'unlimited', seats: 8 },
    'Two sites of one account with a line of five hours between them each working day: calls within an account are free and not judged.',
    {
      act(day, calls, _random) {
        if (isWeekend(day)) return;
        const at = instantOf(day, 12 * 3600);
        calls.outbound({ seat: 0, to: calls.numberOf(1), at, ringSeconds: 2, talkSeconds: 5 * 3600 });
      },
    },
  ),
  innocent(
    'sales-team',
    { sector: 'office', plan: 'unlimited', seats: 6, level: 900 },
    'A sales team that calls two to three times as much a seat as the average customer, but stays below the floor of the policy.',
    {
      act(day, calls, random) {
        if (isWeekend(day)) return;
        for (let call = 0; call < calls.seats * 3; call += 1) {
          const at = instantOf(day, 9 * 3600 + random.below(8 * 3600));
          const to = dialledNumber('mobile', random.next());
          const talkSeconds = random.between(150, 300);
          calls.outbound({ seat: call % calls.seats, to, at, ringSeconds: 7, talkSeconds });
        }
      },
    },
  ),
  innocent(
    'trader-abroad',
    { sector: 'wholesale', plan: 'unlimited', seats: 3, level: 800 },
    'A trader who calls abroad for an hour and a half a day: those calls are charged, so fair use does not concern them.',
    {
      act(day, calls, random) {
        if (isWeekend(day)) return;
        for (let call = 0; call < 9; call += 1) {
          const at = instantOf(day, (9 + call) * 3600 + 1800 + random.below(600));
          const to = dialledNumber(call % 2 === 0 ? 'eu-mobile' : 'world', random.next());
          calls.outbound({
            seat: call % calls.seats,
            to,
            at,
            ringSeconds: 9,
            talkSeconds: random.between(400, 800),
          });
        }
      },
    },
  ),
];
