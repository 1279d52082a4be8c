import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import kafkajs, { type Producer } from 'kafkajs';
import { chance } from '#bench/made-up-customers.js';
import { prepareCallLog, withScratchDatabase } from '#bench/scratch-fairline.js';
import { instant } from '#calendar/instant.js';
import { intakeEvents } from '#call-log/events/intake-events.js';
import { ReplayTopic, ReplayTopicHandler } from '#call-log/from-kafka/replay/replay-topic.js';
import { EventRegistry } from '#event-store/event-registry.js';
import { EventStore } from '#event-store/event-store.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import type { Database } from '#platform/database/database.js';
import { intakeTotals, kafkaBalance, kafkaDifferences } from './balance.js';
import { RecordTraffic } from './record-traffic.js';
import type { TestCluster } from './test-cluster.js';

export interface FaultRun {
  readonly seed: number;
  readonly records: number;
  readonly partitions: number;
  readonly consumers: number;
  /** How often all faults are gone through. */
  readonly rounds: number;
  /** Records of a stretch in the consumers. */
  readonly stretch: number;
  readonly tell: (line: string) => void;
}

export interface FaultRunResult {
  readonly sent: number;
  readonly expectedIds: string[];
  readonly expectedOpen: string[];
  readonly totals: Awaited<ReturnType<typeof intakeTotals>>;
  readonly balance: unknown;
  readonly differences: unknown[];
  readonly kills: number;
  readonly stopMillis: number;
  readonly exitCodes: (number | null)[];
  /** Everything that a replay could change, before and after one. */
  readonly before: unknown;
  readonly after: unknown;
}

const CHILD = fileURLToPath(new URL('./intake-child.mjs', import.meta.url));
const TOPIC = 'cdr.v1';
const PER_SEND = 200;
/** Without any progress; a killed consumer is missed after 6 s, a killed broker is back after 4. */
const PATIENCE_MILLIS = 60_000;

/**
 * Real broker, real database, consumers in processes of their own: everything that can be killed is killed while records come in. Faults come at
 * shares of the progress, so that a faster machine meets as many.
 */
export async function runFaults(cluster: TestCluster, run: FaultRun): Promise<FaultRunResult> {
  return withScratchDatabase(async ({ database, url }) => {
    await prepareCallLog(database);
    const clock = new BusinessClock(database);
    acceptedOrThrow(await clock.stepTo(instant('2026-11-15T00:00:00Z')));
    return new Faults(cluster, run, database, url).run(clock);
  });
}

class Faults {
  private readonly children: ChildProcess[] = [];
  private readonly traffic: RecordTraffic;
  private readonly next: () => number;
  private kills = 0;

  constructor(
    private readonly cluster: TestCluster,
    private readonly options: FaultRun,
    private readonly database: Database,
    private readonly url: string,
  ) {
    this.next = chance(options.seed);
    this.traffic = new RecordTraffic(TOPIC, this.next);
  }

