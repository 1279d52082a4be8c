import { Kafka, logLevel } from 'kafkajs';
import { type TestCluster, describeWithKafka, startCluster } from './test-cluster.js';

describeWithKafka(
  'a broker for tests',
  () => {
    let cluster: TestCluster;
    beforeAll(async () => {
      cluster = await startCluster({ own: true });
    }, 120_000);
    afterAll(() => cluster.stop());

    it('keeps what it acknowledged through kill -9', async () => {
      const kafka = new Kafka({ brokers: [...cluster.brokers], logLevel: logLevel.NOTHING });
      const admin = kafka.admin();
      await admin.connect();
      await admin.createTopics({ topics: [{ topic: 'kept', numPartitions: 1 }] });
      const producer = kafka.producer();
      await producer.connect();
      await producer.send({ topic: 'kept', messages: [{ value: 'one' }, { value: 'two' }] });
      await cluster.nodes[0]?.kill();
      await cluster.nodes[0]?.start();
      const [offsets] = await admin.fetchTopicOffsets('kept');
      expect(offsets?.high).toBe('2');
      await producer.disconnect();
      await admin.disconnect();
    }, 300_000);
  },
  { own: true },
);
