import {
  type SubscriptionChanged,
  type Subscriptions,
  decideSubscription,
  evolveSubscriptions,
} from '#accounts/domain/subscriptions.js';
import type { LocalDate } from '#calendar/local-date.js';
import type { CatalogueTimeline } from '#catalogue/domain/catalogue-timeline.js';
import { type Outcome, accepted, refused } from '#outcome/outcome.js';

/** Another plan or number of seats from a day on. */
export interface ChangeOfSubscription {
  readonly account: string;
  /** May be left out where only one is in force on the day. */
  readonly subscription?: string;
  readonly plan?: string;
  readonly seats?: number;
  readonly from: LocalDate;
}

/** What a change makes of an account's terms. */
export interface DecidedChange {
  readonly changed: SubscriptionChanged;
  readonly oldPlan: string;
  readonly oldSeats: number;
  readonly before: Subscriptions;
  readonly after: Subscriptions;
}

/** What brought the change about, beside the person. */
export interface CauseOfChange {
  readonly previewHash?: string;
  /** Id of a measure. */
  readonly cause?: string;
}

const MOST_SEATS = 1_000_000;

/**
 * Decides a change by the decider of subscriptions, for preview and confirmation alike.
 * @returns the decider's refusals, and `invalid-seats`, `unknown-plan`
 */
export function decideChangeOf(
  change: ChangeOfSubscription,
  before: Subscriptions,
  catalogue: CatalogueTimeline,
  why: CauseOfChange = {},
): Outcome<DecidedChange> {
  const { account, subscription, plan, seats, from } = change;
  if (seats !== undefined && !(Number.isInteger(seats) && seats >= 1 && seats <= MOST_SEATS)) {
    return refused(
      'invalid-seats',
      `${seats} is no number of seats; give a whole number from 1 to ${MOST_SEATS}.`,
    );
  }
  if (plan !== undefined && catalogue.planAt(plan, from) === undefined) {
    return refused(
      'unknown-plan',
      `Plan ${plan} is not in the catalogue of ${from}; choose one that is, or load a catalogue that has it.`,
    );
  }
  const decided = decideSubscription(
    {
      kind: 'change',
      account,
      from,
      ...(subscription === undefined ? {} : { subscription }),
      ...(plan === undefined ? {} : { plan }),
      ...(seats === undefined ? {} : { seats }),
      ...why,
    },
    before,
  );
  if (!decided.ok) return decided;
  const [event] = decided.value;
  if (event?.type !== 'subscription.changed')
    throw new Error(`A change of ${account} was decided as ${event?.type}`);
  const old = before.find(
    (terms) =>
      terms.subscription === event.data.subscription &&
      terms.from <= from &&
      (terms.to === null || from < terms.to),
  );
  if (old === undefined) throw new Error(`${account} changed from ${from}, and had no terms on that day`);
  return accepted({
    changed: event.data,
    oldPlan: old.plan,
    oldSeats: old.seats,
    before,
    after: evolveSubscriptions(before, event),
  });
}
