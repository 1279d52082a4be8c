import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accountsEvents } from '#accounts/events/events.js';
import { LoadAccounts, LoadAccountsHandler } from '#accounts/load-accounts/load-accounts.js';
import { accountEntities } from '#accounts/store/account-store.js';
import { LoadCallsHandler } from '#call-log/load-calls/load-calls.js';
import { CallLogWriter } from '#call-log/store-batch/call-log-writer.js';
import { LatestCallsReader } from '#call-log/store/latest-calls-reader.js';
import { ReferenceDataReader } from '#call-log/store/reference-data-reader.js';
import { catalogueEvents } from '#catalogue/events/events.js';
import { LoadCatalogue, LoadCatalogueHandler } from '#catalogue/load-catalogue/load-catalogue.js';
import { EventRegistry } from '#event-store/event-registry.js';
import { EventStore } from '#event-store/event-store.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import { Database } from '#platform/database/database.js';
import { migrate, projectRoot } from '#platform/database/migrations.js';
import { attachEmbeddedPostgres } from '#platform/embedded-postgres/embedded-postgres.js';
import { ratingEvents } from '#rating/events/events.js';
import { LoadTariff, LoadTariffHandler } from '#rating/load-tariff/load-tariff.js';
import { DailyUsage } from '#usage/domain/daily-usage.js';
import { madeUpAccounts } from './made-up-customers.js';

/** A database of its own on an embedded PostgreSQL that flushes to disk, as in production; gone afterwards. */
export interface ScratchDatabase {
  readonly database: Database;
  readonly url: string;
  /** For files of the bench. */
  readonly directory: string;
}

/** Runs a bench on a migrated database in a temporary directory. */
export async function withScratchDatabase<T>(work: (scratch: ScratchDatabase) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'fairline-bench-'));
  try {
    const server = await attachEmbeddedPostgres({ dataDirectory: join(directory, 'data'), durable: true });
    try {
      const database = await Database.connect({
        url: server.url,
        entities: accountEntities,
        maximumConnections: 40,
      });
      try {
        await migrate(database);
        return await work({ database, url: server.url, directory });
      } finally {
        await database.close();
      }
    } finally {
      await server.release();
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** How many buckets are written side by side, as the program does by default. */
const CONNECTIONS = 4;

/** Loads the example catalogue and tariff and made-up accounts. @returns what loads calls */
export async function prepareCallLog(database: Database): Promise<LoadCallsHandler> {
  const { writer, clock } = await prepareWriter(database);
  return new LoadCallsHandler(writer, clock);
}

/** The same for what stores calls by itself. */
export async function prepareWriter(
  database: Database,
): Promise<{ readonly writer: CallLogWriter; readonly clock: BusinessClock }> {
  const registry = new EventRegistry([...catalogueEvents, ...ratingEvents, ...accountsEvents]);
  const store = new EventStore(database, registry);
  const clock = new BusinessClock(database);
  const latest = new LatestCallsReader(database);
  const example = (name: string) =>
    readFileSync(join(projectRoot(), 'test', 'fixtures', 'examples', name), 'utf8');
  acceptedOrThrow(
    await new LoadCatalogueHandler(database, latest, store, clock).execute(
      new LoadCatalogue(example('catalogue.yaml')),
    ),
  );
  acceptedOrThrow(
    await new LoadTariffHandler(database, store, clock, latest).execute(
      new LoadTariff(example('tariff-regular.csv')),
    ),
  );
  acceptedOrThrow(
    await new LoadAccountsHandler(database, store, clock, latest).execute(new LoadAccounts(madeUpAccounts())),
  );
  const reference = new ReferenceDataReader(database);
  const writer = new CallLogWriter(database, reference, new DailyUsage(), { connections: CONNECTIONS });
  return { writer, clock };
}
