import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { RefusedError, refused } from '#outcome/outcome.js';
import { type PostgresBinaries, locateBinaries } from './binaries.js';
import { Attendance, isAlive, withDirectoryLock } from './directory-lock.js';
import { type RunAs, chooseRunAs, run } from './run-as.js';

/** A running PostgreSQL that belongs to a data directory; whoever leaves it last stops it. */
export interface EmbeddedPostgres {
  readonly url: string;
  release(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  readonly dataDirectory: string;
  /** False only in tests: they survive a killed process, not a power cut. */
  readonly durable?: boolean;
}

const USER = 'fairline';
const DATABASE = 'fairline';
const MAJOR_VERSION = '18';
const START_ATTEMPTS = 3;

/**
 * Attaches to the PostgreSQL of a data directory and starts it if it does not run. Several processes can share it
 * (a command beside `fairline start`); a process that was killed leaves the server running, and the next one attaches.
 * @throws RefusedError when the directory can't be used
 */
export async function attachEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const binaries = locateBinaries();
  prepareDirectory(options.dataDirectory);
  const runAs = runAsFor(options.dataDirectory, binaries);
  const attendance = new Attendance(options.dataDirectory);
  const url = await withDirectoryLock(options.dataDirectory, async () => {
    const cluster = join(options.dataDirectory, 'postgres');
    if (!existsSync(cluster)) await initialise(options.dataDirectory, binaries, runAs);
    assertVersion(cluster);
    const port = (await runningPort(cluster)) ?? (await start(cluster, options, binaries, runAs));
    const password = readFileSync(join(options.dataDirectory, 'postgres.password'), 'utf8').trim();
    attendance.enter();
    return ensureDatabase(`postgres://${USER}:${password}@127.0.0.1:${port}`);
  });
  let released = false;
  return {
    url,
    release: async () => {
      if (released) return;
      released = true;
      await withDirectoryLock(options.dataDirectory, async () => {
        attendance.leave();
        if (attendance.others().length > 0) return;
        await run(runAs, binaries.pgCtl, [
          '-D',
          join(options.dataDirectory, 'postgres'),
          '-m',
          'fast',
          '-w',
          'stop',
        ]);
      });
    },
  };
}

function prepareDirectory(dataDirectory: string): void {
  try {
    mkdirSync(dataDirectory, { recursive: true });
    writeFileSync(join(dataDirectory, 'writable'), '');
  } catch (error) {
    throw new RefusedError(
      refused(
        'data-directory-unusable',
        `${dataDirectory} can't be written (${(error as Error).message}). Set FAIRLINE_DATA_DIR to a directory of yours.`,
      ).refusal,
    );
  }
}

/** An existing cluster is run by its owner; PostgreSQL accepts nobody else. */
function runAsFor(dataDirectory: string, binaries: PostgresBinaries): RunAs {
  const cluster = join(dataDirectory, 'postgres');
  if (process.getuid?.() === 0 && existsSync(cluster)) {
    const { uid, gid } = statSync(cluster);
    if (uid !== 0) return { command: (program, args) => [program, args], identity: { uid, gid } };
  }
  return chooseRunAs([dataDirectory, join(binaries.pgCtl, '..')]);
}

/** Built beside and moved into place, so that a killed start leaves no half cluster. */
async function initialise(dataDirectory: string, binaries: PostgresBinaries, runAs: RunAs): Promise<void> {
  const building = join(dataDirectory, 'postgres.new');
  const passwordFile = join(dataDirectory, 'postgres.password');
  rmSync(building, { recursive: true, force: true });
  mkdirSync(building, { mode: 0o700 });
  writeFileSync(passwordFile, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600 });
  if (runAs.identity !== undefined) {
    chownSync(building, runAs.identity.uid, runAs.identity.gid);
    chownSync(passwordFile, runAs.identity.uid, runAs.identity.gid);
  }
  const result = await run(runAs, binaries.initdb, [
    '-D',
    building,
    '-U',
    USER,
    '--auth=scram-sha-256',
    `--pwfile=${passwordFile}`,
    '--encoding=UTF8',
    '--locale=C',
    '--no-sync',
    '--no-instructions',
  ]);
  if (result.status !== 0) {
    throw new RefusedError(
      refused(
        'embedded-postgres-failed',
        `The embedded PostgreSQL could not be set up in ${building}: ${lastLine(result.output)}`,
        result.output,
      ).refusal,
    );
  }
  renameSync(building, join(dataDirectory, 'postgres'));
}

