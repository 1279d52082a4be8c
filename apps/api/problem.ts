import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import { STATUS_CODES } from 'node:http';
import { type Outcome, type Refusal, RefusedError } from '#outcome/outcome.js';
import { failureOf, isConnectionLost } from '../failure.js';
import { NotReady } from './health.controller.js';

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** An error as RFC 9457 has it; `code` is what programs go by. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly details?: unknown;
}

export function problem(status: number, code: string, detail: string, details?: unknown): Problem {
  return {
    type: `urn:fairline:problem:${code}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail,
    code,
    ...(details === undefined ? {} : { details }),
  };
}

export class ProblemException extends HttpException {
  constructor(readonly problem: Problem) {
    super(problem, problem.status);
  }
}

/** @throws ProblemException for a refusal */
export function valueOf<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new ProblemException(problemOf(outcome.refusal));
  return outcome.value;
}

const STATUS_OF_CODE: Readonly<Record<string, number>> = {
  'service-unreachable': 503,
  'not-yet-known': 503,
  'invalid-page': 422,
};

/** What does not exist is 404; what the state of things forbids is 409; what is wrong in itself is 422. */
export function problemOf({ code, message, details }: Refusal): Problem {
  const status =
    STATUS_OF_CODE[code] ??
    (/^(?:unknown-|no-such-|no-case|no-tariff|no-bill-run)/.test(code)
      ? 404
      : CONFLICTS.test(code)
        ? 409
        : 422);
  return problem(status, code, message, details);
}

const CONFLICTS =
  /(?:-exists|-in-use|-open|wrong-state|other-notice|four-eyes|not-delivered|too-early|already|stale|changed|outdated|clock-backwards|conflict|differs)/;

/** Everything that is thrown becomes a problem document; what is unexpected is logged and tells only that. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly dataDirectory: string) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<Reply>();
    if (error instanceof NotReady) {
      void reply.status(503).send(error.readiness);
      return;
    }
    const answer = this.problemFor(error);
    void reply.status(answer.status).header('content-type', PROBLEM_TYPE).send(answer);
  }

  private problemFor(error: unknown): Problem {
    if (error instanceof ProblemException) return error.problem;
    if (error instanceof RefusedError) return problemOf(error.refusal);
    if (error instanceof HttpException) {
      const status = error.getStatus();
      return status === 404
        ? problem(404, 'no-such-path', `${error.message.replace(/^Cannot /, 'There is no ')}.`)
        : problem(status, codeOfStatus(status), error.message);
    }
    const status = statusOf(error);
    if (status !== undefined && error instanceof Error) {
      return problem(status, codeOfStatus(status), error.message);
    }
    if (isConnectionLost(error)) {
      return problem(503, 'service-unreachable', 'PostgreSQL does not answer. Ask again in a moment.');
    }
    failureOf(error, this.dataDirectory);
    return problem(
      500,
      'unexpected',
      'Something unexpected happened; the details are in the log of the server.',
    );
  }
}

interface Reply {
  status(code: number): Reply;
  header(name: string, value: string): Reply;
  send(body: unknown): unknown;
}

/** Of the web server's own errors, such as a body that is too large. */
function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('statusCode' in error)) return undefined;
  const { statusCode } = error;
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500 ? statusCode : undefined;
}

function codeOfStatus(status: number): string {
  return (STATUS_CODES[status] ?? 'error').toLowerCase().replaceAll(/[^a-z]+/g, '-');
}
