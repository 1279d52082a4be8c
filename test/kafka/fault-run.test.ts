import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '#platform/database/migrations.js';
import { runFaults } from './fault-run.js';
import { type TestCluster, describeWithKafka, startCluster } from './test-cluster.js';

const SEED = Number(process.env.FAIRLINE_SIMULATION_SEED ?? Math.floor(Math.random() * 1e9));
const LONG = process.env.FAIRLINE_CHAOS === 'long';
const SIZE = LONG
  ? { records: 500_000, partitions: 12, consumers: 3, rounds: 4, stretch: 4_000 }
  : { records: 20_000, partitions: 6, consumers: 2, rounds: 1, stretch: 500 };

describeWithKafka(
  `consumers, broker and database that are killed (seed ${SEED}; npm run chaos is the long form)`,
  () => {
    let cluster: TestCluster;
    beforeAll(async () => {
      process.env.KAFKAJS_NO_PARTITIONER_WARNING = '1';
      if (!existsSync(join(projectRoot(), 'dist', 'libs')))
        throw new Error('This test runs the build. Run "npm run build" first.');
      cluster = await startCluster({ own: true });
    }, 120_000);
    afterAll(() => cluster.stop());

    it(
      'lose nothing, double nothing and balance to the record; a replay of everything changes nothing',
      async () => {
        const tell = (line: string) => process.stderr.write(`fault run (seed ${SEED}): ${line}\n`);
        const result = await runFaults(cluster, { ...SIZE, seed: SEED, tell });
        expect(result.kills).toBeGreaterThanOrEqual(4);
        expect(result.totals.stored).toEqual(result.expectedIds);
        expect(result.totals.open).toEqual(result.expectedOpen);
        expect(result.differences).toEqual([]);
        expect(result.balance).toEqual({
          read: result.sent,
          fates: result.sent,
          usageCalls: result.expectedIds.length,
          gaps: 0,
        });
        expect(result.exitCodes.every((code) => code === 0)).toBe(true);
        expect(result.after).toEqual(result.before);
        tell(`${result.sent} records, ${result.kills} kills, stopped in ${result.stopMillis} ms`);
      },
      LONG ? 1_800_000 : 180_000,
    );
  },
  { own: true },
);
