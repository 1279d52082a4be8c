import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, Partitioners, logLevel } from 'kafkajs';
import { acceptedOrThrow } from '#outcome/outcome.js';
import { KafkaSink } from '#publication/kafka/kafka-sink.js';
import { createTopics } from '#publication/kafka/topics.js';
import type { MessageSink, OutgoingMessage } from '#publication/message-sink.js';
import { idsByKey, readTopic, withoutRepeats } from '../kafka/read-topic.js';
import type { TestCluster } from '../kafka/test-cluster.js';

const PARTITIONS = 12;
const REPLICAS = 3;
const ACCOUNTS = 120;
const ISR_PATIENCE_MILLIS = 60_000;
/** Between two events of the test, so that sends are in flight when a node dies. */
const SETTLE_MILLIS = 300;

export interface BrokerKills {
  readonly acknowledged: number;
  /** Acknowledged, and not in the log. */
  readonly lost: number;
  /** In the log more than once. */
  readonly repeats: number;
  /** Accounts whose messages, without repeats and losses, are not in the order in which they were sent. */
  readonly outOfOrder: number;
  /** Why sends were given up and repeated, as the feed repeats a page. */
  readonly failedSends: readonly string[];
}

/** What the test compares with: kafkajs as it comes, whose answer nobody reads. */
export function plainSink(brokers: readonly string[], topic: string): MessageSink {
  const producer = new Kafka({
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    retry: { retries: 60 },
  }).producer({
    idempotent: true,
    maxInFlightRequests: 1,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  let connected: Promise<void> | undefined;
  return {
    send: async (messages) => {
      connected ??= producer.connect();
      await connected;
      await producer.send({
        topic,
        acks: -1,
        messages: messages.map(({ key, headers, value }) => ({ key, headers: { ...headers }, value })),
      });
    },
    close: () => producer.disconnect(),
  };
}

/**
 * Sends without a pause to a topic with three replicas while the nodes of the cluster are killed with -9 one after the other, each
 * started again and awaited; then reads everything back.
 * @param makeSink default: the product's own
 */
export async function sendThroughBrokerKills(
  cluster: TestCluster,
  kills: number,
  makeSink: (brokers: readonly string[], topic: string) => MessageSink = (brokers, topic) =>
    new KafkaSink({ brokers, topic }),
): Promise<BrokerKills> {
  const { brokers } = cluster;
  const topic = `kills-${randomUUID()}`;
  acceptedOrThrow(
    await createTopics({ brokers, topics: [topic], partitions: PARTITIONS, replicationFactor: REPLICAS }),
  );
  const sink = makeSink(brokers, topic);
  const sent: OutgoingMessage[] = [];
  const killing = { done: false };
  const failedSends: string[] = [];
  const sending = (async () => {
    for (let round = 0; !killing.done; round += 1) {
      const page = Array.from({ length: ACCOUNTS }, (_unused, n) => ({
        key: `A${n}`,
        headers: { ce_id: `A${n}-${round}` },
        value: `{"round":${round}}`,
      }));
      await sendUntilTaken(sink, page, failedSends);
      sent.push(...page);
      await sleep(2);
    }
  })();
  try {
    for (let kill = 0; kill < kills; kill += 1) {
      await sleep(SETTLE_MILLIS);
      const node = cluster.nodes[kill % cluster.nodes.length];
      await node?.kill();
      await sleep(SETTLE_MILLIS);
      await node?.start();
      await allInSync(brokers, topic);
    }
  } finally {
    killing.done = true;
    await sending;
    await sink.close();
  }
  return compare(sent, await readTopic(brokers, topic), failedSends);
}

async function sendUntilTaken(
  sink: MessageSink,
  page: readonly OutgoingMessage[],
  failures: string[],
): Promise<void> {
  for (;;) {
    try {
      return await sink.send(page);
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error));
      await sleep(SETTLE_MILLIS);
    }
  }
}

function compare(
  sent: readonly OutgoingMessage[],
  log: Awaited<ReturnType<typeof readTopic>>,
  failedSends: readonly string[],
): BrokerKills {
  const unique = withoutRepeats(log);
  const present = new Set(unique.map(({ headers }) => headers['ce_id'] ?? ''));
  const arrived = sent.filter(({ headers }) => present.has(headers['ce_id'] ?? ''));
  const received = idsByKey(unique);
  const outOfOrder = [...idsByKey(arrived)].filter(
    ([key, ids]) => ids.join() !== (received.get(key) ?? []).join(),
  );
  return {
    acknowledged: sent.length,
    lost: sent.length - arrived.length,
    repeats: log.length - unique.length,
    outOfOrder: outOfOrder.length,
    failedSends,
  };
}

async function allInSync(brokers: readonly string[], topic: string): Promise<void> {
  const admin = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const deadline = performance.now() + ISR_PATIENCE_MILLIS;
  try {
    while (performance.now() < deadline) {
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
      if (topics[0]?.partitions.every(({ isr }) => isr.length === REPLICAS) === true) return;
      await sleep(100);
    }
  } finally {
    await admin.disconnect();
  }
  throw new Error(`${topic} did not get all its replicas back in ${ISR_PATIENCE_MILLIS} ms`);
}
