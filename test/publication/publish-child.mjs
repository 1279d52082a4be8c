// Publishes the cases of a database in a process of its own, which the test kills. Runs on the build, as the deployed program does.
import { EventRegistry } from '#event-store/event-registry.js';
import { EventStore } from '#event-store/event-store.js';
import { SubscriptionRunner } from '#event-store/subscription.js';
import { fairUseEvents } from '#fair-use/events/events.js';
import { fairUsePublication } from '#fair-use/publish/fair-use-publication.js';
import { Database } from '#platform/database/database.js';
import { KafkaSink } from '#publication/kafka/kafka-sink.js';
import { TopicPublisher } from '#publication/topic-publisher.js';

const [url, brokers, topic, eventsAtOnce, hangAfterPage] = process.argv.slice(2);
const database = await Database.connect({ url });
const store = new EventStore(database, new EventRegistry(fairUseEvents));
const publisher = new TopicPublisher(
  fairUsePublication,
  new KafkaSink({ brokers: brokers.split(','), topic }),
);
let pages = 0;
const told = {
  name: publisher.name,
  types: publisher.types,
  batchSize: Number(eventsAtOnce),
  deliver: async (events, signal) => {
    process.stdout.write('sending\n');
    await publisher.deliver(events, signal);
    pages += 1;
    if (pages !== Number(hangAfterPage)) return;
    process.stdout.write('acknowledged\n');
    await new Promise((resolve) => setTimeout(resolve, 600_000));
  },
};
await new SubscriptionRunner(store, database, [told]).drain();
process.stdout.write('done\n');
await publisher.onModuleDestroy();
await database.close();
