import { subscriptionChanged } from '#accounts/events/events.js';
import {
  subscriptionStreamOf,
  subscriptionsFrom,
  writeSubscriptions,
} from '#accounts/store/subscription-store.js';
import type { Instant } from '#calendar/instant.js';
import type { CatalogueTimeline } from '#catalogue/domain/catalogue-timeline.js';
import { advanceReferenceHead, lockReferenceHead } from '#catalogue/store/reference-head.js';
import type { EventMetadata, RecordedEvent } from '#event-store/event.js';
import type { EventStore } from '#event-store/event-store.js';
import { type Outcome, accepted } from '#outcome/outcome.js';
import { type CauseOfChange, type ChangeOfSubscription, decideChangeOf } from '../domain/change-command.js';

/** What the change was decided on; if the reference data have moved on, it has to be looked at again. */
export interface DecidedOn {
  readonly referencePosition: number;
  readonly catalogue: CatalogueTimeline;
}

export interface ChangeToAppend {
  readonly change: ChangeOfSubscription;
  readonly why: CauseOfChange;
  readonly decidedOn: DecidedOn;
  readonly at: Instant;
  readonly metadata: EventMetadata;
  /** Follows from what is decided, so that a repeat changes nothing. */
  readonly eventId?: string;
}

export type Appended =
  | { readonly kind: 'appended'; readonly event: RecordedEvent }
  | { readonly kind: 'repeated'; readonly event: RecordedEvent }
  | { readonly kind: 'moved-on' };

/**
 * The commit point of a change: its event, the rows of the subscription and the head of the reference data, in one transaction. No change
 * of tariffs, catalogue or accounts can come between what was looked at and this, since each of them locks the head first.
 * @returns the refusals of the decider; `moved-on` when the head is not where the decision was made
 */
export async function appendChange(store: EventStore, toAppend: ChangeToAppend): Promise<Outcome<Appended>> {
  const { change, why, decidedOn, at, metadata, eventId } = toAppend;
  return store.appending(async (transaction): Promise<Outcome<Appended>> => {
    const position = await lockReferenceHead(transaction);
    const known = eventId === undefined ? undefined : await store.eventById(eventId, transaction);
    if (known !== undefined) return accepted({ kind: 'repeated', event: known });
    if (position !== decidedOn.referencePosition) return accepted({ kind: 'moved-on' });
    const stream = subscriptionStreamOf(change.account);
    const history = await store.readStream(stream, transaction);
    const decided = decideChangeOf(change, subscriptionsFrom(history), decidedOn.catalogue, why);
    if (!decided.ok) return decided;
    const { changed, before, after } = decided.value;
    const appended = await transaction.append(
      stream,
      history.length,
      [
        {
          definition: subscriptionChanged,
          data: changed,
          metadata,
          ...(eventId === undefined ? {} : { eventId }),
        },
      ],
      at,
    );
    const [event] = appended.events;
    if (event === undefined) throw new Error(`${stream}: the change was appended and is gone`);
    await writeSubscriptions(transaction, change.account, before, after, event.position);
    await advanceReferenceHead(transaction, event.position);
    return accepted({ kind: 'appended', event });
  });
}
