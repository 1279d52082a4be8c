// Loads call files in a process of its own, which the test kills. Runs on the build, as the deployed program does.
import { LoadCalls, LoadCallsHandler } from '#call-log/load-calls/load-calls.js';
import { CallLogWriter } from '#call-log/store-batch/call-log-writer.js';
import { ReferenceDataReader } from '#call-log/store/reference-data-reader.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import { Database } from '#platform/database/database.js';
import { DailyUsage } from '#usage/domain/daily-usage.js';

const [url, ...files] = process.argv.slice(2);
const database = await Database.connect({ url });
const writer = new CallLogWriter(database, new ReferenceDataReader(database), new DailyUsage(), {
  connections: 2,
});
const handler = new LoadCallsHandler(writer, new BusinessClock(database));
const loaded = await handler.execute(
  new LoadCalls(files, { onProgress: (counts) => process.stdout.write(`${JSON.stringify(counts)}\n`) }),
);
process.stdout.write(`done ${JSON.stringify(loaded)}\n`);
await database.close();
