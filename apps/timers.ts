import type { LoggerService } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { AMSTERDAM } from '#calendar/billing-zone.js';
import { addDays } from '#calendar/local-date.js';
import { CloseOutOpenCalls } from '#call-log/open-calls/close-out-open-calls.js';
import { EvaluateFairUse } from '#fair-use/evaluate/evaluate-fair-use.js';
import { SendDueNotices } from '#notices/send-notice/send-due-notices.js';
import { RefusedError } from '#outcome/outcome.js';
import type { Program } from './program.js';
import { reconcile } from './reconciliation.js';

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

/** A difference is an alarm for people (an error in the log) and no reason to take the process out of service. */
const reconcileLatestDays: TimedWork = {
  name: 'reconcile',
  everyMillis: 6 * 3_600_000,
  work: async (program) => {
    const today = AMSTERDAM.localDateAt(await program.clock.now());
    const { differences } = await reconcile(program, addDays(today, -2), today);
    if (differences.length === 0) return;
    throw new Error(
      `${differences.length} difference(s) since ${addDays(today, -2)}; "fairline reconcile" lists them. The first: ${differences[0]}`,
    );
  },
};

const closeOutOpenCalls: TimedWork = {
  name: 'close-out-open-calls',
  everyMillis: 3_600_000,
  work: async ({ commands }) => {
    await commands.execute(new CloseOutOpenCalls());
  },
};

export const ingestWork: readonly TimedWork[] = [partitionsAhead, closeOutOpenCalls, reconcileLatestDays];

/** Yesterday, once it is past the policy's `judge_at` on the business clock; until then the day before, which may have been missed. */
const judgeCompleteDays: TimedWork = {
  name: 'judge-complete-days',
  everyMillis: 60_000,
  work: async ({ commands, clock }) => {
    const today = AMSTERDAM.localDateAt(await clock.now());
    for (const daysAgo of [1, 2]) {
      const evaluated = await commands.execute(
        new EvaluateFairUse(addDays(today, -daysAgo), { by: 'fair-use' }),
      );
      if (evaluated.ok || NOTHING_TO_JUDGE.has(evaluated.refusal.code)) return;
      if (evaluated.refusal.code !== 'day-not-over') throw new RefusedError(evaluated.refusal);
    }
  },
};
/** A database that is still empty. */
const NOTHING_TO_JUDGE = new Set(['no-catalogue', 'no-policy', 'no-calls']);

const sendDueNotices: TimedWork = {
  name: 'send-due-notices',
  everyMillis: 30_000,
  work: async ({ commands }) => {
    await commands.execute(new SendDueNotices());
  },
};

export const fairUseWork: readonly TimedWork[] = [judgeCompleteDays];
export const noticesWork: readonly TimedWork[] = [sendDueNotices];

/**
 * Runs timed work until stopped, one piece at a time; a failure is logged and the work comes again at its time.
 * @returns how to stop: the piece in hand is finished
 */
export function startTimers(
  program: Program,
  logger: LoggerService,
  works: readonly TimedWork[] = [...ingestWork, ...fairUseWork, ...noticesWork],
): () => Promise<void> {
  const stopping = new AbortController();
  const loops = works.map(async ({ name, everyMillis, work }) => {
    let said = '';
    while (!stopping.signal.aborted) {
      try {
        await work(program);
        said = '';
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        // What stays wrong is said once, not every minute.
        if (message !== said) logger.error(message, name);
        said = message;
      }
      await sleep(everyMillis, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  });
  return async () => {
    stopping.abort();
    await Promise.all(loops);
  };
}
