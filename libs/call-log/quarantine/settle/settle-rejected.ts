import { Injectable } from '@nestjs/common';
import type { RecordedEvent } from '#event-store/event.js';
import type { Subscription } from '#event-store/subscription.js';
import { quarantineDiscarded, quarantineRedriven } from '../../events/events.js';
import { QuarantineBook } from '../store/quarantine-book.js';

/**
 * The event is the commit point; the rows of buckets follow. The operation settles them itself right away, so there is something to do only
 * where a process died in between.
 */
@Injectable()
export class SettleRejected implements Subscription {
  readonly name = 'settle-rejected';
  readonly types = [quarantineRedriven.type, quarantineDiscarded.type];

  constructor(private readonly book: QuarantineBook) {}

  async react(event: RecordedEvent): Promise<void> {
    const { records } =
      event.type === quarantineDiscarded.type
        ? quarantineDiscarded.schema.parse(event.data)
        : quarantineRedriven.schema.parse(event.data);
    const ofBuckets = records.filter(({ bucket }) => bucket !== null).map(({ record }) => record);
    if (ofBuckets.length > 0) await this.book.settleBuckets(ofBuckets);
  }
}
