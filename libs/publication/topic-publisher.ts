import type { OnModuleDestroy } from '@nestjs/common';
import type { RecordedEvent } from '#event-store/event.js';
import type { Subscription } from '#event-store/subscription.js';
import { cloudEventOf, inBinaryMode } from './cloud-event.js';
import type { MessageSink } from './message-sink.js';
import type { Publication } from './publication.js';

/** Of one page; with messages of at most a few KiB a partition's part stays well below a broker's limit of 1 MB. */
const EVENTS_AT_ONCE = 200;

/** The feed's events as messages on one topic, with a checkpoint of its own: a topic that is broken does not hold up the others. */
export class TopicPublisher implements Subscription, OnModuleDestroy {
  readonly name: string;
  readonly types: readonly string[];
  readonly batchSize = EVENTS_AT_ONCE;

  constructor(
    private readonly publication: Publication,
    private readonly sink: MessageSink,
  ) {
    this.name = publisherNameOf(publication.topic);
    this.types = publication.eventTypes;
  }

  async deliver(events: readonly RecordedEvent[], signal?: AbortSignal): Promise<void> {
    const messages = events.flatMap((event) => cloudEventOf(this.publication, event) ?? []).map(inBinaryMode);
    if (messages.length > 0) await this.sink.send(messages, signal);
  }

  async onModuleDestroy(): Promise<void> {
    await this.sink.close();
  }
}

/** Names the checkpoint: it never changes, or everything is sent again. */
export function publisherNameOf(topic: string): string {
  return `publisher-${topic}`;
}
