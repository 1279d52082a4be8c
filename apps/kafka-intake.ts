import type { LoggerService } from '@nestjs/common';
import { LogProjection } from '#call-log/domain/log-entry.js';
import { CallIntake } from '#call-log/from-kafka/call-intake.js';
import { CallLogWriter } from '#call-log/store-batch/call-log-writer.js';
import { ReferenceDataReader } from '#call-log/store/reference-data-reader.js';
import type { Program } from './program.js';

const NAME = 'kafka';
/** Time for what is in hand, before the process ends with 1. */
const LAST_WORDS_MILLIS = 8_000;

/**
 * Takes call records from Kafka where KAFKA_BROKERS is set; says so in readiness while it makes no progress. When the intake can't go on for good the
 * process ends with 1 and a sentence: an orchestrator that only sees a quiet process would think all is well.
 * @returns how to stop
 */
export async function startKafkaIntake(
  program: Program,
  logger: LoggerService,
): Promise<() => Promise<void>> {
  const { settings, app, database, clock } = program;
  if (settings.kafkaBrokers.length === 0) return () => Promise.resolve();
  // The client is loaded only where it is used.
  const { KafkaJsSource } = await import('#call-log/from-kafka/kafkajs-source.js');
  const source = new KafkaJsSource({
    brokers: settings.kafkaBrokers,
    topic: settings.kafkaTopic,
    group: settings.kafkaGroup,
  });
  const writer = new CallLogWriter(
    database,
    app.get(ReferenceDataReader),
    app.get<LogProjection>(LogProjection),
    { connections: settings.ingestConnections },
  );
  const intake = new CallIntake(source, database, writer, () => clock.now());
  program.watches.push(() => intake.status().reasons);
  intake.start();
  logger.log(`reads ${settings.kafkaTopic} from ${settings.kafkaBrokers.join(', ')}`, NAME);
  void intake.ended.then(async (error) => {
    process.stderr.write(`${NAME}: the intake of ${settings.kafkaTopic} can't go on: ${error.message}\n`);
    setTimeout(() => process.exit(1), LAST_WORDS_MILLIS).unref();
    await intake.stop().catch(() => undefined);
    process.exit(1);
  });
  return () => intake.stop();
}
