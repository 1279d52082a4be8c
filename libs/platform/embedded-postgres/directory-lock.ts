import { linkSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { RefusedError, refused } from '#outcome/outcome.js';

const PATIENCE_MILLIS = 60_000;

/** Runs `work` while no other process of this machine is in the same section of the same directory. */
export async function withDirectoryLock<T>(directory: string, work: () => Promise<T>): Promise<T> {
  const path = join(directory, 'lock');
  const deadline = Date.now() + PATIENCE_MILLIS;
  while (!tryLock(directory, path)) {
    if (Date.now() > deadline) {
      throw new RefusedError(
        refused(
          'data-directory-busy',
          `${directory} is held by process ${ownerOf(path)}. Wait for it, or remove ${path} if that process is not Fairline.`,
        ).refusal,
      );
    }
    await sleep(25 + Math.random() * 50);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

/** A link is made whole or not at all, so a lock never exists without its owner's number in it. */
function tryLock(directory: string, path: string): boolean {
  const mine = join(directory, `lock.${process.pid}`);
  writeFileSync(mine, String(process.pid));
  try {
    linkSync(mine, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    removeIfAbandoned(directory, path);
    return false;
  } finally {
    rmSync(mine, { force: true });
  }
}

/** Moved aside first: of two who see a dead owner only one moves it, and who moved a living one's puts it back. */
function removeIfAbandoned(directory: string, path: string): void {
  const owner = ownerOf(path);
  if (owner === undefined || isAlive(owner)) return;
  const aside = join(directory, `lock.abandoned.${process.pid}`);
  try {
    renameSync(path, aside);
    const moved = ownerOf(aside);
    if (moved !== undefined && isAlive(moved)) linkSync(aside, path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'ENOENT' && code !== 'EEXIST') throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function ownerOf(path: string): number | undefined {
  try {
    const pid = Number(readFileSync(path, 'utf8').trim());
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The living processes that have announced themselves in a directory; the dead are swept out. */
export class Attendance {
  private readonly directory: string;

  constructor(dataDirectory: string) {
    this.directory = join(dataDirectory, 'processes');
    mkdirSync(this.directory, { recursive: true });
  }

  enter(): void {
    writeFileSync(join(this.directory, String(process.pid)), '');
  }

  leave(): void {
    rmSync(join(this.directory, String(process.pid)), { force: true });
  }

  others(): number[] {
    const present: number[] = [];
    for (const name of readdirSync(this.directory)) {
      const pid = Number(name);
      if (pid === process.pid) continue;
      if (isAlive(pid)) present.push(pid);
      else rmSync(join(this.directory, name), { force: true });
    }
    return present;
  }
}
