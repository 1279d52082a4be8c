import { randomUUID } from 'node:crypto';
import kafkajs, { type Kafka, type Producer } from 'kafkajs';
import { KafkaJsSource } from '#call-log/from-kafka/kafkajs-source.js';
import { registerCodecs } from '#call-log/from-kafka/codecs.js';
import type { RecordSink } from '#call-log/from-kafka/call-record-source.js';
import { InMemorySource, InMemoryTopic } from '#call-log/from-kafka/testing/in-memory-source.js';
import { type SourceWorld, sourceContract } from './source-contract.js';
import { type TestCluster, describeWithKafka, startCluster } from './test-cluster.js';

describe('a source in memory', () => {
  sourceContract(() => {
    const topic = new InMemoryTopic('contract', 1);
    return Promise.resolve({
      append: (values) => {
        for (const value of values) topic.partitions[0]?.append(Buffer.from(value));
        return Promise.resolve();
      },
      source: () => Promise.resolve(new InMemorySource(topic)),
      assign: (source) => source instanceof InMemorySource && source.assign([0]),
    } satisfies SourceWorld);
  });
});

describeWithKafka('a source over kafkajs', () => {
  let cluster: TestCluster;
  let kafka: Kafka;
  let producer: Producer;
  const started: KafkaJsSource[] = [];
  beforeAll(async () => {
    process.env.KAFKAJS_NO_PARTITIONER_WARNING = '1';
    cluster = await startCluster();
    registerCodecs();
    kafka = new kafkajs.Kafka({ brokers: [...cluster.brokers], logLevel: kafkajs.logLevel.NOTHING });
    producer = kafka.producer();
    await producer.connect();
  }, 120_000);
  afterAll(async () => {
    await producer.disconnect();
    await cluster.stop();
  });

  const makeTopic = async (configEntries: { name: string; value: string }[] = []) => {
    const topic = `contract-${randomUUID()}`;
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic, numPartitions: 1, configEntries }] });
    await admin.disconnect();
    return topic;
  };
  const sourceOf = (topic: string) => {
    const source = new KafkaJsSource({ brokers: cluster.brokers, topic, group: `group-${randomUUID()}` });
    started.push(source);
    return source;
  };

  sourceContract(async () => {
    const topic = await makeTopic();
    return {
      append: async (values) => {
        await producer.send({ topic, messages: values.map((value) => ({ value, partition: 0 })) });
      },
      source: () => Promise.resolve(sourceOf(topic)),
    };
  });

  const readAll = async (topic: string, count: number): Promise<string[]> => {
    const source = sourceOf(topic);
    const values: string[] = [];
    await new Promise<void>((resolve, reject) => {
      const sink: RecordSink = {
        assigned: () => undefined,
        revoked: () => undefined,
        troubled: () => undefined,
        failed: reject,
        records: (batch) => {
          values.push(...batch.records.map((record) => record.value?.toString() ?? ''));
          if (values.length >= count) resolve();
          return Promise.resolve();
        },
      };
      source.start(sink).catch(reject);
    }).finally(() => source.stop());
    return values;
  };

  const VALUES = Array.from(
    { length: 500 },
    (_unused, n) => `{"id": "record-${n}", "filler": "aaaaaaaaaaaaaaaa"}`,
  );

  it.each(['gzip', 'snappy', 'lz4', 'zstd'])(
    'reads what the broker compresses with %s as Java does',
    async (codec) => {
      const topic = await makeTopic([{ name: 'compression.type', value: codec }]);
      await producer.send({ topic, messages: VALUES.map((value) => ({ value })) });
      expect(await readAll(topic, VALUES.length)).toEqual(VALUES);
    },
  );

  it.each([
    ['gzip', kafkajs.CompressionTypes.GZIP],
    ['snappy', kafkajs.CompressionTypes.Snappy],
    ['lz4', kafkajs.CompressionTypes.LZ4],
  ] as const)('reads what a producer compresses with %s', async (_name, compression) => {
    const topic = await makeTopic();
    await producer.send({ topic, compression, messages: VALUES.map((value) => ({ value })) });
    expect(await readAll(topic, VALUES.length)).toEqual(VALUES);
  });

  it('fails for good, with a remedy, on a codec that it does not know', async () => {
    const topic = await makeTopic([{ name: 'compression.type', value: 'lz4' }]);
    await producer.send({ topic, messages: [{ value: 'x'.repeat(1000) }] });
    const { CompressionCodecs, CompressionTypes } = kafkajs;
    const source = sourceOf(topic);
    const known = CompressionCodecs[CompressionTypes.LZ4];
    Reflect.set(CompressionCodecs, CompressionTypes.LZ4, notImplemented);
    try {
      const error = await new Promise<Error>((resolve, reject) => {
        source
          .start({
            assigned: () => undefined,
            revoked: () => undefined,
            troubled: reject,
            failed: resolve,
            records: () => Promise.resolve(),
          })
          .catch(reject);
      });
      expect(error.message).toMatch(/compresses in a way that is not understood .*set the producer/);
    } finally {
      CompressionCodecs[CompressionTypes.LZ4] = known;
      await source.stop();
    }
  });
});

/** As kafkajs itself says it of a codec that nobody registered. */
function notImplemented(): never {
  const error = new Error('LZ4 compression not implemented');
  error.name = 'KafkaJSNotImplemented';
  throw error;
}
