import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type Subscriptions, inForceOn } from '#accounts/domain/subscriptions.js';
import { subscriptionChanged } from '#accounts/events/events.js';
import { LatestCalls } from '#accounts/latest-calls.js';
import { accountExists } from '#accounts/store/account-store.js';
import { AMSTERDAM } from '#calendar/billing-zone.js';
import { type LocalDate, periodOf } from '#calendar/local-date.js';
import { ReferenceDataReader } from '#call-log/store/reference-data-reader.js';
import type { RecordedEvent } from '#event-store/event.js';
import { EventStore } from '#event-store/event-store.js';
import { type Outcome, accepted, refused } from '#outcome/outcome.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import { Database } from '#platform/database/database.js';
import { appendChange } from '../confirm-change/append-change.js';
import type { ChangeOfSubscription } from '../domain/change-command.js';

/** What a direct change did. */
export interface ChangedSubscription {
  readonly account: string;
  readonly subscription: string;
  readonly from: LocalDate;
  readonly oldPlan: string;
  readonly newPlan: string;
  readonly seats: { readonly before: number; readonly after: number };
  readonly changeId: string;
}

/**
 * Changes a subscription without a preview: only forwards, so that nothing that is rated or billed becomes another. That is, from a day of the
 * current month or later on which no call has started yet; everything else is a retroactive change with preview and confirmation.
 */
export class ChangeSubscription extends Command<Outcome<ChangedSubscription>> {
  constructor(readonly change: ChangeOfSubscription & { readonly by: string }) {
    super();
  }
}

const MAXIMUM_ATTEMPTS = 5;

@CommandHandler(ChangeSubscription)
export class ChangeSubscriptionHandler implements ICommandHandler<ChangeSubscription> {
  constructor(
    private readonly database: Database,
    private readonly store: EventStore,
    private readonly reference: ReferenceDataReader,
    private readonly latestCalls: LatestCalls,
    private readonly clock: BusinessClock,
  ) {}

  /** @returns the refusals of the change, `unknown-account`, `preview-needed`, `busy` */
  async execute({ change: { by, ...change } }: ChangeSubscription): Promise<Outcome<ChangedSubscription>> {
    const { account, from } = change;
    if (!(await accountExists(this.database, account))) {
      return refused(
        'unknown-account',
        `There is no account ${account}. "fairline load accounts" brings accounts in.`,
      );
    }
    const at = await this.clock.now();
    const today = AMSTERDAM.localDateAt(at);
    if (periodOf(from) < periodOf(today)) {
      return previewNeeded(change, `${from} lies in a month before this one, whose fees it would change`);
    }
    for (let attempt = 1; attempt <= MAXIMUM_ATTEMPTS; attempt += 1) {
      const latest = await this.latestCalls.latestOf(account);
      if (latest !== undefined && latest >= AMSTERDAM.startOfDay(from)) {
        return previewNeeded(change, `calls up to ${AMSTERDAM.localDateAt(latest)} are rated already`);
      }
      const { position, catalogue, assignments } = await this.reference.current();
      const appended = await appendChange(this.store, {
        change,
        why: {},
        decidedOn: { referencePosition: position, catalogue },
        at,
        metadata: { actor: by },
      });
      if (!appended.ok) return appended;
      if (appended.value.kind === 'moved-on') continue;
      return accepted(changedOf(appended.value.event, assignments.subscriptionsOf(account)));
    }
    return refused('busy', `Reference data changed again and again while ${account} was changed. Try again.`);
  }
}

function changedOf(event: RecordedEvent, before: Subscriptions): ChangedSubscription {
  const { account, subscription, from, plan, seats } = subscriptionChanged.schema.parse(event.data);
  const old = inForceOn(before, from).find((terms) => terms.subscription === subscription);
  if (old === undefined) throw new Error(`${account} changed from ${from}, and had no terms on that day`);
  return {
    account,
    subscription,
    from,
    oldPlan: old.plan,
    newPlan: plan,
    seats: { before: old.seats, after: seats },
    changeId: event.eventId,
  };
}

function previewNeeded({ account, from }: ChangeOfSubscription, why: string): Outcome<never> {
  return refused(
    'preview-needed',
    `A change of ${account} from ${from} reaches back: ${why}. Make a preview ("--preview"), look at it, and confirm its hash ("--confirm").`,
  );
}
