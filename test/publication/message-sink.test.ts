import { randomUUID } from 'node:crypto';
import { createTopics } from '#publication/kafka/topics.js';
import { KafkaSink } from '#publication/kafka/kafka-sink.js';
import type { MessageSink, OutgoingMessage } from '#publication/message-sink.js';
import { InMemorySink } from '#publication/testing/in-memory-sink.js';
import { readTopic } from '../kafka/read-topic.js';
import { type TestCluster, describeWithKafka, startCluster } from '../kafka/test-cluster.js';

const message = (key: string, n: number): OutgoingMessage => ({
  key,
  headers: { ce_id: `${key}-${n}`, 'content-type': 'application/json' },
  value: JSON.stringify({ n, sign: '€' }),
});

interface SinkUnderTest {
  readonly sink: MessageSink;
  received(): Promise<readonly OutgoingMessage[]>;
}

/** What every sink has to do; the publisher rests on it. */
function itIsAMessageSink(make: () => Promise<SinkUnderTest>): void {
  let tested: SinkUnderTest;
  beforeEach(async () => {
    tested = await make();
  });
  afterEach(() => tested.sink.close());

  it('takes messages whole: key, headers and value', async () => {
    await tested.sink.send([message('A1', 1)]);
    expect(await tested.received()).toMatchObject([message('A1', 1)]);
  });

  it('keeps the order of each key, within a send and across sends', async () => {
    const keys = Array.from({ length: 30 }, (_unused, n) => `A${n}`);
    for (const part of [0, 1, 2]) {
      await tested.sink.send([1, 2, 3].flatMap((n) => keys.map((key) => message(key, part * 3 + n))));
    }
    const received = await tested.received();
    for (const key of keys) {
      const ids = received.filter((one) => one.key === key).map(({ headers }) => headers['ce_id']);
      expect(ids).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => `${key}-${n}`));
    }
  });

  it('gives up when it is told to', async () => {
    const signal = AbortSignal.abort();
    await expect(tested.sink.send([message('A1', 1)], signal)).rejects.toMatchObject({
      name: 'NotAcknowledged',
    });
  });

  it('takes nothing after it was closed', async () => {
    await tested.sink.close();
    await expect(tested.sink.send([message('A1', 1)])).rejects.toMatchObject({ name: 'NotAcknowledged' });
    expect(await tested.received()).toEqual([]);
  });
}

describe('a topic in memory', () => {
  itIsAMessageSink(() => {
    const sink = new InMemorySink();
    return Promise.resolve({ sink, received: () => Promise.resolve(sink.received) });
  });
});

describeWithKafka('a topic of Kafka', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await startCluster();
  }, 120_000);
  afterAll(() => cluster.stop());

  itIsAMessageSink(async () => {
    const topic = `sink-${randomUUID()}`;
    const { brokers } = cluster;
    await createTopics({ brokers, topics: [topic], partitions: 12 });
    return {
      sink: new KafkaSink({ brokers, topic }),
      received: () => readTopic(brokers, topic),
    };
  });

  it('puts a key where Java puts it: murmur2 over the bytes, modulo the partitions', async () => {
    const topic = `sink-${randomUUID()}`;
    const { brokers } = cluster;
    await createTopics({ brokers, topics: [topic], partitions: 12 });
    const sink = new KafkaSink({ brokers, topic });
    const keys = ['A10017', 'A1', 'zaak-é', 'b.2_c'];
    await sink.send(keys.map((key) => message(key, 1)));
    await sink.close();
    const found = Object.fromEntries(
      (await readTopic(brokers, topic)).map((one) => [one.key, one.partition]),
    );
    expect(found).toEqual(Object.fromEntries(keys.map((key) => [key, (murmur2(key) & 0x7fffffff) % 12])));
  });
});

/** Written from the definition in Kafka's own client, independently of the one in kafkajs. */
function murmur2(key: string): number {
  const data = Buffer.from(key);
  const m = 0x5bd1e995;
  let h = 0x9747b28c ^ data.length;
  let at = 0;
  for (; at + 4 <= data.length; at += 4) {
    let k = Math.imul(data.readInt32LE(at), m);
    k = Math.imul(k ^ (k >>> 24), m);
    h = Math.imul(h, m) ^ k;
  }
  const rest = data.length - at;
  if (rest > 2) h ^= (data[at + 2] ?? 0) << 16;
  if (rest > 1) h ^= (data[at + 1] ?? 0) << 8;
  if (rest > 0) h = Math.imul(h ^ (data[at] ?? 0), m);
  h = Math.imul(h ^ (h >>> 13), m);
  return h ^ (h >>> 15);
}
