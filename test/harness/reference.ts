import { readFileSync } from 'node:fs';
import type { Provider } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { CommandBus, CqrsModule, QueryBus } from '@nestjs/cqrs';
import { accountsEvents } from '#accounts/events/events.js';
import { accountsProviders } from '#accounts/accounts.providers.js';
import { LoadAccounts } from '#accounts/load-accounts/load-accounts.js';
import { accountEntities } from '#accounts/store/account-store.js';
import { callLogProviders } from '#call-log/call-log.providers.js';
import { callLogEvents } from '#call-log/events/events.js';
import { catalogueEvents } from '#catalogue/events/events.js';
import { catalogueProviders } from '#catalogue/catalogue.providers.js';
import { LoadCatalogue } from '#catalogue/load-catalogue/load-catalogue.js';
import type { EventDefinition } from '#event-store/event.js';
import { EventRegistry } from '#event-store/event-registry.js';
import { EventStore } from '#event-store/event-store.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import { Database } from '#platform/database/database.js';
import { type TestDatabase, createTestDatabase } from '#platform/testing/test-database.js';
import { ratingEvents } from '#rating/events/events.js';
import { LoadTariff } from '#rating/load-tariff/load-tariff.js';
import { ratingProviders } from '#rating/rating.providers.js';
import { usageProviders } from '#usage/usage.providers.js';

/** The contexts up to the call log and usage, on a database of their own. */
export interface CallLogUnderTest {
  readonly test: TestDatabase;
  readonly module: TestingModule;
  readonly commands: CommandBus;
  readonly queries: QueryBus;
  close(): Promise<void>;
}

/** What a test of a higher context adds. */
export interface Above {
  readonly providers?: readonly Provider[];
  readonly events?: readonly EventDefinition[];
}

export async function startCallLog(above: Above = {}): Promise<CallLogUnderTest> {
  const test = await createTestDatabase({ entities: accountEntities });
  const module = await Test.createTestingModule({
    imports: [CqrsModule],
    providers: [
      { provide: Database, useValue: test.database },
      { provide: BusinessClock, useValue: new BusinessClock(test.database) },
      {
        provide: EventRegistry,
        useValue: new EventRegistry([
          ...catalogueEvents,
          ...ratingEvents,
          ...accountsEvents,
          ...callLogEvents,
          ...(above.events ?? []),
        ]),
      },
      {
        provide: EventStore,
        useFactory: (registry: EventRegistry) => new EventStore(test.database, registry),
        inject: [EventRegistry],
      },
      ...catalogueProviders,
      ...ratingProviders,
      ...accountsProviders,
      ...callLogProviders(2),
      ...usageProviders,
      ...(above.providers ?? []),
    ],
  }).compile();
  await module.init();
  return {
    test,
    module,
    commands: module.get(CommandBus),
    queries: module.get(QueryBus),
    close: async () => {
      await module.close();
      await test.drop();
    },
  };
}

export const fixture = (path: string) => new URL(`../fixtures/${path}`, import.meta.url).pathname;

/** Catalogue, tariff and accounts of the examples. */
export async function loadExampleReference(commands: CommandBus): Promise<void> {
  acceptedOrThrow(
    await commands.execute(new LoadCatalogue(readFileSync(fixture('examples/catalogue.yaml'), 'utf8'))),
  );
  acceptedOrThrow(
    await commands.execute(new LoadTariff(readFileSync(fixture('examples/tariff-regular.csv'), 'utf8'))),
  );
  acceptedOrThrow(
    await commands.execute(new LoadAccounts(readFileSync(fixture('examples/accounts.jsonl'), 'utf8'))),
  );
}
