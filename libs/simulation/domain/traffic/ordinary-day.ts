import type { Customer } from '../customers/customer.js';
import { dialledNumber, drawKind } from '../deck/dialled-number.js';
import { type LocalDay, changesClock } from '../local-day.js';
import { type Random, WeightedChoice } from '../random.js';
import { talkSeconds } from '../talk-time.js';
import type { Disposition } from './call.js';
import type { DayOfCalls } from './day-of-calls.js';
import { type DayCircumstances, dayLevel, hoursOf } from './day-level.js';

/** Shares in thousandths. Together about a quarter of all calls is not answered. */
const OUTBOUND_UNANSWERED = 285;
const INBOUND_UNANSWERED = 205;
const INTERNAL_UNANSWERED = 230;
const ANONYMOUS = 80;
const HUNG_UP_AT_ONCE = 22;
const UNKNOWN_NUMBER = 300;
const TO_MAIN_NUMBER = 600;
const TO_OWN_NUMBER = 12;
const VOICEMAIL = 60;
const SEATS_TRIED = 6;
const VOICEMAIL_CODE = '*97';

const OUTBOUND_ENDINGS = new WeightedChoice([55, 22, 15, 8]);
const INBOUND_ENDINGS = new WeightedChoice([60, 8, 30, 2]);
const ENDINGS = ['no-answer', 'busy', 'cancelled', 'failed'] as const;
type Ending = (typeof ENDINGS)[number];

/** What lasts from one call to the next of an account: who is on the telephone until when. */
export interface OnTheTelephone {
  readonly until: Float64Array;
  readonly contacts: Random;
  readonly seed: number;
}

/** Tables of the 24-hour days, by their weights. */
const choices = new Map<string, WeightedChoice>();

/** The calls that an account of its sector and size makes and gets on a day. */
export function ordinaryDay(
  day: LocalDay,
  circumstances: DayCircumstances,
  traffic: { readonly progress: number; readonly calls: DayOfCalls; readonly busy: OnTheTelephone },
  random: Random,
): void {
  const { calls, busy } = traffic;
  const { customer, seats } = calls;
  const grown = (customer.level * (1000 + customer.growth * traffic.progress)) / 1000;
  const mood = random.between(800, 1200);
  const expected =
    seats *
    customer.sector.callsPerSeat *
    100 *
    (grown / 1000) *
    (dayLevel(customer, day, circumstances) / 1000);
  const count = random.rounded(Math.floor((expected * mood) / 1000));
  const choice = hourChoice(hoursOf(customer, day, circumstances.publicHoliday), day);
  const starts = new Float64Array(count);
  for (let index = 0; index < count; index += 1)
    starts[index] = choice.draw(random) * 3600 + random.below(3600);
  starts.sort();
  for (const second of starts) oneCall(day.startsAt + second * 1000, calls, busy, random);
  if (changesClock(day) && customer.sector.nightWatch === true) nightWatchCall(day, calls, random);
  if (customer.testUser !== null) {
    calls.testCall(
      { seat: 0, to: '+318008555', at: day.startsAt + 6 * 3_600_000, ringSeconds: 2, talkSeconds: 20 },
      customer.testUser,
    );
  }
}

function hourChoice(weights: string, day: LocalDay): WeightedChoice {
  if (changesClock(day)) return new WeightedChoice(day.hours.map((hour) => Number(weights[hour] ?? 0)));
  let choice = choices.get(weights);
  if (choice === undefined) {
    choice = new WeightedChoice(Array.from(weights, Number));
    choices.set(weights, choice);
  }
  return choice;
}

function oneCall(at: number, calls: DayOfCalls, busy: OnTheTelephone, random: Random): void {
  const { sector } = calls.customer;
  const seat = freeSeat(at, calls.seats, busy.until, random);
  const drawn = random.below(1000);
  let until: number | undefined;
  if (drawn < sector.inbound) until = inboundCall(at, seat, calls, busy, random);
  else if (seat !== -1 && drawn < sector.inbound + sector.internal)
    until = internalCall(at, seat, calls, random);
  else if (seat !== -1) until = outboundCall(at, seat, calls, busy, random);
  if (seat !== -1 && until !== undefined) busy.until[seat] = until;
}

/** A seat that is not on the telephone, or -1. */
function freeSeat(at: number, seats: number, until: Float64Array, random: Random): number {
  const first = random.below(seats);
  for (let tried = 0; tried < SEATS_TRIED && tried < seats; tried += 1) {
    const seat = (first + tried) % seats;
    if ((until[seat] ?? 0) <= at) return seat;
  }
  return -1;
}

function outboundCall(
  at: number,
  seat: number,
  calls: DayOfCalls,
  busy: OnTheTelephone,
  random: Random,
): number {
  const to = dialledBy(calls, seat, busy, random);
  const { ringSeconds, talk, disposition } = course(
    calls.customer,
    OUTBOUND_UNANSWERED,
    OUTBOUND_ENDINGS,
    random,
  );
  calls.outbound({ seat, to, at, ringSeconds, talkSeconds: talk, ...disposition });
  return at + (ringSeconds + (talk ?? 0)) * 1000;
}

