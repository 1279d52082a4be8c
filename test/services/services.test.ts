import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectRoot } from '#platform/database/migrations.js';
import { type TestDatabase, createTestDatabase } from '#platform/testing/test-database.js';

const SERVICES = ['ingest', 'fair-use', 'billing', 'notices', 'api'];

interface Running {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly ended: Promise<number | null>;
}

describe('the deployables, as processes of the build', () => {
  const directory = mkdtempSync(join(tmpdir(), 'fairline-services-'));
  let test: TestDatabase;

  beforeAll(async () => {
    test = await createTestDatabase();
  });
  afterAll(async () => {
    rmSync(directory, { recursive: true, force: true });
    await test.drop();
  });

  const start = (app: string, args: readonly string[], environment: NodeJS.ProcessEnv): Running => {
    const child = spawn(process.execPath, [join(projectRoot(), 'dist/apps', app, 'main.js'), ...args], {
      env: {
        PATH: process.env.PATH,
        FAIRLINE_DATA_DIR: join(directory, app),
        FAIRLINE_PORT: '0',
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (part: Buffer) => (output += part.toString()));
    const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
    return { child, output: () => output, ended };
  };
  const found = async ({ output, ended }: Running, pattern: RegExp): Promise<string> => {
    const state = { over: false };
    void ended.then(() => (state.over = true));
    while (!state.over) {
      const [, match] = pattern.exec(output()) ?? [];
      if (match !== undefined) return match;
      await sleep(20);
    }
    throw new Error(`Ended before ${String(pattern)}: ${output()}`);
  };

  it('each starts against one database, reports that it is ready, and stops on a signal', async () => {
    const services = SERVICES.map((app) => start(app, [], { DATABASE_URL: test.url }));
    for (const service of services) {
      const health = await found(service, /health on (http:\S+)/);
      const answer = await fetch(health);
      expect(await answer.json()).toMatchObject({ ready: true });
      expect((await fetch(health.replace('/ready', '/live'))).status).toBe(200);
    }
    const toldAt = Date.now();
    for (const [index, { child }] of services.entries()) child.kill(index % 2 === 0 ? 'SIGTERM' : 'SIGINT');
    expect(await Promise.all(services.map(({ ended }) => ended))).toEqual(SERVICES.map(() => 0));
    // The services give up after 9 s with exit code 1, so that ending with 0 is the proof; this only names the promise.
    expect(Date.now() - toldAt).toBeLessThan(10_000);
  });

  it('a service that is older than the schema refuses with a sentence', async () => {
    await test.database.query(
      "INSERT INTO public.schema_migration (timestamp, name) VALUES (1, 'from-the-future')",
    );
    const service = start('billing', [], { DATABASE_URL: test.url });
    expect(await service.ended).toBe(1);
    await test.database.query("DELETE FROM public.schema_migration WHERE name = 'from-the-future'");
    expect(service.output()).toMatch(/^billing: .*newer Fairline.*\n$/);
  });

  it('a port that is taken is named, with the setting', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    const address = holder.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const api = start('api', [], { DATABASE_URL: test.url, FAIRLINE_PORT: String(port) });
    expect(await api.ended).toBe(1);
    expect(api.output()).toMatch(new RegExp(`api: Port ${port} of 127.0.0.1 is in use.*FAIRLINE_PORT`));
    const health = start('notices', [], { DATABASE_URL: test.url, FAIRLINE_HEALTH_PORT: String(port) });
    expect(await health.ended).toBe(1);
    expect(health.output()).toContain('FAIRLINE_HEALTH_PORT');
    await new Promise((resolve) => holder.close(resolve));
  });

  it('fairline start runs all in one process, and a command beside it leaves what follows to it', async () => {
    const fairline = start('fairline', ['start', '--json'], { DATABASE_URL: test.url });
    const url = await found(fairline, /"url":"([^"]+)"/);
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    const command = start(
      'fairline',
      ['load', 'catalogue', 'test/fixtures/examples/catalogue.yaml', '--json'],
      {
        DATABASE_URL: test.url,
      },
    );
    expect(await command.ended).toBe(0);
    expect(JSON.parse(command.output())).toMatchObject({ refused: [] });
    fairline.child.kill('SIGINT');
    expect(await fairline.ended).toBe(0);
  });
});
