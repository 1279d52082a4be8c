import { setTimeout as sleep } from 'node:timers/promises';
import { LoadAccounts } from '#accounts/load-accounts/load-accounts.js';
import { chance, madeUpAccounts } from '#bench/made-up-customers.js';
import { instant } from '#calendar/instant.js';
import { LogProjection } from '#call-log/domain/log-entry.js';
import { CallIntake, INTAKE_DEFAULTS } from '#call-log/from-kafka/call-intake.js';
import { InMemorySource, InMemoryTopic } from '#call-log/from-kafka/testing/in-memory-source.js';
import { CallLogWriter } from '#call-log/store-batch/call-log-writer.js';
import { ReferenceDataReader } from '#call-log/store/reference-data-reader.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import type { Database } from '#platform/database/database.js';
import { FailingDatabase } from '../harness/failing-database.js';
import { type CallLogUnderTest, loadExampleReference, startCallLog } from '../harness/reference.js';
import { RecordTraffic } from './record-traffic.js';
import { intakeTotals, kafkaBalance, kafkaDifferences } from './balance.js';

const NOW = instant('2026-11-15T00:00:00Z');
const PARTITIONS = 3;
const SEED = Number(process.env.FAIRLINE_SIMULATION_SEED ?? Math.floor(Math.random() * 1e9));
const OPTIONS = {
  ...INTAKE_DEFAULTS,
  stretch: { records: 40, bytes: 1 << 20 },
  bufferedBytes: 60_000,
  lingerMillis: 5,
  lookMillis: 40,
  pauses: { firstMillis: 2, longestMillis: 20 },
};

describe(`an intake in a simulated world (seed ${SEED}; FAIRLINE_SIMULATION_SEED repeats it)`, () => {
  let fairline: CallLogUnderTest;
  let reference: ReferenceDataReader;
  let projection: LogProjection;
  beforeAll(async () => {
    process.stderr.write(`intake simulation: FAIRLINE_SIMULATION_SEED=${SEED}\n`);
    fairline = await startCallLog();
    await loadExampleReference(fairline.commands);
    acceptedOrThrow(await fairline.commands.execute(new LoadAccounts(madeUpAccounts())));
    reference = fairline.module.get(ReferenceDataReader);
    projection = fairline.module.get(LogProjection);
  });
  afterAll(async () => fairline.close());

  /** A consumer process on a database of its own, which may fail. */
  const consumer = (topic: InMemoryTopic, database: Database, next: () => number) => {
    const source = new InMemorySource(topic, {
      fetchRecords: () => 1 + Math.floor(next() * 30),
      slip: () => (next() < 0.05 ? Math.floor(next() * 40) - 20 : 0),
    });
    const writer = new CallLogWriter(database, reference, projection, { connections: 2 });
    const intake = new CallIntake(source, database, writer, () => Promise.resolve(NOW), OPTIONS);
    intake.start();
    return { source, intake };
  };

  const untilStored = async (topic: InMemoryTopic, patience = 60_000) => {
    const deadline = Date.now() + patience;
    for (;;) {
      const rows = await fairline.test.database.query<{ low_water: number }>(
        'SELECT low_water FROM ingest.kafka_partition WHERE topic = $1 ORDER BY kafka_partition',
        [topic.name],
      );
      const ends = topic.partitions.map(({ end }) => end);
      if (
        rows.length === ends.length &&
        rows.every((row, partition) => row.low_water >= (ends[partition] ?? 0))
      )
        return;
      if (Date.now() > deadline) throw new Error(`Not stored in time: ${JSON.stringify({ rows, ends })}`);
      await sleep(10);
    }
  };

  const expectWhole = async (topic: InMemoryTopic, traffic: RecordTraffic) => {
    const totals = await intakeTotals(fairline.test.database, topic.name);
    expect(totals.stored).toEqual(traffic.expectedIds());
    expect(totals.open).toEqual(traffic.expectedOpen());
    expect(await kafkaDifferences(fairline.test.database, topic.name)).toEqual([]);
    expect(await kafkaBalance(fairline.test.database, topic.name)).toEqual({
      read: traffic.sent,
      fates: traffic.sent,
      usageCalls: totals.logCalls,
      gaps: 0,
    });
  };

  it('stores what was sent, each once, through failures at every step, zombies, and groups dealt anew', async () => {
    const next = chance(SEED);
    const topic = new InMemoryTopic(`sim-${SEED}`, PARTITIONS);
    const traffic = new RecordTraffic(`sim-${SEED}`, next);
    for (let round = 0; round < 12; round += 1) {
      for (let n = 0; n < 60; n += 1)
        topic.partitions[Math.floor(next() * PARTITIONS)]?.append(traffic.next());
      // The step at which each of them dies moves over the whole life of a stretch.
      const databases = [0, 1].map(
        () =>
          new FailingDatabase(fairline.test.database, 1 + Math.floor(next() * 160), next() < 0.5).database,
      );
      const consumers = databases.map((database) => consumer(topic, database, next));
      for (let deal = 0; deal < 3; deal += 1) {
        const split = Math.floor(next() * (PARTITIONS + 1));
        const both = next() < 0.5;
        const all = topic.partitions.map((_log, partition) => partition);
        const at = (partition: number) => Math.floor(next() * ((topic.partitions[partition]?.end ?? 0) + 5));
        consumers[0]?.source.assign(both ? all : all.slice(0, split), at);
        consumers[1]?.source.assign(both ? all : all.slice(split), at);
        await sleep(10 + next() * 60);
      }
      await Promise.all(consumers.map(({ intake }) => intake.stop()));
    }
    const last = consumer(topic, fairline.test.database, next);
    last.source.assign(topic.partitions.map((_log, partition) => partition));
    await untilStored(topic);
    await last.intake.stop();
    await expectWhole(topic, traffic);
  }, 120_000);
});
