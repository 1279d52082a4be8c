import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { Database, type DatabaseOptions } from '../database/database.js';
import { migrate } from '../database/migrations.js';
import { attachEmbeddedPostgres } from '../embedded-postgres/embedded-postgres.js';
import { assertOneKindPerTransaction } from './transaction-kinds.js';

/** A database of its own for one test file, on the PostgreSQL of the test run, migrated. */
export interface TestDatabase {
  readonly database: Database;
  readonly url: string;
  /** Further connections to the same database, with the same check before each commit. */
  connect(options?: Partial<DatabaseOptions>): Promise<Database>;
  drop(): Promise<void>;
}

const TEMPLATE = 'fairline_template';
const TEMPLATE_LOCK = 7_310_045;

/** @param options.entities TypeORM entities that the test's connection knows */
export async function createTestDatabase(options: Partial<DatabaseOptions> = {}): Promise<TestDatabase> {
  const server = await serverUrl();
  await withMaintenance(server, (client) => ensureTemplate(client, server));
  const name = `test_${process.pid}_${randomBytes(6).toString('hex')}`;
  await withMaintenance(server, async (client) => {
    await client.query('SELECT pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE} STRATEGY FILE_COPY`);
  });
  const url = databaseUrl(server, name);
  const opened: Database[] = [];
  const connect = async (more: Partial<DatabaseOptions> = {}) => {
    const database = await Database.connect({
      url,
      beforeCommit: assertOneKindPerTransaction,
      ...options,
      ...more,
    });
    opened.push(database);
    return database;
  };
  return {
    database: await connect(),
    url,
    connect,
    drop: async () => {
      for (const database of opened) await database.close();
      await withMaintenance(server, async (client) => {
        await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      });
    },
  };
}

async function serverUrl(): Promise<string> {
  const dataDirectory = join(tmpdir(), `fairline-test-${process.env.FAIRLINE_TEST_RUN ?? process.pid}`);
  mkdirSync(dataDirectory, { recursive: true, mode: 0o755 });
  // Not released: the run's teardown stops the server when all workers are done.
  return (await attachEmbeddedPostgres({ dataDirectory, durable: false })).url;
}

async function ensureTemplate(client: pg.Client, server: string): Promise<void> {
  await client.query('SELECT pg_advisory_lock($1)', [TEMPLATE_LOCK]);
  const found = await client.query('SELECT FROM pg_database WHERE datname = $1', [TEMPLATE]);
  if (found.rowCount === 1) return;
  await client.query(`CREATE DATABASE ${TEMPLATE}_building`);
  const template = await Database.connect({ url: databaseUrl(server, `${TEMPLATE}_building`) });
  await migrate(template);
  await template.close();
  await client.query(`ALTER DATABASE ${TEMPLATE}_building RENAME TO ${TEMPLATE}`);
}

async function withMaintenance(server: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl(server, 'postgres') });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

function databaseUrl(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}
