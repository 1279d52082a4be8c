import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MigrationExecutor, type MigrationInterface, type QueryRunner } from 'typeorm';
import { RefusedError, refused } from '#outcome/outcome.js';
import type { Database } from './database.js';

/** Any number that nobody else uses: one migration at a time, whoever starts it. */
const MIGRATION_LOCK = 7_310_044;
/** TypeORM orders migrations by the 13 digits at the end of their name. */
const FIRST_TIMESTAMP = 1_790_000_000_000;

interface MigrationFile {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
}

/**
 * Brings the schema to this program's version, under an advisory lock; each file of `migrations/` is one transaction.
 * @returns the names of the migrations that were run now
 */
export async function migrate(database: Database): Promise<string[]> {
  const client = await database.client();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await refuseNewerSchema(database);
    const executor = executorOf(database);
    executor.transaction = 'each';
    const done = await executor.executePendingMigrations();
    return done.map((migration) => migration.name);
  } finally {
    await client.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]).catch(() => undefined);
    client.release();
  }
}

/** @throws RefusedError when the database is at another schema version than this program */
export async function assertSchemaVersion(database: Database): Promise<void> {
  await refuseNewerSchema(database);
  const pending = await executorOf(database).getPendingMigrations();
  if (pending.length === 0) return;
  throw new RefusedError(
    refused(
      'schema-version',
      `The database lacks ${pending.length} migration(s), the first is ${pending[0]?.name}. Run "fairline migrate" first.`,
    ).refusal,
  );
}

async function refuseNewerSchema(database: Database): Promise<void> {
  const [found] = await database.query<{ present: boolean }>(
    "SELECT to_regclass('public.schema_migration') IS NOT NULL AS present",
  );
  if (found?.present !== true) return;
  const known = new Set(migrationFiles().map(migrationName));
  const applied = await database.query<{ name: string }>(
    'SELECT name FROM public.schema_migration ORDER BY id',
  );
  const unknown = applied.find((migration) => !known.has(migration.name));
  if (unknown === undefined) return;
  throw new RefusedError(
    refused(
      'schema-version',
      `The database has the migration ${unknown.name}, which this program does not know: it was made by a newer Fairline. Start that version.`,
    ).refusal,
  );
}

function executorOf(database: Database): MigrationExecutor {
  const source = database.dataSource;
  source.setOptions({ migrationsTableName: 'schema_migration' });
  const migrations = migrationFiles().map(asTypeOrmMigration);
  Object.assign(source, { migrations });
  return new MigrationExecutor(source);
}

function migrationName(file: MigrationFile): string {
  return `${file.name}${FIRST_TIMESTAMP + file.number}`;
}

function asTypeOrmMigration(file: MigrationFile): MigrationInterface {
  return {
    name: migrationName(file),
    up: async (runner: QueryRunner) => {
      await runner.query(file.sql);
    },
    down: () => Promise.reject(new Error('Migrations go forward only: facts are never unmade.')),
  };
}

/** The SQL files, `0001-platform.sql`, in order of their numbers. */
export function migrationFiles(): MigrationFile[] {
  const directory = join(projectRoot(), 'migrations');
  return readdirSync(directory)
    .filter((name) => /^\d{4}-[a-z-]+\.sql$/.test(name))
    .sort()
    .map((name) => ({
      number: Number(name.slice(0, 4)),
      name: name.slice(0, -4),
      sql: readFileSync(join(directory, name), 'utf8'),
    }));
}

/** The same from the sources and from the build. */
export function projectRoot(): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(directory, 'migrations', '0001-platform.sql'))) {
    const parent = dirname(directory);
    if (parent === directory) throw new Error('The directory migrations/ is missing beside the program');
    directory = parent;
  }
  return directory;
}
