import type { LoggerService } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Program } from './program.js';

/** Work that a service does by itself, again and again. */
export interface TimedWork {
  readonly name: string;
  readonly everyMillis: number;
  readonly work: (program: Program) => Promise<void>;
}

/** Month partitions of the call log, made before the month begins; calls of other months make theirs as they come. */
const partitionsAhead: TimedWork = {
  name: 'partitions-ahead',
  everyMillis: 6 * 3_600_000,
  work: async ({ database, clock }) => {
    const now = new Date(await clock.now());
    for (const ahead of [0, 1, 2]) {
      const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead, 1));
      await database.query('SELECT cdr.ensure_month($1::date)', [month.toISOString().slice(0, 10)]);
    }
  },
};

export const ingestWork: readonly TimedWork[] = [partitionsAhead];
export const fairUseWork: readonly TimedWork[] = [];

/**
 * Runs timed work until stopped, one piece at a time; a failure is logged and the work comes again at its time.
 * @returns how to stop: the piece in hand is finished
 */
export function startTimers(
  program: Program,
  logger: LoggerService,
  works: readonly TimedWork[] = [...ingestWork, ...fairUseWork],
): () => Promise<void> {
  const stopping = new AbortController();
  const loops = works.map(async ({ name, everyMillis, work }) => {
    while (!stopping.signal.aborted) {
      try {
        await work(program);
      } catch (error) {
        logger.error(error instanceof Error ? error.message : String(error), name);
      }
      await sleep(everyMillis, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  });
  return async () => {
    stopping.abort();
    await Promise.all(loops);
  };
}
