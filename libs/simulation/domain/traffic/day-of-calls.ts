import { addressText } from '../customers/address.js';
import type { Customer, Seat } from '../customers/customer.js';
import type { PlannedCalls, PlannedOutbound } from '../planted/behaviour.js';
import { hashOf } from '../random.js';
import type { Call, Disposition } from './call.js';

/** 100.64.0.0, the shared address space of mobile networks. */
const MOBILE_NETWORK = 0x64400000;
const MOBILE_ADDRESSES = 1 << 22;

export interface PlannedInbound {
  readonly seat: number;
  readonly from: string | null;
  readonly to: string;
  readonly at: number;
  readonly ringSeconds: number;
  readonly talkSeconds: number | null;
  readonly disposition?: Disposition;
  /** Nobody was chosen to answer it. */
  readonly withoutUser?: boolean;
}

/** The calls of one account on one day, in the order in which they are thought of. */
export class DayOfCalls implements PlannedCalls {
  readonly calls: Call[] = [];
  private numbered: number;

  constructor(
    readonly customer: Customer,
    readonly seats: number,
    /** How many calls the account had before this day. */
    before: number,
    private readonly dayNumber: number,
  ) {
    this.numbered = before;
  }

  /** How many calls the account has had up to this day. */
  get upToNow(): number {
    return this.numbered;
  }

  seat(index: number): Seat {
    const seat = this.customer.seats[index];
    if (seat === undefined) throw new RangeError(`${this.customer.id} has no seat ${index}`);
    return seat;
  }

  numberOf(seat: number): string {
    return this.seat(seat).number;
  }

  outbound(call: PlannedOutbound): void {
    const seat = this.seat(call.seat);
    this.add('outbound', call, seat.number, call.to, seat.user, null, call.ip ?? this.addressOf(call.seat));
  }

  internal(call: Omit<PlannedOutbound, 'to'> & { readonly toSeat: number }): void {
    this.internalTo(call, this.seat(call.toSeat).extension);
  }

  /** To an extension or a star code. */
  internalTo(call: Omit<PlannedOutbound, 'to'>, to: string): void {
    const seat = this.seat(call.seat);
    this.add('internal', call, seat.extension, to, seat.user, null, this.addressOf(call.seat));
  }

  inbound(call: PlannedInbound): void {
    const user = call.withoutUser === true ? null : this.seat(call.seat).user;
    this.add('inbound', call, call.from, call.to, user, null, null);
  }

  /** The leg of an inbound call that a seat has forwarded: `from` is only the caller shown. */
  forwarded(call: PlannedOutbound, from: string | null): void {
    this.add('outbound', call, from, call.to, null, this.seat(call.seat).user, null);
  }

  testCall(call: PlannedOutbound, testUser: Seat): void {
    this.add('outbound', call, testUser.number, call.to, testUser.user, null, this.addressOf(0));
  }

  private add(
    direction: Call['direction'],
    call: Omit<PlannedOutbound, 'to' | 'disposition'> & { readonly disposition?: Disposition },
    from: string | null,
    to: string,
    user: string | null,
    forwardedBy: string | null,
    ip: string | null,
  ): void {
    this.numbered += 1;
    const ringing = call.at + call.ringSeconds * 1000;
    const { talkSeconds } = call;
    this.calls.push({
      customer: this.customer,
      id: `${this.customer.id}-${this.numbered}`,
      user,
      forwardedBy,
      direction,
      from,
      to,
      startedAt: call.at,
      answeredAt: talkSeconds === null ? null : ringing,
      endedAt: ringing + (talkSeconds ?? 0) * 1000,
      disposition: talkSeconds === null ? (call.disposition ?? 'no-answer') : 'answered',
      ip,
    });
  }

  private addressOf(index: number): string {
    const { mobile } = this.seat(index);
    return addressText(
      mobile
        ? MOBILE_NETWORK + (hashOf(this.customer.index, index, this.dayNumber) % MOBILE_ADDRESSES)
        : this.customer.network + 1 + (index % 2),
    );
  }
}
