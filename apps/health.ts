import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SubscriptionStatus } from '#event-store/subscription.js';
import { RefusedError, refused } from '#outcome/outcome.js';
import type { Queryable } from '#platform/database/database.js';

export interface Readiness {
  readonly ready: boolean;
  /** A sentence each: why the process is not ready. */
  readonly reasons: readonly string[];
  readonly subscriptions: readonly SubscriptionStatus[];
}

export interface Watched {
  readonly database: Queryable;
  readonly runner: { status(): SubscriptionStatus[] };
  readonly watches?: readonly (() => readonly string[])[];
}

const DATABASE_PATIENCE_MILLIS = 3_000;

/** Ready = the database answers, no subscription stands still, and what else runs here does its work. */
export async function readinessOf(watched: Watched): Promise<Readiness> {
  const subscriptions = watched.runner.status();
  const reasons = subscriptions
    .filter((one) => one.stopped)
    .map(
      (one) => `${one.name} stands still at position ${one.position}: ${one.lastError ?? 'no reason known'}`,
    );
  if (!(await answers(watched.database))) reasons.push('PostgreSQL does not answer');
  for (const watch of watched.watches ?? []) reasons.push(...watch());
  return { ready: reasons.length === 0, reasons, subscriptions };
}

async function answers(database: Queryable): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), DATABASE_PATIENCE_MILLIS);
  });
  try {
    return await Promise.race([database.query('SELECT 1').then(() => true), patience]);
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}

export interface HealthServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Answers /health/live (the process runs) and /health/ready (it does its work) for orchestrators.
 * @throws RefusedError when the port is taken
 */
export async function serveHealth(
  address: { readonly host: string; readonly port: number },
  watched: Watched,
): Promise<HealthServer> {
  const server = createServer((request, response) => {
    void answer(request, response, watched);
  });
  await listen(server, address);
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, watched: Watched): Promise<void> {
  const [path] = (request.url ?? '').split('?');
  if (path === '/health/live') return send(response, 200, { live: true });
  if (path !== '/health/ready') return send(response, 404, { error: 'only /health/live and /health/ready' });
  const readiness = await readinessOf(watched);
  send(response, readiness.ready ? 200 : 503, readiness);
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(body));
}

async function listen(server: Server, address: { host: string; port: number }): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(asPortRefusal(error, address, 'FAIRLINE_HEALTH_PORT')));
    server.listen(address.port, address.host, resolve);
  });
}

/** A port that is taken, or may not be opened, as a sentence; every other error as it is. */
export function asPortRefusal(
  error: unknown,
  address: { readonly host: string; readonly port: number },
  setting: 'FAIRLINE_PORT' | 'FAIRLINE_HEALTH_PORT',
): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const reason =
    code === 'EADDRINUSE'
      ? 'is in use by another program'
      : code === 'EACCES'
        ? 'may not be opened by this user'
        : code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND'
          ? 'is on an address that this machine does not have (FAIRLINE_HOST)'
          : undefined;
  if (reason === undefined) return error;
  return new RefusedError(
    refused(
      'port-unavailable',
      `Port ${address.port} of ${address.host} ${reason}. Set ${setting} to another port, or stop what holds it.`,
    ).refusal,
  );
}