function dialledBy(calls: DayOfCalls, seat: number, busy: OnTheTelephone, random: Random): string {
  const drawn = random.below(100_000);
  if (drawn < 5) return '112';
  if (drawn < 17) return '116123';
  if (calls.seats > 2 && random.chance(TO_OWN_NUMBER)) return calls.numberOf((seat + 1) % calls.seats);
  return contactNumber(calls.customer, busy, random);
}

function inboundCall(
  at: number,
  seat: number,
  calls: DayOfCalls,
  busy: OnTheTelephone,
  random: Random,
): number {
  const { customer } = calls;
  const anonymous = random.chance(ANONYMOUS);
  const caller = callerNumber(customer, busy, random);
  const from = anonymous ? (random.chance(500) ? 'anonymous' : null) : caller;
  const toMain = seat === -1 || random.chance(TO_MAIN_NUMBER);
  const to = calls.numberOf(toMain ? 0 : seat);
  if (seat === -1) {
    calls.inbound({
      seat: 0,
      from,
      to,
      at,
      ringSeconds: 1,
      talkSeconds: null,
      disposition: 'busy',
      withoutUser: true,
    });
    return at;
  }
  const { ringSeconds, talk, disposition } = course(customer, INBOUND_UNANSWERED, INBOUND_ENDINGS, random);
  const withoutUser = talk === null && toMain;
  calls.inbound({ seat, from, to, at, ringSeconds, talkSeconds: talk, withoutUser, ...disposition });
  if (talk !== null && random.chance(customer.sector.forwarded)) {
    const mobile = dialledNumber('mobile', random.next());
    const rings = Math.min(5, ringSeconds);
    const leg = {
      seat,
      to: mobile,
      at: at + rings * 1000,
      ringSeconds: ringSeconds - rings,
      talkSeconds: talk,
    };
    calls.forwarded(leg, from);
  }
  return at + (ringSeconds + (talk ?? 0)) * 1000;
}

function internalCall(at: number, seat: number, calls: DayOfCalls, random: Random): number {
  if (calls.seats === 1 || random.chance(VOICEMAIL)) {
    const talk = random.between(8, 90);
    calls.internalTo({ seat, at, ringSeconds: 0, talkSeconds: talk }, VOICEMAIL_CODE);
    return at + talk * 1000;
  }
  const { ringSeconds, talk, disposition } = course(
    calls.customer,
    INTERNAL_UNANSWERED,
    INBOUND_ENDINGS,
    random,
  );
  const toSeat = (seat + 1 + random.below(calls.seats - 1)) % calls.seats;
  calls.internal({ seat, toSeat, at, ringSeconds, talkSeconds: talk, ...disposition });
  return at + (ringSeconds + (talk ?? 0)) * 1000;
}

/** How a call goes: how long it rings, how long they talk, or why not. */
function course(customer: Customer, unanswered: number, endings: WeightedChoice, random: Random) {
  if (random.chance(unanswered)) {
    const ending = ENDINGS[endings.draw(random)] ?? 'no-answer';
    return { ringSeconds: ringsUntil(ending, random), talk: null, disposition: { disposition: ending } };
  }
  const talk = random.chance(HUNG_UP_AT_ONCE)
    ? random.between(2, 6)
    : talkSeconds(random, customer.sector.talkShape, customer.sector.medianTalkSeconds);
  return { ringSeconds: random.between(2, 22), talk, disposition: {} };
}

function ringsUntil(ending: Ending & Disposition, random: Random): number {
  if (ending === 'no-answer') return random.between(20, 45);
  if (ending === 'cancelled') return random.between(3, 20);
  return random.between(0, 4);
}

/** Somebody of its address book, the first ones more often than the others, or a number that it never called before. */
function contactNumber(customer: Customer, busy: OnTheTelephone, random: Random): string {
  const { contacts, seed } = busy;
  if (random.chance(UNKNOWN_NUMBER)) {
    return dialledNumber(drawKind(random, customer.sector.abroad), random.next());
  }
  const book = 12 + customer.seats.length * 10;
  const drawn = random.below(1024);
  contacts.reseed(seed, customer.index, Math.floor((drawn * drawn * book) / 1_048_576));
  return dialledNumber(drawKind(contacts, customer.sector.abroad), contacts.next());
}

/** Service numbers do not call anybody. */
function callerNumber(customer: Customer, busy: OnTheTelephone, random: Random): string {
  const number = contactNumber(customer, busy, random);
  return /^(?:\d|\+31(?:800|90))/.test(number) ? dialledNumber('mobile', random.next()) : number;
}

/** In the night in which the clocks change, whoever watches has a call over that hour. */
function nightWatchCall(day: LocalDay, calls: DayOfCalls, random: Random): void {
  const hoursBefore = day.hours.length === 25 ? 3 : 2;
  const at = day.startsAt + hoursBefore * 3_600_000 - random.between(10, 40) * 60_000;
  const to = dialledNumber('geographic', random.next());
  calls.outbound({ seat: 0, to, at, ringSeconds: 6, talkSeconds: random.between(50, 100) * 60 });
}
