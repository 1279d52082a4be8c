import type { DayNumber } from '#calendar/local-date.js';
import { type Customer, isOpenOn, seatsOn } from '../customers/customer.js';
import { dialledNumber } from '../deck/dialled-number.js';
import { type LocalDay, isWeekend } from '../local-day.js';
import type { Span } from '../planted/behaviour.js';
import { Random } from '../random.js';
import type { Call } from './call.js';
import { DayOfCalls } from './day-of-calls.js';
import { isPublicHoliday } from './day-level.js';
import { type OnTheTelephone, ordinaryDay } from './ordinary-day.js';

/** What all accounts of a simulation share. */
export interface World {
  readonly seed: number;
  readonly span: Span;
  readonly answeredRecords: boolean;
  /** Index of the day on which everybody calls more. */
  readonly rushOn: number;
  dayAt(index: number): LocalDay;
}

/** One record in waiting: of a call's end, or of its answer. */
export interface Entry {
  /** When the switch sends it. */
  readonly at: number;
  readonly call: Call;
  readonly kind: 'ended' | 'answered';
}

/** Purposes of chance, so that one does not disturb the other. */
const ORDINARY = 1;
const PLANTED = 2;
const STRAY = 3;
/** A customer that has left is still called for some days; nobody told the callers. */
const STRAY_DAYS = 4;

/**
 * The records of one account in order of time, made a day at a time: a record leaves only when no day that is still to be made can
 * hold an earlier one. What waits is one day and the calls that go on over midnight, however many days there are.
 */
export class CustomerCalls {
  private entries: Entry[] = [];
  private head = 0;
  private nextDay = 0;
  private numbered = 0;
  private readonly random = new Random(0);
  private readonly busy: OnTheTelephone;
  private readonly startsOn: number;
  private readonly stopsOn: number | null;

  constructor(
    private readonly customer: Customer,
    private readonly world: World,
  ) {
    this.busy = {
      until: new Float64Array(customer.seats.length),
      contacts: new Random(0),
      seed: world.seed,
    };
    this.startsOn = customer.planted?.startsOn(world.span) ?? Number.POSITIVE_INFINITY;
    this.stopsOn = customer.planted?.stopsOn(world.span) ?? null;
  }

  /** How many records wait. */
  get waiting(): number {
    return this.entries.length - this.head;
  }

  peek(): Entry | undefined {
    while (this.nextDay < this.world.span.days) {
      const first = this.entries[this.head];
      if (first !== undefined && first.at < this.world.dayAt(this.nextDay).startsAt) return first;
      this.makeDay();
    }
    return this.entries[this.head];
  }

  /** Takes what `peek` shows. */
  take(): void {
    this.head += 1;
  }

  private makeDay(): void {
    const day = this.world.dayAt(this.nextDay);
    this.nextDay += 1;
    const calls = this.callsOf(day);
    if (calls.length === 0) return;
    const rest = this.head === 0 ? this.entries : this.entries.slice(this.head);
    this.head = 0;
    for (const call of calls) {
      if (this.world.answeredRecords && call.answeredAt !== null)
        rest.push({ at: call.answeredAt, call, kind: 'answered' });
      rest.push({ at: call.endedAt, call, kind: 'ended' });
    }
    // Stable: calls that end in the same second stay in the order in which they were made.
    this.entries = rest.sort((a, b) => a.at - b.at);
  }

  private callsOf(day: LocalDay): readonly Call[] {
    const { customer, world } = this;
    if (!isOpenOn(customer, day.number)) return this.strayCalls(day);
    const seats = seatsOn(customer, day.number);
    const calls = new DayOfCalls(customer, seats, this.numbered, day.number);
    const circumstances = { publicHoliday: isPublicHoliday(day), rush: day.index === world.rushOn };
    this.random.reseed(world.seed, customer.index, day.number, ORDINARY);
    const progress = day.index / world.span.days;
    ordinaryDay(day, circumstances, { progress, calls, busy: this.busy }, this.random);
    if (day.index >= this.startsOn && (this.stopsOn === null || day.index < this.stopsOn)) {
      this.random.reseed(world.seed, customer.index, day.number, PLANTED);
      customer.planted?.act(day, calls, this.random, world.span);
    }
    this.numbered = calls.upToNow;
    return calls.calls;
  }

  private strayCalls(day: LocalDay): readonly Call[] {
    const { leavesOn } = this.customer;
    if (leavesOn === null || day.number < leavesOn || day.number >= leavesOn + STRAY_DAYS || isWeekend(day))
      return [];
    this.random.reseed(this.world.seed, this.customer.index, day.number, STRAY);
    const calls = new DayOfCalls(this.customer, 1, this.numbered, day.number);
    const at = day.startsAt + this.random.between(9, 16) * 3_600_000;
    const from = dialledNumber('mobile', this.random.next());
    calls.inbound({
      seat: 0,
      from,
      to: calls.numberOf(0),
      at,
      ringSeconds: 30,
      talkSeconds: null,
      withoutUser: true,
    });
    this.numbered = calls.upToNow;
    return calls.calls;
  }
}

/** True of a record that a loader keeps back because the account has no subscription any more. */
export function isAfterEnd(call: Call, dayOf: (at: number) => DayNumber): boolean {
  const { leavesOn } = call.customer;
  return leavesOn !== null && dayOf(call.startedAt) >= leavesOn;
}
