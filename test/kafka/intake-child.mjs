// Takes call records from Kafka in a process of its own, which the test kills. Runs on the build, as the deployed program does.
import { CallIntake, INTAKE_DEFAULTS } from '#call-log/from-kafka/call-intake.js';
import { KafkaJsSource } from '#call-log/from-kafka/kafkajs-source.js';
import { CallLogWriter } from '#call-log/store-batch/call-log-writer.js';
import { ReferenceDataReader } from '#call-log/store/reference-data-reader.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import { Database } from '#platform/database/database.js';
import { DailyUsage } from '#usage/domain/daily-usage.js';

const [url, brokers, topic, group, records] = process.argv.slice(2);

async function connect() {
  for (;;) {
    try {
      return await Database.connect({ url });
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

const database = await connect();
const writer = new CallLogWriter(database, new ReferenceDataReader(database), new DailyUsage(), {
  connections: 2,
});
const clock = new BusinessClock(database);
const source = new KafkaJsSource({ brokers: brokers.split(','), topic, group });
const intake = new CallIntake(source, database, writer, () => clock.now(), {
  ...INTAKE_DEFAULTS,
  stretch: { records: Number(records), bytes: 1 << 20 },
  lookMillis: 1_000,
  pauses: { firstMillis: 100, longestMillis: 1_000 },
});
intake.start();
void intake.ended.then((error) => {
  process.stderr.write(`intake ended: ${error.message}\n`);
  process.exit(1);
});
process.once('SIGTERM', () => {
  void intake.stop().then(async () => {
    await database.close();
    process.stdout.write(`stopped ${JSON.stringify(intake.status())}\n`);
    process.exit(0);
  });
});
