import {
  type DayNumber,
  dayNumberOf,
  firstDayOf,
  localDateOf,
  nextPeriod,
  periodOf,
} from '#calendar/local-date.js';
import type { PlanId } from '../deck/catalogue-text.js';
import type { Behaviour, Span } from '../planted/behaviour.js';
import type { Random } from '../random.js';
import type { AddOn, Seat, Subscription } from './customer.js';

/** What an account has bought, over time. */
export interface Contract {
  readonly subscriptions: readonly Subscription[];
  /** In order of their first day. */
  readonly seats: readonly Pick<Seat, 'from' | 'subscription'>[];
  readonly opensOn: DayNumber;
  readonly leavesOn: DayNumber | null;
}

export interface ContractWish {
  readonly id: string;
  readonly plan: PlanId;
  readonly size: number;
  readonly index: number;
  /** Nothing planted: may change during the simulation. */
  readonly ordinary: boolean;
  readonly span: Span;
}

/** Per thousand ordinary accounts. */
const NEW = 40;
const GROWING = 130;
const SHRINKING = 30;
const TO_UNLIMITED = 250;
const TWO_PLANS = 60;
/** One account in so many leaves during the simulation. */
const LEAVES_EVERY = 97;
const SHORTEST_SPAN_WITH_CHANGES = 14;

/** Dated changes as customers make them: growth, fewer seats, another plan, two plans side by side, arrival and departure. */
export function subscriptionsOf(wish: ContractWish, random: Random): Contract {
  const { span, plan, size } = wish;
  const before = (span.firstDay - random.between(30, 900)) as DayNumber;
  const since = random.chance(600) ? firstOfMonth(before) : before;
  if (!wish.ordinary || span.days < SHORTEST_SPAN_WITH_CHANGES) return unchanged(plan, size, since);
  if (wish.index % LEAVES_EVERY === LEAVES_EVERY - 57) return leaving(plan, size, since, span);
  const changeOn = dayOfSpan(span, random.between(200, 850));
  if (random.chance(NEW)) return unchanged(plan, size, changeOn);
  if (random.chance(GROWING)) {
    return changed(plan, size, plan, size + random.between(1, 2 + Math.floor(size / 4)), since, changeOn);
  }
  if (size > 3 && random.chance(SHRINKING)) return changed(plan, size, plan, size - 1, since, changeOn);
  const month = dayNumberOf(firstDayOf(nextPeriod(periodOf(localDateOf(span.firstDay)))));
  if (plan === 'metered' && month < span.firstDay + span.days && random.chance(TO_UNLIMITED))
    return changed('metered', size, 'unlimited', size, since, month);
  if (plan === 'unlimited' && size >= 4 && random.chance(TWO_PLANS)) return twoPlans(wish.id, size, since);
  return unchanged(plan, size, since);
}

function unchanged(plan: PlanId, size: number, from: DayNumber): Contract {
  return {
    subscriptions: [{ id: null, plan, seats: size, from, to: null }],
    seats: seatsFrom(size, null),
    opensOn: from,
    leavesOn: null,
  };
}

function leaving(plan: PlanId, size: number, from: DayNumber, span: Span): Contract {
  const leavesOn = dayOfSpan(span, 700);
  return {
    subscriptions: [{ id: null, plan, seats: size, from, to: leavesOn }],
    seats: seatsFrom(size, null),
    opensOn: from,
    leavesOn,
  };
}

/** One subscription after the other: the second begins on the day on which the first has ended. */
function changed(
  plan: PlanId,
  size: number,
  laterPlan: PlanId,
  laterSize: number,
  from: DayNumber,
  changeOn: DayNumber,
): Contract {
  return {
    subscriptions: [
      { id: null, plan, seats: size, from, to: changeOn },
      { id: null, plan: laterPlan, seats: laterSize, from: changeOn, to: null },
    ],
    seats: [...seatsFrom(Math.min(size, laterSize), null), ...seatsFrom(laterSize - size, changeOn)],
    opensOn: from,
    leavesOn: null,
  };
}

/** The front office unlimited, the workshop by the minute: each user belongs to one of the two. */
function twoPlans(id: string, size: number, from: DayNumber): Contract {
  const metered = Math.max(1, Math.floor(size / 4));
  const ids = { unlimited: `${id}-front`, metered: `${id}-workshop` };
  return {
    subscriptions: [
      { id: ids.unlimited, plan: 'unlimited', seats: size - metered, from, to: null },
      { id: ids.metered, plan: 'metered', seats: metered, from, to: null },
    ],
    seats: Array.from({ length: size }, (_, place) => ({
      from: null,
      subscription: place < size - metered ? ids.unlimited : ids.metered,
    })),
    opensOn: from,
    leavesOn: null,
  };
}

function seatsFrom(count: number, from: DayNumber | null): Pick<Seat, 'from' | 'subscription'>[] {
  return Array.from({ length: Math.max(0, count) }, () => ({ from, subscription: null }));
}

/** First day with calls: of a planted newcomer as planned, else when its first subscription begins. */
export function startDay(planted: Behaviour | null, contract: Contract, span: Span): DayNumber {
  const wished = planted?.account.opensOn?.(span);
  return wished === undefined ? contract.opensOn : ((span.firstDay + wished) as DayNumber);
}

export function addOnsOf(contract: Contract, span: Span, random: Random): AddOn[] {
  const addOns: AddOn[] = [];
  if (random.chance(180)) {
    const retentionDays = random.chance(300) ? random.pick([60, 90, 180]) : 30;
    addOns.push({ id: 'recording', from: contract.opensOn, retentionDays });
  }
  if (random.chance(120)) addOns.push({ id: 'queue', from: contract.opensOn, retentionDays: null });
  if (random.chance(60)) {
    const during = dayOfSpan(span, random.between(0, 900));
    const from = during < contract.opensOn ? contract.opensOn : during;
    addOns.push({ id: 'crm-link', from, retentionDays: null });
  }
  return addOns;
}

function dayOfSpan(span: Span, perMille: number): DayNumber {
  return (span.firstDay + Math.floor((span.days * perMille) / 1000)) as DayNumber;
}

function firstOfMonth(day: DayNumber): DayNumber {
  return dayNumberOf(firstDayOf(periodOf(localDateOf(day))));
}
