import type { DayNumber } from '#calendar/local-date.js';
import type { PlanId } from '../deck/catalogue-text.js';
import type { Behaviour } from '../planted/behaviour.js';
import type { City } from './names.js';
import type { Sector } from './sectors.js';

/** A seat: a user with an extension and a number. Days are `[from, to)`; null = as long as the account. */
export interface Seat {
  readonly user: string;
  readonly extension: string;
  readonly number: string;
  readonly from: DayNumber | null;
  /** Of an account with several subscriptions at once: which one. */
  readonly subscription: string | null;
  /** Works on a mobile phone, so calls from changing addresses. */
  readonly mobile: boolean;
}

export interface Subscription {
  readonly id: string | null;
  readonly plan: PlanId;
  readonly seats: number;
  readonly from: DayNumber;
  readonly to: DayNumber | null;
}

export interface AddOn {
  readonly id: string;
  readonly from: DayNumber;
  readonly retentionDays: number | null;
}

/** One made-up customer: what its record says, and how it telephones. */
export interface Customer {
  readonly index: number;
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  readonly sector: Sector;
  readonly city: City;
  readonly street: string;
  readonly postcode: string;
  readonly reseller: string | null;
  readonly language: 'nl' | 'en';
  readonly paysByDirectDebit: boolean;
  readonly subscriptions: readonly Subscription[];
  readonly addOns: readonly AddOn[];
  readonly seats: readonly Seat[];
  readonly testUser: Seat | null;
  /** First day with calls, and first without: in the simulation, or outside it. */
  readonly opensOn: DayNumber;
  readonly leavesOn: DayNumber | null;
  /** How much it telephones for its sector, in thousandths. */
  readonly level: number;
  /** Change of its traffic over the whole span, in thousandths. */
  readonly growth: number;
  /** First address of its network, as a number; the network has four. */
  readonly network: number;
  readonly source: string;
  readonly trunk: string;
  /** Its PBX dials `020...` and `0049...`, not E.164. */
  readonly dialsNational: boolean;
  /** The switch knows the account and says it. */
  readonly namesAccount: boolean;
  readonly planted: Behaviour | null;
}

/** How many seats have calls on a day; seats are in order of their first day. */
export function seatsOn(customer: Customer, day: DayNumber): number {
  let count = customer.seats.length;
  while (count > 1 && (customer.seats[count - 1]?.from ?? 0) > day) count -= 1;
  return count;
}

export function isOpenOn(customer: Customer, day: DayNumber): boolean {
  return day >= customer.opensOn && (customer.leavesOn === null || day < customer.leavesOn);
}
