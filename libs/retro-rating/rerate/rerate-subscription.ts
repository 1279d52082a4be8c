import { Injectable } from '@nestjs/common';
import { AMSTERDAM } from '#calendar/billing-zone.js';
import { subscriptionChanged } from '#accounts/events/events.js';
import type { RecordedEvent } from '#event-store/event.js';
import { EventStore } from '#event-store/event-store.js';
import type { Subscription } from '#event-store/subscription.js';
import { Database } from '#platform/database/database.js';
import { PreviewStore } from '../store/preview-store.js';
import { appendExecuted } from './executed-change.js';
import { RERATE_SUBSCRIPTION } from './pending-accounts.js';
import { Rerater } from './rerater.js';

/**
 * Follows changed subscriptions: each is the commit point, and the ratings in the buckets follow from here, idempotently. When they have,
 * a change that was previewed is reported as executed.
 */
@Injectable()
export class RerateSubscription implements Subscription {
  readonly name = RERATE_SUBSCRIPTION;
  readonly types = [subscriptionChanged.type];
  /** The checkpoint moves, and accounts stop to be pending, after a few changes. */
  readonly batchSize = 20;

  constructor(
    private readonly rerater: Rerater,
    private readonly database: Database,
    private readonly store: EventStore,
    private readonly previews: PreviewStore,
  ) {}

  async react(event: RecordedEvent): Promise<void> {
    const changed = subscriptionChanged.schema.parse(event.data);
    const { account, from, previewHash } = changed;
    await this.rerater.rerate({
      eventId: event.eventId,
      position: event.position,
      account,
      from: AMSTERDAM.startOfDay(from),
    });
    if (previewHash === null) return;
    const preview = await this.previews.byHash(previewHash);
    if (preview === undefined)
      throw new Error(`${event.eventId} rests on preview ${previewHash}, which is gone`);
    await appendExecuted(this.database, this.store, event, changed, preview);
  }
}
