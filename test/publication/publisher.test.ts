import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Kafka, logLevel } from 'kafkajs';
import { readinessOf } from '#apps/health.js';
import type { EventStore } from '#event-store/event-store.js';
import { SubscriptionRunner } from '#event-store/subscription.js';
import { fairUsePublication } from '#fair-use/publish/fair-use-publication.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import { projectRoot } from '#platform/database/migrations.js';
import { type TestDatabase, createTestDatabase } from '#platform/testing/test-database.js';
import { KafkaSink, type KafkaSinkOptions } from '#publication/kafka/kafka-sink.js';
import { createTopics, missingTopics } from '#publication/kafka/topics.js';
import { TopicPublisher } from '#publication/topic-publisher.js';
import { idsByKey, readTopic, withoutRepeats } from '../kafka/read-topic.js';
import { type TestCluster, describeWithKafka, startCluster } from '../kafka/test-cluster.js';
import { MessageCheck, checkedInDocument } from './async-api-document.js';
import { appendFindings, expectedIds, fairUseStore } from './case-feed.js';

const ACCOUNTS = 12;
const CHILD = fileURLToPath(new URL('./publish-child.mjs', import.meta.url));

describeWithKafka(
  'the publisher on a real broker',
  () => {
    let cluster: TestCluster;
    let test: TestDatabase;
    let store: EventStore;
    let topic: string;
    const sinks: KafkaSink[] = [];
    const children: ChildProcess[] = [];
    const runners: SubscriptionRunner[] = [];
    beforeAll(async () => {
      if (!existsSync(join(projectRoot(), 'dist', 'libs')))
        throw new Error('This test runs the build. Run "npm run build" first.');
      cluster = await startCluster({ own: true });
    }, 120_000);
    afterAll(() => cluster.stop());
    beforeEach(async () => {
      jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
      test = await createTestDatabase();
      store = fairUseStore(test.database);
      topic = `fair-use-${randomUUID()}`;
    });
    afterEach(async () => {
      jest.restoreAllMocks();
      await Promise.all(runners.splice(0).map((runner) => runner.stop()));
      await Promise.all(sinks.splice(0).map((sink) => sink.close()));
      for (const child of children.splice(0)) child.kill('SIGKILL');
      await test.drop();
    });

    const create = () => createTopics({ brokers: cluster.brokers, topics: [topic], partitions: 6 });
    const runnerOf = (options: Partial<KafkaSinkOptions> = {}) => {
      const sink = new KafkaSink({ brokers: cluster.brokers, topic, ...options });
      sinks.push(sink);
      const publisher = new TopicPublisher(fairUsePublication, sink);
      const runner = new SubscriptionRunner(store, test.database, [publisher]);
      runners.push(runner);
      return runner;
    };
    const append = async (rounds: number, from = 0) => {
      for (let round = from; round < from + rounds; round += 1) await appendFindings(store, ACCOUNTS, round);
    };
    const until = async (holds: () => boolean, patienceMillis = 40_000) => {
      const deadline = performance.now() + patienceMillis;
      while (!holds() && performance.now() < deadline) await sleep(20);
      expect(holds()).toBe(true);
    };

    it("sends exactly the events' messages, each once, in order per account, as the document describes them", async () => {
      await create();
      await append(4);
      await runnerOf().drain();
      const received = await readTopic(cluster.brokers, topic);
      expect(idsByKey(received)).toEqual(await expectedIds(store));
      expect(received).toHaveLength(4 * ACCOUNTS);
      const check = new MessageCheck(checkedInDocument());
      expect(received.flatMap((message) => check.problemsOf('fair-use.v1', message))).toEqual([]);
    });

    it('goes on where it was: what was sent is not sent again', async () => {
      await create();
      await append(2);
      await runnerOf().drain();
      await append(2, 2);
      await runnerOf().drain();
      expect(idsByKey(await readTopic(cluster.brokers, topic))).toEqual(await expectedIds(store));
    });

    /** @returns the signal that ended it; null when it came to its end */
    async function publishInChild(
      killAt: 'acknowledged' | 'sending' | 'never',
      { afterPages = 1, delayMillis = 0 } = {},
    ): Promise<NodeJS.Signals | null> {
      const hang = killAt === 'acknowledged' ? String(afterPages) : '0';
      const child = spawn(process.execPath, [CHILD, test.url, cluster.brokers.join(','), topic, '10', hang], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      children.push(child);
      const exited = once(child, 'exit');
      let pages = 0;
      for await (const line of createInterface({ input: child.stdout })) {
        if (line === 'sending') pages += 1;
        if (line === killAt && pages === afterPages) {
          await sleep(delayMillis);
          child.kill('SIGKILL');
        }
      }
      const [, signal] = (await exited) as [number | null, NodeJS.Signals | null];
      return signal;
    }

    it('killed with kill -9 in the middle of its sends, loses nothing; repeats have the same ids, and without them the order holds', async () => {
      await create();
      await append(10);
      const ends = [
        // Acknowledged by the broker, not yet by the checkpoint: this page comes again for certain.
        await publishInChild('acknowledged', { afterPages: 3 }),
        await publishInChild('sending', { afterPages: 2, delayMillis: 1 }),
        await publishInChild('sending', { afterPages: 2, delayMillis: 4 }),
        await publishInChild('never'),
      ];
      expect(ends).toEqual(['SIGKILL', 'SIGKILL', 'SIGKILL', null]);
      const received = await readTopic(cluster.brokers, topic);
      expect(received.length).toBeGreaterThanOrEqual(10 * ACCOUNTS + 10);
      expect(idsByKey(withoutRepeats(received))).toEqual(await expectedIds(store));
      const texts = new Map<string, string>();
      for (const { headers, value } of received) {
        const text = JSON.stringify([headers, value]);
        expect(texts.get(headers['ce_id'] ?? '') ?? text).toBe(text);
        texts.set(headers['ce_id'] ?? '', text);
      }
    }, 60_000);

    it('stands still visibly while the broker is away, and goes on by itself when it is back', async () => {
      await create();
      const runner = runnerOf({ retries: 1, requestTimeoutMillis: 1_000 });
      runner.start({ pollMillis: 20, longestPauseMillis: 100 });
      await append(1);
      await until(() => runner.status()[0]?.position === ACCOUNTS);
      await cluster.nodes[0]?.kill();
      await append(2, 1);
      await until(() => runner.status()[0]?.stopped === true);
      const away = await readinessOf({ database: test.database, runner });
      expect(away).toMatchObject({
        ready: false,
        reasons: [expect.stringMatching(/stands still at position 12: Kafka .* did not take messages of/)],
        subscriptions: [{ name: 'publisher-fair-use.v1', lag: { events: 2 * ACCOUNTS } }],
      });
      await cluster.nodes[0]?.start();
      await until(() => runner.status()[0]?.position === 3 * ACCOUNTS);
      expect(await readinessOf({ database: test.database, runner })).toMatchObject({
        ready: true,
        subscriptions: [{ lastError: null, lag: { events: 0, seconds: 0 } }],
      });
      await runner.stop();
      expect(idsByKey(withoutRepeats(await readTopic(cluster.brokers, topic)))).toEqual(
        await expectedIds(store),
      );
    }, 60_000);

    it('says which topic is missing and how to create it, and goes on once it is there', async () => {
      expect(await missingTopics({ brokers: cluster.brokers, topics: [topic] })).toEqual([topic]);
      await append(1);
      const runner = runnerOf();
      await expect(runner.drain()).rejects.toThrow(
        `The topic ${topic} does not exist. Create it with "fairline kafka create-topics".`,
      );
      expect(acceptedOrThrow(await create())).toEqual({ created: [topic], existing: [] });
      expect(acceptedOrThrow(await create())).toEqual({ created: [], existing: [topic] });
      await runner.drain();
      expect(await readTopic(cluster.brokers, topic)).toHaveLength(ACCOUNTS);
    });

    it('takes a new producer for a topic that was deleted and made anew', async () => {
      await create();
      await append(1);
      const runner = runnerOf({ retries: 1 });
      await runner.drain();
      const admin = new Kafka({ brokers: [...cluster.brokers], logLevel: logLevel.NOTHING }).admin();
      await admin.connect();
      await admin.deleteTopics({ topics: [topic] });
      await admin.disconnect();
      await append(1, 1);
      await expect(runner.drain()).rejects.toThrow(/did not take|does not exist/);
      await create();
      await runner.drain();
      expect(await readTopic(cluster.brokers, topic)).toHaveLength(ACCOUNTS);
    });
  },
  { own: true },
);