function assertVersion(cluster: string): void {
  const version = readFileSync(join(cluster, 'PG_VERSION'), 'utf8').trim();
  if (version === MAJOR_VERSION) return;
  throw new RefusedError(
    refused(
      'data-directory-version',
      `${cluster} was made by PostgreSQL ${version}; this Fairline brings ${MAJOR_VERSION}. Move the data with pg_dump, or set FAIRLINE_DATA_DIR to another directory.`,
    ).refusal,
  );
}

/**
 * The port in `postmaster.pid` of a server that runs; its eighth line says `ready` once it takes connections. The file stays behind when a
 * server is killed. Its process number then may be somebody else's (after a restart of a container it often is), or of a dead
 * process that nobody has buried (a container without an init): PostgreSQL would not start beside either.
 */
async function runningPort(cluster: string): Promise<number | undefined> {
  const file = join(cluster, 'postmaster.pid');
  if (!existsSync(file)) return undefined;
  const lines = readFileSync(file, 'utf8').split('\n');
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  if (!isAlive(pid)) return undefined;
  if (lines[7]?.trim() === 'ready' && Number.isInteger(port) && (await answers(port))) return port;
  if (isNoServer(pid)) writeFileSync(file, [NOBODYS_PROCESS, ...lines.slice(1)].join('\n'));
  return undefined;
}

/**
 * Above every process number. The file is not removed: by its other lines PostgreSQL sees whether processes of the killed server
 * still have its shared memory, and then does not start either.
 */
const NOBODYS_PROCESS = 2_147_483_646;

/** Another program, or a dead process that waits for its parent. Known on Linux only; elsewhere PostgreSQL decides, and says so. */
function isNoServer(pid: number): boolean {
  try {
    const [, name, state] = /^\d+ \((.*)\) (\S)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    return name !== undefined && (name !== 'postgres' || state === 'Z');
  } catch {
    return false;
  }
}

async function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: 5_000 });
    const settle = (answered: boolean) => {
      socket.destroy();
      resolve(answered);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
    socket.once('timeout', () => settle(false));
  });
}

async function start(
  cluster: string,
  options: EmbeddedPostgresOptions,
  binaries: PostgresBinaries,
  runAs: RunAs,
): Promise<number> {
  const log = join(cluster, 'server.log');
  let output = '';
  for (let attempt = 1; attempt <= START_ATTEMPTS; attempt += 1) {
    const port = await freePort();
    const settings = serverSettings(port, options.durable ?? true);
    const result = await run(runAs, binaries.pgCtl, [
      '-D',
      cluster,
      '-l',
      log,
      '-w',
      '-t',
      '120',
      '-o',
      settings,
      'start',
    ]);
    if (result.status === 0) return port;
    output = result.output;
    // Processes of a server that was killed need a moment to see it.
    await sleep(250 * attempt);
  }
  const reason = existsSync(log) ? lastLine(readFileSync(log, 'utf8')) : lastLine(output);
  throw new RefusedError(
    refused(
      'embedded-postgres-failed',
      `The embedded PostgreSQL of ${cluster} does not start: ${reason} (see ${log})`,
    ).refusal,
  );
}

/** Sized for a laptop beside its clients; `DATABASE_URL` is for everything bigger. */
function serverSettings(port: number, durable: boolean): string {
  const settings: Record<string, string | number> = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    max_connections: 100,
    shared_buffers: '256MB',
    work_mem: '32MB',
    maintenance_work_mem: '128MB',
    max_wal_size: '4GB',
    checkpoint_timeout: '15min',
    wal_level: 'minimal',
    max_wal_senders: 0,
    jit: 'off',
    fsync: durable ? 'on' : 'off',
    ...(durable ? {} : { full_page_writes: 'off', synchronous_commit: 'off' }),
  };
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}='${value}'`)
    .join(' ');
}

async function ensureDatabase(server: string): Promise<string> {
  const client = new pg.Client({ connectionString: `${server}/postgres` });
  await client.connect();
  try {
    const found = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end();
  }
  return `${server}/${DATABASE}`;
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === 'object' && address !== null
          ? resolve(address.port)
          : reject(new Error('no free port')),
      );
    });
  });
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
