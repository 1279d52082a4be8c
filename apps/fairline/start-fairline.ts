import type { Settings } from '#platform/config/settings.js';
import { apiApplication } from '../api/api-application.js';
import { allContexts } from '../contexts.js';
import { startKafkaIntake } from '../kafka-intake.js';
import { prepareDataDirectory } from '../open-database.js';
import { type Program, openProgram } from '../program.js';
import { publishingContexts, reportMissingTopics } from '../publishing.js';
import { StderrLogger } from '../stderr-logger.js';
import { startTimers } from '../timers.js';

export interface RunningFairline {
  readonly program: Program;
  readonly url: string;
  stop(): Promise<void>;
}

const POLL_MILLIS = 100;

/**
 * Everything in one process: all contexts with their subscriptions and timers, the API, and with KAFKA_BROKERS the publisher.
 * @param options.timers false where somebody else says when days are judged
 * @throws RefusedError when the database, the data directory or the port can't be used
 */
export async function startFairline(
  settings: Settings,
  options: { readonly timers?: boolean } = {},
): Promise<RunningFairline> {
  prepareDataDirectory(settings);
  const logger = new StderrLogger('warn');
  const api = apiApplication(settings);
  const program = await openProgram({
    name: 'start',
    settings,
    contexts: [...allContexts, ...publishingContexts(settings, allContexts)],
    migration: 'always',
    logger,
    create: api.create,
    controllers: api.controllers,
    providers: api.providers,
  });
  let stopTimers = () => Promise.resolve();
  let stopIntake = () => Promise.resolve();
  const stop = async () => {
    await Promise.all([stopIntake(), stopTimers()]);
    await program.close();
  };
  try {
    // The port first: it is what is taken most often, and then nothing has begun.
    const url = await api.listen(program);
    await reportMissingTopics(settings, allContexts, logger);
    await program.followers.announce();
    program.runner.start({ pollMillis: POLL_MILLIS });
    stopTimers = startTimers(program, logger, options.timers === false ? [] : undefined);
    stopIntake = await startKafkaIntake(program, logger);
    return { program, url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
