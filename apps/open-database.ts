import { chmodSync, mkdirSync } from 'node:fs';
import { RefusedError, refused } from '#outcome/outcome.js';
import type { Settings } from '#platform/config/settings.js';
import { Database, type DatabaseOptions } from '#platform/database/database.js';
import { assertSchemaVersion, migrate } from '#platform/database/migrations.js';

/** Who brings the schema up to date: `always` this program, `embedded` only where nobody else could have done it. */
export type Migration = 'always' | 'embedded';

export interface OpenedDatabase {
  readonly database: Database;
  readonly url: string;
  /** Names of the migrations that were run now. */
  readonly migrated: readonly string[];
  close(): Promise<void>;
}

export interface DatabaseWanted {
  readonly migration: Migration;
  readonly entities?: DatabaseOptions['entities'];
  readonly maximumConnections: number;
  readonly applicationName: string;
}

/**
 * The database that the settings name: DATABASE_URL, or the embedded PostgreSQL of the data directory, which this starts or attaches to.
 * @throws RefusedError when it does not answer, is at another schema version, or the data directory can't be used
 */
export async function openDatabase(settings: Settings, wanted: DatabaseWanted): Promise<OpenedDatabase> {
  const embedded = settings.databaseUrl === undefined;
  const server = await serverOf(settings);
  let database: Database | undefined;
  const close = async () => {
    await database?.close();
    await server.release();
  };
  try {
    database = await Database.connect({
      url: server.url,
      applicationName: wanted.applicationName,
      maximumConnections: wanted.maximumConnections,
      ...(wanted.entities === undefined ? {} : { entities: wanted.entities }),
    });
    const migrated = wanted.migration === 'always' || embedded ? await migrate(database) : [];
    await assertSchemaVersion(database);
    return { database, url: server.url, migrated, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function serverOf(settings: Settings): Promise<{ url: string; release(): Promise<void> }> {
  if (settings.databaseUrl !== undefined) {
    return { url: settings.databaseUrl, release: () => Promise.resolve() };
  }
  // Loaded only where it is used: an installation with DATABASE_URL may lack the embedded PostgreSQL.
  const { attachEmbeddedPostgres } = await import('#platform/embedded-postgres/embedded-postgres.js');
  return attachEmbeddedPostgres({ dataDirectory: settings.dataDirectory });
}

/**
 * Makes the data directory, which holds the API's token and the log of unexpected errors.
 * @throws RefusedError when it can't be made
 */
export function prepareDataDirectory(settings: Settings): void {
  try {
    if (mkdirSync(settings.dataDirectory, { recursive: true }) !== undefined) {
      // PostgreSQL may run as another user than this process; what is secret in it has its own mode.
      chmodSync(settings.dataDirectory, 0o755);
    }
  } catch (error) {
    throw new RefusedError(
      refused(
        'data-directory-unusable',
        `${settings.dataDirectory} can't be made (${error instanceof Error ? error.message : String(error)}). Set FAIRLINE_DATA_DIR to a directory of yours.`,
      ).refusal,
    );
  }
}
