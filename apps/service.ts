import { RefusedError } from '#outcome/outcome.js';
import { type Settings, settingsFrom } from '#platform/config/settings.js';
import type { Context, SubscriptionToken } from './contexts.js';
import { failureOf } from './failure.js';
import { serveHealth } from './health.js';
import { prepareDataDirectory } from './open-database.js';
import { type Program, type ProgramOptions, openProgram } from './program.js';
import { StderrLogger } from './stderr-logger.js';

export interface Service {
  readonly name: string;
  readonly contexts: readonly Context[];
  readonly subscriptions: readonly SubscriptionToken[];
  /** Work of the service besides its subscriptions; gives how to stop it. */
  readonly run?: (program: Program, logger: StderrLogger) => Promise<() => Promise<void>>;
  /** An application with a port of its own, opened last. */
  readonly application?: (settings: Settings) => {
    readonly options: Pick<ProgramOptions, 'create' | 'controllers' | 'providers'>;
    listen(program: Program): Promise<string>;
  };
}

const POLL_MILLIS = 100;
/** An orchestrator that waits longer kills; work that is cut off by that is repeated without harm. */
const STOP_MILLIS = 9_000;

/** Runs one microservice until SIGTERM or SIGINT. Failures to start are one sentence on stderr and the exit code. */
export async function runService(service: Service): Promise<void> {
  const settings = settingsFrom(process.env);
  try {
    if (!settings.ok) throw new RefusedError(settings.refusal);
    const stop = await startService(service, settings.value);
    process.exitCode = await untilToldToStop(service.name, stop);
  } catch (error) {
    const { exitCode, refusal } = failureOf(error, settings.ok ? settings.value.dataDirectory : '.fairline');
    process.stderr.write(`${service.name}: ${refusal.message}\n`);
    process.exitCode = exitCode;
  }
}

/** @returns how to stop it: the work in hand is finished, then connections close */
export async function startService(service: Service, settings: Settings): Promise<() => Promise<void>> {
  const logger = new StderrLogger('log');
  prepareDataDirectory(settings);
  const application = service.application?.(settings);
  const program = await openProgram({
    name: service.name,
    settings,
    contexts: service.contexts,
    subscriptions: service.subscriptions,
    migration: 'embedded',
    logger,
    ...application?.options,
  });
  // Undone in the opposite order, whether it fails half way or is told to stop.
  const undo: (() => Promise<void>)[] = [() => program.close()];
  const stop = async () => {
    for (const step of undo.toReversed()) await step();
  };
  try {
    const health = await serveHealth({ host: settings.host, port: settings.healthPort }, program);
    undo.push(() => health.close());
    await program.followers.announce();
    program.runner.start({ pollMillis: POLL_MILLIS });
    const stopWork = await service.run?.(program, logger);
    if (stopWork !== undefined) undo.push(stopWork);
    const url = await application?.listen(program);
    if (url !== undefined) logger.log(`listens on ${url}/v1`, service.name);
    logger.log(`is up; health on http://${settings.host}:${health.port}/health/ready`, service.name);
    return stop;
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Waits for a signal, then stops; a second signal does not wait. @returns the exit code */
export async function untilToldToStop(name: string, stop: () => Promise<void>): Promise<number> {
  await new Promise<void>((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
  const giveUp = () => {
    process.stderr.write(`${name}: stopped at once; unfinished work is taken up at the next start\n`);
    process.exit(1);
  };
  process.once('SIGINT', giveUp);
  const timer = setTimeout(giveUp, STOP_MILLIS);
  await stop();
  clearTimeout(timer);
  process.removeListener('SIGINT', giveUp);
  return 0;
}
