import 'reflect-metadata';
import type { DynamicModule, INestApplicationContext, LoggerService, Provider, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CommandBus, CqrsModule, QueryBus } from '@nestjs/cqrs';
import { EventRegistry } from '#event-store/event-registry.js';
import { EventStore } from '#event-store/event-store.js';
import { type Subscription, SubscriptionRunner } from '#event-store/subscription.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import type { Settings } from '#platform/config/settings.js';
import { Database } from '#platform/database/database.js';
import { type Context, type SubscriptionToken, subscriptionsOf } from './contexts.js';
import { Followers } from './followers.js';
import { type Migration, openDatabase } from './open-database.js';
import { StderrLogger } from './stderr-logger.js';

export interface ProgramOptions {
  /** Of the deployable: it names the connections in the database. */
  readonly name: string;
  readonly settings: Settings;
  readonly contexts: readonly Context[];
  /** Which subscriptions this process may run; default those of its contexts. */
  readonly subscriptions?: readonly SubscriptionToken[];
  readonly migration: Migration;
  readonly logger?: LoggerService;
  /** Makes the application; default one without a port. */
  readonly create?: (module: DynamicModule, logger: LoggerService) => Promise<INestApplicationContext>;
  /** Beside the contexts, for faces. */
  readonly providers?: readonly Provider[];
  readonly controllers?: readonly Type[];
}

/** Contexts put together on one database. */
export interface Program {
  readonly settings: Settings;
  readonly app: INestApplicationContext;
  readonly database: Database;
  readonly databaseUrl: string;
  readonly migrated: readonly string[];
  readonly clock: BusinessClock;
  readonly store: EventStore;
  readonly commands: CommandBus;
  readonly queries: QueryBus;
  readonly runner: SubscriptionRunner;
  readonly followers: Followers;
  /** Parts of this process that may be unable to do their work; each gives a sentence per reason. Readiness asks them. */
  readonly watches: (() => readonly string[])[];
  close(): Promise<void>;
}

/** Beside what subscriptions hold: requests, batches of calls, the follower's own. */
const FURTHER_CONNECTIONS = 8;

/**
 * Connects, checks the schema and composes the contexts; nothing runs yet.
 * @throws RefusedError when the database can't be used
 */
export async function openProgram(options: ProgramOptions): Promise<Program> {
  const { settings, contexts } = options;
  const logger = options.logger ?? new StderrLogger();
  const subscriptions = options.subscriptions ?? subscriptionsOf(contexts);
  const opened = await openDatabase(settings, {
    migration: options.migration,
    applicationName: `fairline ${options.name}`,
    entities: contexts.flatMap((context) => context.entities),
    // A subscription holds one connection on its checkpoint while what it does needs another; fewer than two each could wait for ever.
    maximumConnections: 2 * subscriptions.length + settings.ingestConnections + FURTHER_CONNECTIONS,
  });
  try {
    const module = moduleOf(options, opened.database);
    const create = options.create ?? createWithoutPort;
    const app = await create(module, logger);
    const store = app.get(EventStore);
    const running = subscriptions.map((token) => app.get<Subscription>(token));
    const runner = new SubscriptionRunner(store, opened.database, running);
    const followers = new Followers(
      opened.database,
      running.map((one) => one.name),
    );
    return {
      settings,
      app,
      database: opened.database,
      databaseUrl: opened.url,
      migrated: opened.migrated,
      clock: app.get(BusinessClock),
      store,
      commands: app.get(CommandBus),
      queries: app.get(QueryBus),
      runner,
      followers,
      watches: [],
      close: async () => {
        await runner.stop();
        await followers.leave();
        await app.close();
        await opened.close();
      },
    };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

async function createWithoutPort(module: DynamicModule, logger: LoggerService) {
  return NestFactory.createApplicationContext(module, { logger, abortOnError: false });
}

class FairlineModule {}

function moduleOf(options: ProgramOptions, database: Database): DynamicModule {
  const { contexts, settings } = options;
  const registry = new EventRegistry(contexts.flatMap((context) => context.events));
  return {
    module: FairlineModule,
    imports: [CqrsModule],
    controllers: [...(options.controllers ?? [])],
    providers: [
      { provide: Database, useValue: database },
      { provide: BusinessClock, useValue: new BusinessClock(database) },
      { provide: EventRegistry, useValue: registry },
      { provide: EventStore, useValue: new EventStore(database, registry) },
      ...contexts.flatMap((context) => [...context.providers(settings)]),
      ...(options.providers ?? []),
    ],
  };
}