  async run(clock: BusinessClock): Promise<FaultRunResult> {
    const { options } = this;
    const kafka = new kafkajs.Kafka({
      brokers: [...this.cluster.brokers],
      logLevel: kafkajs.logLevel.NOTHING,
      retry: { retries: 60, maxRetryTime: 1_000 },
    });
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: TOPIC, numPartitions: options.partitions }] });
    await admin.disconnect();
    const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    for (let n = 0; n < options.consumers; n += 1) this.children[n] = this.spawn();
    try {
      const producing = this.produce(producer);
      for (let round = 0; round < options.rounds; round += 1) await this.goThroughFaults(round);
      await producing;
      await this.untilStored(options.records);
      const stop = await this.stopAll();
      const before = await this.everything();
      const totals = await intakeTotals(this.database, TOPIC);
      const balance = await kafkaBalance(this.database, TOPIC);
      const differences = await kafkaDifferences(this.database, TOPIC);
      await this.replay(clock);
      return {
        sent: this.traffic.sent,
        expectedIds: this.traffic.expectedIds(),
        expectedOpen: this.traffic.expectedOpen(),
        totals,
        balance,
        differences,
        kills: this.kills,
        ...stop,
        before,
        after: await this.everything(),
      };
    } finally {
      for (const child of this.children) child.kill('SIGKILL');
      await producer.disconnect().catch(() => undefined);
    }
  }

  private async goThroughFaults(round: number): Promise<void> {
    const { records, rounds } = this.options;
    const faults: [string, () => Promise<void>][] = [
      ['a consumer is killed', () => this.killConsumer(round)],
      ['the database crashes', () => this.crashDatabase()],
      ['the broker is killed', () => this.killBroker()],
      ['connections to the database are cut', () => this.cutConnections()],
      ['a consumer is killed', () => this.killConsumer(round + 1)],
    ];
    for (const [index, [name, fault]] of faults.entries()) {
      const share = (round + (index + 0.5) / (faults.length + 1)) / rounds;
      await this.untilStored(Math.floor(records * share * 0.9));
      this.options.tell(`${name} at ${await this.stored()} of ${records}`);
      await fault();
    }
  }

  private async produce(producer: Producer): Promise<void> {
    const { records, partitions } = this.options;
    while (this.traffic.sent < records) {
      // Not all at once: there is always more to come when something is killed.
      while (this.traffic.sent > (await this.stored()) + records / 5) await sleep(20);
      const messages = Array.from({ length: Math.min(PER_SEND, records - this.traffic.sent) }, () => ({
        value: this.traffic.next(),
        partition: Math.floor(this.next() * partitions),
      }));
      await producer.send({ topic: TOPIC, messages, acks: -1 });
    }
  }

  private spawn(): ChildProcess {
    const { brokers } = this.cluster;
    return spawn(
      process.execPath,
      [CHILD, this.url, brokers.join(','), TOPIC, 'chaos', String(this.options.stretch)],
      { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, KAFKAJS_NO_PARTITIONER_WARNING: '1' } },
    );
  }

  private async killConsumer(which: number): Promise<void> {
    const index = which % this.options.consumers;
    const child = this.children[index];
    if (child === undefined) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
    this.kills += 1;
    this.children[index] = this.spawn();
  }

  /** kill -9 of one backend: PostgreSQL drops every connection and recovers from its log. */
  private async crashDatabase(): Promise<void> {
    const [backend] = await this.query<{ pid: number }>(
      "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND datname = current_database() AND pid <> pg_backend_pid() LIMIT 1",
    );
    if (backend === undefined) return;
    process.kill(backend.pid, 'SIGKILL');
    this.kills += 1;
  }

  private async cutConnections(): Promise<void> {
    await this.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
  }

  private async killBroker(): Promise<void> {
    const [node] = this.cluster.nodes;
    await node?.kill();
    this.kills += 1;
    await node?.start();
  }

  /** SIGTERM to all: each must be gone in time, and content. */
  private async stopAll(): Promise<{ stopMillis: number; exitCodes: (number | null)[] }> {
    const began = Date.now();
    const exits = this.children.map((child) => once(child, 'exit') as Promise<[number | null]>);
    for (const child of this.children) child.kill('SIGTERM');
    const exitCodes = (await Promise.all(exits)).map(([code]) => code);
    return { stopMillis: Date.now() - began, exitCodes };
  }

  /** Reads everything again with one consumer. */
  private async replay(clock: BusinessClock): Promise<void> {
    this.options.tell('everything is read again');
    const store = new EventStore(this.database, new EventRegistry(intakeEvents));
    acceptedOrThrow(
      await new ReplayTopicHandler(this.database, store, clock).execute(
        new ReplayTopic({ topic: TOPIC, reason: 'a replay changes nothing', by: 'test' }),
      ),
    );
    this.children[0] = this.spawn();
    await this.untilStored(this.options.records);
    this.children.splice(1);
    await this.stopAll();
  }

  private async everything(): Promise<unknown> {
    const [digests] = await this.query(
      `SELECT (SELECT md5(string_agg(c::text, ',' ORDER BY call_key)) FROM cdr.call_record c) AS calls,
         (SELECT md5(string_agg(u::text, ',' ORDER BY account_id, day, class)) FROM usage.current u) AS usage,
         (SELECT md5(string_agg(q.id || q.code || q.status, ',' ORDER BY q.id)) FROM ingest.quarantine q) AS quarantine,
         (SELECT md5(string_agg(o::text, ',' ORDER BY call_key)) FROM cdr.open_call o) AS open,
         (SELECT md5(string_agg(r::text, ',' ORDER BY topic, kafka_partition, day, source)) FROM ingest.read_count r) AS read,
         (SELECT md5(string_agg(k::text, ',' ORDER BY bucket, topic, kafka_partition, day, source)) FROM cdr.kafka_count k) AS fates`,
    );
    return digests;
  }

  /** As long as there is progress, however slow the machine is. */
  private async untilStored(records: number): Promise<void> {
    let stored = await this.stored();
    let patience = Date.now() + PATIENCE_MILLIS;
    while (stored < records) {
      await sleep(20);
      const now = await this.stored();
      if (now !== stored) patience = Date.now() + PATIENCE_MILLIS;
      stored = now;
      if (Date.now() < patience) continue;
      const partitions = await this.query(
        'SELECT kafka_partition, low_water, high_water, pin_to, stopped_code, moved_at FROM ingest.kafka_partition ORDER BY 1',
      );
      throw new Error(`Stored are ${stored}, not ${records}: ${JSON.stringify(partitions)}`);
    }
  }

  private async stored(): Promise<number> {
    const [row] = await this.query<{ stored: number }>(
      'SELECT coalesce(sum(low_water), 0)::bigint AS stored FROM ingest.kafka_partition WHERE topic = $1',
      [TOPIC],
    );
    return row?.stored ?? 0;
  }

  /** Our own connection is cut, too. */
  private async query<Row>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.database.query<Row>(sql, values);
      } catch (error) {
        if (attempt >= 200) throw error;
        await sleep(50);
      }
    }
  }
}
