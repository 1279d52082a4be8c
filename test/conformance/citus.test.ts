import pg from 'pg';
import { setTimeout as sleep } from 'node:timers/promises';
import { chance } from '#bench/made-up-customers.js';
import { prepareWriter } from '#bench/scratch-fairline.js';
import { accountEntities } from '#accounts/store/account-store.js';
import { CallIntake, INTAKE_DEFAULTS } from '#call-log/from-kafka/call-intake.js';
import { InMemorySource, InMemoryTopic } from '#call-log/from-kafka/testing/in-memory-source.js';
import { instant } from '#calendar/instant.js';
import { Database } from '#platform/database/database.js';
import { migrate } from '#platform/database/migrations.js';
import { intakeTotals, kafkaDifferences } from '../kafka/balance.js';
import { RecordTraffic } from '../kafka/record-traffic.js';

const NOW = instant('2026-11-15T00:00:00Z');

/** Why the suite can't run; undefined where DATABASE_URL leads to a Citus coordinator. */
async function whyNoCitus(): Promise<string | undefined> {
  const url = process.env.DATABASE_URL;
  if (url === undefined) return 'DATABASE_URL is not set';
  const client = new pg.Client({ connectionString: url });
  try {
    await client.connect();
    const found = await client.query("SELECT FROM pg_available_extensions WHERE name = 'citus'");
    return found.rowCount === 1 ? undefined : 'DATABASE_URL leads to a PostgreSQL without Citus';
  } catch (error) {
    return `DATABASE_URL does not answer (${error instanceof Error ? error.message : String(error)})`;
  } finally {
    await client.end().catch(() => undefined);
  }
}

const reason = await whyNoCitus();
if (reason !== undefined)
  process.stderr.write(`\n*** THE CONFORMANCE SUITE ON CITUS IS SKIPPED: ${reason} ***\n\n`);
const onCitus = reason === undefined ? describe : describe.skip;

onCitus('on a Citus coordinator', () => {
  let database: Database;
  beforeAll(async () => {
    database = await Database.connect({ url: process.env.DATABASE_URL ?? '', entities: accountEntities });
    await database.query('CREATE EXTENSION IF NOT EXISTS citus');
    await migrate(database);
  });
  afterAll(async () => database.close());

  it('every hot table is distributed by its bucket, every reference table is on every node', async () => {
    const rows = await database.query<{ relation: string; kind: string; method: string | null }>(
      `SELECT p.relation, p.kind, d.partmethod AS method FROM platform.placement p
       LEFT JOIN pg_dist_partition d ON d.logicalrelid = p.relation::regclass ORDER BY 1`,
    );
    const methods = { hot: 'h', reference: 'n', coordinator: null };
    expect(rows).toEqual(rows.map((row) => ({ ...row, method: Reflect.get(methods, row.kind) as unknown })));
  });

  it('the intake stores what was sent, each once, and balances', async () => {
    const { writer } = await prepareWriter(database);
    const name = `citus-${Date.now()}`;
    const topic = new InMemoryTopic(name, 2);
    const traffic = new RecordTraffic(name, chance(1));
    for (let n = 0; n < 500; n += 1) topic.partitions[n % 2]?.append(traffic.next());
    const source = new InMemorySource(topic);
    const intake = new CallIntake(source, database, writer, () => Promise.resolve(NOW), INTAKE_DEFAULTS);
    intake.start();
    source.assign([0, 1]);
    const stored = async () => {
      const [row] = await database.query<{ stored: number }>(
        'SELECT coalesce(sum(low_water), 0)::bigint AS stored FROM ingest.kafka_partition WHERE topic = $1',
        [name],
      );
      return row?.stored ?? 0;
    };
    while ((await stored()) < 500) await sleep(50);
    await intake.stop();
    const totals = await intakeTotals(database, name);
    expect(totals.stored).toEqual(traffic.expectedIds());
    expect(totals.open).toEqual(traffic.expectedOpen());
    expect(await kafkaDifferences(database, name)).toEqual([]);
  });
});
