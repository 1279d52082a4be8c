import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectRoot } from '#platform/database/migrations.js';
import { type TestDatabase, createTestDatabase } from '#platform/testing/test-database.js';
import { idsByKey, readTopic } from '../kafka/read-topic.js';
import { type TestCluster, describeWithKafka, startCluster } from '../kafka/test-cluster.js';
import { appendFindings, expectedIds, fairUseStore } from './case-feed.js';

const PATIENCE_MILLIS = 40_000;

describeWithKafka(
  'the publisher as it is deployed',
  () => {
    const directory = mkdtempSync(join(tmpdir(), 'fairline-publisher-'));
    let cluster: TestCluster;
    let test: TestDatabase;
    const children: ChildProcess[] = [];
    beforeAll(async () => {
      if (!existsSync(join(projectRoot(), 'dist', 'apps')))
        throw new Error('This test runs the build. Run "npm run build" first.');
      cluster = await startCluster({ own: true });
      test = await createTestDatabase();
    }, 120_000);
    afterAll(async () => {
      for (const child of children) child.kill('SIGKILL');
      await test.drop();
      await cluster.stop();
      rmSync(directory, { recursive: true, force: true });
    });

    function run(program: string, args: readonly string[], settings: Record<string, string>) {
      const child = spawn(
        process.execPath,
        [join(projectRoot(), 'dist', 'apps', program, 'main.js'), ...args],
        {
          env: { PATH: process.env['PATH'], FAIRLINE_DATA_DIR: directory, ...settings },
          stdio: ['ignore', 'pipe', 'pipe'],
        },
      );
      children.push(child);
      const ended = Promise.all([once(child, 'exit'), text(child.stdout), text(child.stderr)]).then(
        ([[code], stdout, stderr]: [unknown[], string, string]) => ({ code, stdout, stderr }),
      );
      return { child, ended };
    }
    const kafka = () => ({ KAFKA_BROKERS: cluster.brokers.join(',') });

    it('has its topics made by a command, which makes nothing twice', async () => {
      const topics = ['cdr.v1', 'fair-use.v1', 'enforcement.v1', 'notice.v1', 'invoice.v1'];
      const first = await run('fairline', ['kafka', 'create-topics', '--json'], kafka()).ended;
      expect(first).toMatchObject({
        code: 0,
        stdout: `${JSON.stringify({ created: topics, existing: [] })}\n`,
      });
      const second = await run('fairline', ['kafka', 'create-topics', '--json'], kafka()).ended;
      expect(JSON.parse(second.stdout)).toEqual({ created: [], existing: topics });
      const replicas = ['kafka', 'create-topics', '--replication-factor', '101'];
      expect(await run('fairline', replicas, kafka()).ended).toMatchObject({ code: 2 });
    });

    it('publishes what is decided, says how far it is, and ends within 10 s of SIGTERM with exit code 0', async () => {
      const store = fairUseStore(test.database);
      await appendFindings(store, 5, 0);
      const { child, ended } = run('publisher', [], { ...kafka(), DATABASE_URL: test.url });
      const checkpoint = async () =>
        (
          await test.database.query<{ position: number }>(
            "SELECT position FROM es.checkpoint WHERE subscription = 'publisher-fair-use.v1'",
          )
        )[0]?.position;
      const deadline = performance.now() + PATIENCE_MILLIS;
      while ((await checkpoint()) !== 5 && performance.now() < deadline) await sleep(50);
      child.kill('SIGTERM');
      const { code, stderr } = await ended;
      expect(stderr).toContain('is up; health on');
      expect(code).toBe(0);
      expect(idsByKey(await readTopic(cluster.brokers, 'fair-use.v1'))).toEqual(await expectedIds(store));
    }, 60_000);

    it('without KAFKA_BROKERS ends with a sentence that says what to set', async () => {
      const { code, stderr } = await run('publisher', [], { DATABASE_URL: test.url }).ended;
      expect([code, stderr]).toEqual([2, expect.stringContaining('KAFKA_BROKERS is not set. Set it to')]);
    });

    it('is not run by commands: one without a broker does not wait for it', async () => {
      const unreachable = { KAFKA_BROKERS: '127.0.0.1:1', DATABASE_URL: test.url };
      const asked = await run('fairline', ['fair-use', 'cases', '--json'], unreachable).ended;
      expect(asked.stderr).not.toMatch(/kafka/i);
      const created = await run('fairline', ['kafka', 'create-topics'], unreachable).ended;
      expect(created).toMatchObject({
        code: 3,
        stderr: expect.stringContaining('Kafka at 127.0.0.1:1 does not answer'),
      });
    });
  },
  { own: true },
);
