import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { attachEmbeddedPostgres } from './embedded-postgres.js';

/** One cluster for all of these, made once: each test leaves it stopped. */
describe('the embedded PostgreSQL', () => {
  let dataDirectory: string;
  beforeAll(() => {
    dataDirectory = mkdtempSync(join(tmpdir(), 'fairline-embedded-'));
    chmodSync(dataDirectory, 0o755);
  });
  afterAll(() => rmSync(dataDirectory, { recursive: true, force: true }));

  const attach = () => attachEmbeddedPostgres({ dataDirectory, durable: false });
  const ask = async (url: string, sql: string): Promise<unknown> => {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows[0];
    } finally {
      await client.end();
    }
  };
  const pidFile = () => join(dataDirectory, 'postgres', 'postmaster.pid');
  const killServer = async () => {
    const pid = Number(readFileSync(pidFile(), 'utf8').split('\n')[0]);
    process.kill(pid, 'SIGKILL');
    await sleep(500);
  };

  it('started by two at once is one server', async () => {
    const [one, two] = await Promise.all([attach(), attach()]);
    expect(two.url).toBe(one.url);
    expect(await ask(one.url, 'CREATE TABLE kept AS SELECT 42 AS answer')).toBeUndefined();
    await one.release();
    await two.release().catch(() => undefined);
    expect(existsSync(pidFile())).toBe(false);
  });

  it('stopped by who leaves it last, started again has what was stored', async () => {
    const again = await attach();
    expect(await ask(again.url, 'SELECT answer FROM kept')).toEqual({ answer: 42 });
    await again.release();
  });

  it('killed is started again by who comes next', async () => {
    await attach();
    await killServer();
    const next = await attach();
    expect(await ask(next.url, 'SELECT answer FROM kept')).toEqual({ answer: 42 });
    await next.release();
  });

  it('killed, its process number taken by another program, is started again', async () => {
    await attach();
    const [, ...rest] = readFileSync(pidFile(), 'utf8').split('\n');
    await killServer();
    writeFileSync(pidFile(), [process.pid, ...rest].join('\n'));
    const next = await attach();
    expect(await ask(next.url, 'SELECT answer FROM kept')).toEqual({ answer: 42 });
    await next.release();
  });

  it('does not wait for a lock whose owner is dead', async () => {
    writeFileSync(join(dataDirectory, 'lock'), '2147483646');
    const next = await attach();
    await next.release();
  });

  it('of another major version is refused with the way out, and left alone', async () => {
    const file = join(dataDirectory, 'postgres', 'PG_VERSION');
    writeFileSync(file, '15\n');
    await expect(attach()).rejects.toMatchObject({
      refusal: {
        code: 'data-directory-version',
        message: expect.stringMatching(/made by PostgreSQL 15.*pg_dump/),
      },
    });
    writeFileSync(file, '18\n');
    const next = await attach();
    expect(await ask(next.url, 'SELECT answer FROM kept')).toEqual({ answer: 42 });
    await next.release();
  });

  it('in a directory that is none is refused with the way out', async () => {
    const file = join(dataDirectory, 'a-file');
    writeFileSync(file, '');
    await expect(attachEmbeddedPostgres({ dataDirectory: file })).rejects.toMatchObject({
      refusal: {
        code: 'data-directory-unusable',
        message: expect.stringMatching(/can't be written.*FAIRLINE_DATA_DIR/),
      },
    });
  });
});
