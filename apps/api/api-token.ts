import { randomBytes, timingSafeEqual } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RefusedError } from '#outcome/outcome.js';

export const TOKEN_FILE = 'api-token';
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/**
 * The token that the API wants, kept in the data directory and readable by its owner only; made once. Two processes that start at once
 * agree on one, since a link is made whole or not at all.
 * @throws RefusedError when the file can't be made or holds something else
 */
export function apiToken(dataDirectory: string): string {
  const path = join(dataDirectory, TOKEN_FILE);
  try {
    return readToken(path) ?? makeToken(dataDirectory, path);
  } catch (error) {
    if (error instanceof RefusedError) throw error;
    throw unusable(path, error instanceof Error ? error.message : String(error));
  }
}

function makeToken(dataDirectory: string, path: string): string {
  const mine = join(dataDirectory, `${TOKEN_FILE}.${process.pid}`);
  writeFileSync(mine, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600 });
  try {
    linkSync(mine, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(mine, { force: true });
  }
  const token = readToken(path);
  if (token === undefined) throw unusable(path, 'it disappeared again');
  return token;
}

function readToken(path: string): string | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  if (!TOKEN.test(text)) throw unusable(path, 'it holds no token that Fairline made');
  return text;
}

function unusable(path: string, reason: string): RefusedError {
  return new RefusedError({
    code: 'api-token-unusable',
    message: `The API's token ${path} can't be used: ${reason}. Remove the file to have a new one made, or correct its permissions.`,
  });
}

/** Whether an Authorization header carries the token; takes as long for a nearly right one as for a wrong one. */
export function carriesToken(header: string | undefined, token: string): boolean {
  const [, given = ''] = /^Bearer +(\S{1,200})$/i.exec(header ?? '') ?? [];
  const wanted = Buffer.from(token);
  const offered = Buffer.alloc(wanted.length);
  offered.write(given);
  return timingSafeEqual(offered, wanted) && Buffer.byteLength(given) === wanted.length;
}
