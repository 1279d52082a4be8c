import type { LoggerService } from '@nestjs/common';
import type { Settings } from '#platform/config/settings.js';
import { KafkaSink } from '#publication/kafka/kafka-sink.js';
import { missingTopics } from '#publication/kafka/topics.js';
import type { Publication } from '#publication/publication.js';
import { TopicPublisher, publisherNameOf } from '#publication/topic-publisher.js';
import { type Context, context } from './contexts.js';

/**
 * What follows the feed and tells it to others: one publisher per topic. Nothing without KAFKA_BROKERS. Commands do not run it, so a
 * command never waits for Kafka.
 */
export function publishingContexts(settings: Settings, contexts: readonly Context[]): Context[] {
  const brokers = settings.kafkaBrokers;
  const sent = publicationsOf(contexts).filter(({ eventTypes }) => eventTypes.length > 0);
  if (brokers.length === 0) return [];
  return [
    context({
      name: 'publication',
      providers: () =>
        sent.map((publication) => ({
          provide: publisherNameOf(publication.topic),
          useFactory: () =>
            new TopicPublisher(publication, new KafkaSink({ brokers, topic: publication.topic })),
        })),
      subscriptions: sent.map(({ topic }) => publisherNameOf(topic)),
    }),
  ];
}

export function publicationsOf(contexts: readonly Context[]): Publication[] {
  return contexts.flatMap(({ publications }) => publications);
}

/** What the publisher needs of contexts: to read their events. It decides nothing, so none of their handlers. */
export function onlyEventsOf(contexts: readonly Context[]): Context[] {
  return contexts.map(({ name, events, publications }) =>
    context({ name, events, publications, providers: () => [] }),
  );
}

/**
 * Says which topics are missing before anybody wonders. It is no reason not to start: what is sent to a missing topic waits in the feed,
 * visibly, and goes out when the topic is there.
 */
export async function reportMissingTopics(
  settings: Settings,
  contexts: readonly Context[],
  logger: LoggerService,
): Promise<void> {
  if (settings.kafkaBrokers.length === 0) return;
  try {
    const topics = publicationsOf(contexts).map(({ topic }) => topic);
    const missing = await missingTopics({ brokers: settings.kafkaBrokers, topics });
    if (missing.length === 0) return;
    logger.error(
      `Kafka has no topic ${missing.join(', ')}. Create what is missing: fairline kafka create-topics`,
      'publisher',
    );
  } catch (error) {
    logger.error(error instanceof Error ? error.message : String(error), 'publisher');
  }
}
