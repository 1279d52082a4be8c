import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs, { type Kafka, type Message, type Producer } from 'kafkajs';
import { CallIntake } from '#call-log/from-kafka/call-intake.js';
import { KafkaJsSource } from '#call-log/from-kafka/kafkajs-source.js';
import type { Database } from '#platform/database/database.js';
import { startCluster } from '../test/kafka/test-cluster.js';
import { type Bench, median, secondsOf } from './bench-result.js';
import { copyIn, copyOut, empty } from './ingest-file.js';
import { writeMadeUpCalls } from './made-up-customers.js';
import { prepareWriter, withScratchDatabase } from './scratch-fairline.js';

const CALLS = Number(process.env.FAIRLINE_BENCH_CALLS ?? 300_000);
const ROUNDS = Number(process.env.FAIRLINE_BENCH_ROUNDS ?? 3);
const PARTITIONS = Number(process.env.FAIRLINE_BENCH_PARTITIONS ?? 12);
const ASKED_RATIO = 0.5;
const PER_SEND = 2_000;
const SLOW_SECONDS = 10;
const SLOW_SENDS_A_SECOND = 20;

/**
 * From the broker to calls that are durable, rated and counted in usage, against a bare COPY of the same rows into the same table. A broker of its own,
 * or KAFKA_BROKERS. Afterwards records come at a tenth of that rate, and how long each is on its way is told.
 */
export const ingestKafkaBench: Bench = {
  name: 'ingest-kafka',
  asked: `at least ${ASKED_RATIO} of a bare COPY, and less than 400 MB`,
  meets: (result) => result.ratio >= ASKED_RATIO && result.rssMb < 400,
  run: async (tell) => {
    const cluster = await startCluster();
    try {
      return await withScratchDatabase(async ({ database, directory }) => {
        const { writer, clock } = await prepareWriter(database);
        const file = join(directory, 'calls.jsonl');
        const copied = join(directory, 'calls.copy');
        await writeMadeUpCalls(file, CALLS, 1);
        const kafka = new kafkajs.Kafka({
          brokers: [...cluster.brokers],
          logLevel: kafkajs.logLevel.NOTHING,
        });
        const topic = await makeTopic(kafka);
        const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
        await producer.connect();
        for await (const messages of messagesOf(file)) await producer.send({ topic, messages });
        const begin = (of: string) => {
          const group = `bench-${randomUUID()}`;
          const source = new KafkaJsSource({ brokers: cluster.brokers, topic: of, group });
          const intake = new CallIntake(source, database, writer, () => clock.now());
          intake.start();
          return intake;
        };
        const intakes: number[] = [];
        const copies: number[] = [];
        for (let round = 0; round < ROUNDS; round += 1) {
          await empty(database);
          const intake = begin(topic);
          // The group's joining and the first rows of the partitions are not what is measured.
          while (intake.status().received === 0) await sleep(1);
          intakes.push(CALLS / (await secondsOf(() => untilStored(database, topic, CALLS))));
          await intake.stop();
          if (round === 0) await copyOut(database, copied);
          await empty(database);
          copies.push(CALLS / (await secondsOf(() => copyIn(database, copied))));
          tell(
            `round ${round + 1}: ${Math.round(intakes[round] ?? 0)} taken in, ${Math.round(copies[round] ?? 0)} copied rows/s, ${Math.round(process.resourceUsage().maxRSS / 1024)} MB at most`,
          );
        }
        await empty(database);
        const slow = await makeTopic(kafka);
        const intake = begin(slow);
        await slowly(producer, slow, file, median(intakes) / 10, database, tell);
        await intake.stop();
        await producer.disconnect();
        return {
          value: median(intakes),
          unit: 'calls/s',
          reference: {
            what: 'rows/s of a bare COPY of the same rows into the same table',
            value: median(copies),
          },
          ratio: median(intakes.map((value, round) => value / (copies[round] ?? value))),
        };
      });
    } finally {
      await cluster.stop();
    }
  },
};

async function makeTopic(kafka: Kafka): Promise<string> {
  const topic = `bench-${randomUUID()}`;
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: PARTITIONS }] });
  await admin.disconnect();
  return topic;
}

/** Keyed by account, as contracts section 1 asks of a switch. */
async function* messagesOf(file: string, size = PER_SEND): AsyncGenerator<Message[]> {
  let messages: Message[] = [];
  for await (const line of createInterface({ input: createReadStream(file) })) {
    messages.push({ key: /"user":"(B\d+)/.exec(line)?.[1] ?? null, value: line });
    if (messages.length < size) continue;
    yield messages;
    messages = [];
  }
  if (messages.length > 0) yield messages;
}

async function untilStored(database: Database, topic: string, records: number): Promise<void> {
  while ((await storedOf(database, topic)) < records) await sleep(5);
}

async function storedOf(database: Database, topic: string): Promise<number> {
  const [row] = await database.query<{ stored: number }>(
    'SELECT coalesce(sum(low_water), 0)::bigint AS stored FROM ingest.kafka_partition WHERE topic = $1',
    [topic],
  );
  return row?.stored ?? 0;
}

/** From the moment a send begins until every record of it, and before it, is counted in usage. */
async function slowly(
  producer: Producer,
  topic: string,
  file: string,
  perSecond: number,
  database: Database,
  tell: (line: string) => void,
): Promise<void> {
  const size = Math.max(1, Math.round(perSecond / SLOW_SENDS_A_SECOND));
  const waiting: { readonly through: number; readonly at: number }[] = [];
  const latencies: number[] = [];
  let sent = 0;
  const production = new AbortController();
  const watching = (async () => {
    while (!production.signal.aborted || waiting.length > 0) {
      const stored = await storedOf(database, topic);
      while (waiting[0] !== undefined && waiting[0].through <= stored)
        latencies.push(Date.now() - (waiting.shift()?.at ?? 0));
      await sleep(2);
    }
  })();
  // The first one waits for the group and the rows of the partitions.
  await producer.send({ topic, messages: [{ value: '{}' }] });
  sent += 1;
  await untilStored(database, topic, sent);
  let sends = 0;
  for await (const messages of messagesOf(file, size)) {
    if (sends >= SLOW_SECONDS * SLOW_SENDS_A_SECOND) break;
    const at = Date.now();
    sent += messages.length;
    waiting.push({ through: sent, at });
    await producer.send({ topic, messages });
    sends += 1;
    await sleep(Math.max(0, at + 1000 / SLOW_SENDS_A_SECOND - Date.now()));
  }
  production.abort();
  await watching;
  const sorted = latencies.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
  tell(
    `at ${Math.round(perSecond)} records/s: visible after ${at(0.5)} ms (median), ${at(0.99)} ms (p99), ${at(1)} ms at most`,
  );
}
