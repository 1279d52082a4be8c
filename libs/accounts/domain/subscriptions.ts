import { type LocalDate, addDays } from '#calendar/local-date.js';
import { type Outcome, accepted, refused } from '#outcome/outcome.js';

/** The terms of a subscription over days: `[from, to)`, `to` null = until further notice. */
export interface SubscriptionTerms {
  readonly subscription: string;
  readonly plan: string;
  readonly seats: number;
  readonly from: LocalDate;
  readonly to: LocalDate | null;
}

export interface SubscriptionStarted extends SubscriptionTerms {
  readonly account: string;
}

/** From a day on, a subscription has another plan or number of seats, until the end that it had. */
export interface SubscriptionChanged extends SubscriptionTerms {
  readonly account: string;
  /** Of the preview that was confirmed, if the change was previewed. */
  readonly previewHash: string | null;
  /** Id of the measure or command that caused it, if it was no person directly. */
  readonly cause: string | null;
}

export type SubscriptionEvent =
  | { readonly type: 'subscription.started'; readonly data: SubscriptionStarted }
  | { readonly type: 'subscription.changed'; readonly data: SubscriptionChanged };

export interface StartSubscription extends SubscriptionStarted {
  readonly kind: 'start';
}

export interface ChangeSubscription {
  readonly kind: 'change';
  readonly account: string;
  /** Which one; may be left out where only one is in force on the day. */
  readonly subscription?: string;
  readonly from: LocalDate;
  readonly plan?: string;
  readonly seats?: number;
  readonly previewHash?: string;
  readonly cause?: string;
}

export type SubscriptionCommand = StartSubscription | ChangeSubscription;

/** All terms of one account, in no particular order; terms of one subscription never overlap. */
export type Subscriptions = readonly SubscriptionTerms[];

export const noSubscriptions: Subscriptions = [];

export function inForceOn(subscriptions: Subscriptions, day: LocalDate): SubscriptionTerms[] {
  return subscriptions.filter((terms) => terms.from <= day && (terms.to === null || day < terms.to));
}

export function decideSubscription(
  command: SubscriptionCommand,
  state: Subscriptions,
): Outcome<SubscriptionEvent[]> {
  return command.kind === 'start' ? decideStart(command, state) : decideChange(command, state);
}

function decideStart(command: StartSubscription, state: Subscriptions): Outcome<SubscriptionEvent[]> {
  const { kind: _kind, ...started } = command;
  const overlapping = state.find(
    (terms) => terms.subscription === command.subscription && overlap(terms, command),
  );
  if (overlapping) {
    return refused(
      'subscription-overlaps',
      `${command.account} has subscription ${command.subscription} already from ${overlapping.from}; give the new one another id or dates after it.`,
    );
  }
  return accepted([{ type: 'subscription.started', data: started }]);
}

function decideChange(command: ChangeSubscription, state: Subscriptions): Outcome<SubscriptionEvent[]> {
  const candidates = inForceOn(state, command.from).filter(
    (terms) => command.subscription === undefined || terms.subscription === command.subscription,
  );
  const [current, another] = candidates;
  if (current === undefined) {
    const first = state.map((terms) => terms.from).toSorted()[0];
    const hint = first === undefined ? 'it never had one' : `its first began on ${first}`;
    return refused(
      'no-subscription',
      `${command.account} has no subscription in force on ${command.from} (${hint}). Choose a day on which it has one.`,
    );
  }
  if (another !== undefined) {
    return refused(
      'several-subscriptions',
      `${command.account} has ${candidates.map((terms) => terms.subscription).join(' and ')} in force on ${command.from}; name one of them.`,
    );
  }
  const later = state.find(
    (terms) => terms.subscription === current.subscription && terms.from > command.from,
  );
  if (later) {
    return refused(
      'later-change',
      `${command.account} has a later change of ${current.subscription} on ${later.from}; a change before it would overlap. Change from ${later.from} on, or from a later day.`,
    );
  }
  const changed = { plan: command.plan ?? current.plan, seats: command.seats ?? current.seats };
  if (changed.plan === current.plan && changed.seats === current.seats) {
    return refused(
      'nothing-changes',
      `${command.account} has plan ${current.plan} with ${current.seats} seats on ${command.from} already; nothing would change.`,
    );
  }
  return accepted([
    {
      type: 'subscription.changed',
      data: {
        account: command.account,
        subscription: current.subscription,
        ...changed,
        from: command.from,
        to: current.to,
        previewHash: command.previewHash ?? null,
        cause: command.cause ?? null,
      },
    },
  ]);
}

export function evolveSubscriptions(state: Subscriptions, event: SubscriptionEvent): Subscriptions {
  const { subscription, plan, seats, from, to } = event.data;
  const terms = { subscription, plan, seats, from, to };
  if (event.type === 'subscription.started') return [...state, terms];
  return [...state.flatMap((existing) => cutAt(existing, subscription, from)), terms];
}

/** What is left of existing terms before the day on which their subscription changes. */
function cutAt(existing: SubscriptionTerms, subscription: string, day: LocalDate): SubscriptionTerms[] {
  if (existing.subscription !== subscription || (existing.to !== null && existing.to <= day))
    return [existing];
  return existing.from < day ? [{ ...existing, to: day }] : [];
}

function overlap(
  a: { from: LocalDate; to: LocalDate | null },
  b: { from: LocalDate; to: LocalDate | null },
): boolean {
  return (b.to === null || a.from < b.to) && (a.to === null || b.from < a.to);
}

/** Days of terms within `[from, through]`, both inclusive; undefined when there are none. */
export function daysWithin(
  terms: SubscriptionTerms,
  from: LocalDate,
  through: LocalDate,
): { from: LocalDate; through: LocalDate } | undefined {
  const first = terms.from > from ? terms.from : from;
  const last = terms.to !== null && terms.to <= through ? addDays(terms.to, -1) : through;
  return first <= last ? { from: first, through: last } : undefined;
}
