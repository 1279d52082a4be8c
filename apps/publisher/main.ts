import { settingsFrom } from '#platform/config/settings.js';
import { fairUse, invoicing, notices } from '../contexts.js';
import { EXIT } from '../failure.js';
import { onlyEventsOf, publishingContexts, reportMissingTopics } from '../publishing.js';
import { runService } from '../service.js';

const told = onlyEventsOf([fairUse, notices, invoicing]);
const settings = settingsFrom(process.env);

/** Tells others on Kafka what was decided. */
if (settings.ok && settings.value.kafkaBrokers.length === 0) {
  process.stderr.write(
    'publisher: KAFKA_BROKERS is not set. Set it to a list such as kafka-1:9092,kafka-2:9092; without Kafka there is nothing to publish to.\n',
  );
  process.exitCode = EXIT.wrongUsage;
} else {
  // A wrong setting is told by the service itself.
  const publishing = settings.ok ? publishingContexts(settings.value, told) : [];
  await runService({
    name: 'publisher',
    contexts: [...told, ...publishing],
    subscriptions: publishing.flatMap(({ subscriptions }) => subscriptions),
    run: async (program, logger) => {
      await reportMissingTopics(program.settings, told, logger);
      return () => Promise.resolve();
    },
  });
}
