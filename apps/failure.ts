import { appendFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Refusal, RefusedError } from '#outcome/outcome.js';
import { sqlStateOf } from '#platform/database/database.js';

/** What a process ends with (contracts section 4). */
export const EXIT = { done: 0, refused: 1, wrongUsage: 2, unreachable: 3 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export interface Failure {
  readonly exitCode: ExitCode;
  readonly refusal: Refusal;
}

const UNREACHABLE_CODES = new Set([
  'service-unreachable',
  'embedded-postgres-failed',
  'embedded-postgres-unavailable',
]);
const WRONG_USAGE_CODES = new Set(['wrong-usage', 'invalid-setting']);
const CONNECTION_LOST = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND']);
/** Of PostgreSQL: connection exceptions, and a server that is being shut down or starting. */
const SERVER_GONE = /^(?:08...|57P0[123])$/;

/**
 * Any thrown thing as what a person is told: a refusal as it is, a lost database as unreachable, everything else as one sentence with the
 * place where the details are kept. Never a stack trace, unless FAIRLINE_DEBUG asks for it.
 */
export function failureOf(error: unknown, dataDirectory: string): Failure {
  if (error instanceof RefusedError) return failureOfRefusal(error.refusal);
  if (isConnectionLost(error)) {
    return {
      exitCode: EXIT.unreachable,
      refusal: {
        code: 'service-unreachable',
        message: `The connection to PostgreSQL was lost (${sentenceOf(error)}). What was stored is stored; see that it runs and give the command again.`,
      },
    };
  }
  const log = logDetails(error, dataDirectory);
  return {
    exitCode: EXIT.refused,
    refusal: {
      code: 'unexpected',
      message: `Something unexpected happened: ${sentenceOf(error)}. The details are in ${log}; FAIRLINE_DEBUG=1 shows them here.`,
    },
  };
}

export function failureOfRefusal(refusal: Refusal): Failure {
  if (UNREACHABLE_CODES.has(refusal.code)) return { exitCode: EXIT.unreachable, refusal };
  if (WRONG_USAGE_CODES.has(refusal.code)) return { exitCode: EXIT.wrongUsage, refusal };
  return { exitCode: EXIT.refused, refusal };
}

export function isConnectionLost(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isConnectionLost);
  const state = sqlStateOf(error);
  if (state !== undefined) return CONNECTION_LOST.has(state) || SERVER_GONE.test(state);
  return (
    error instanceof Error &&
    /^Connection terminated|Client has encountered a connection error/.test(error.message)
  );
}

/** The first line without a full stop at its end. */
function sentenceOf(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  return (text.split('\n')[0] ?? '').replace(/\.$/, '');
}

function logDetails(error: unknown, dataDirectory: string): string {
  const details = error instanceof Error ? (error.stack ?? error.message) : String(error);
  if (process.env.FAIRLINE_DEBUG === '1') process.stderr.write(`${details}\n`);
  for (const directory of [dataDirectory, tmpdir()]) {
    const path = join(directory, 'fairline-errors.log');
    try {
      mkdirSync(directory, { recursive: true });
      appendFileSync(path, `${new Date().toISOString()} ${process.argv.slice(2).join(' ')}\n${details}\n\n`, {
        mode: 0o600,
      });
      return path;
    } catch {
      // The next directory may take it.
    }
  }
  return 'no file, since none could be written';
}
