import { existsSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Stops the PostgreSQL of this test run by its process id and removes its files. */
export default async function teardown() {
  const directory = join(tmpdir(), `fairline-test-${process.env.FAIRLINE_TEST_RUN}`);
  const pidFile = join(directory, 'postgres', 'postmaster.pid');
  if (existsSync(pidFile)) {
    const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
    try {
      process.kill(pid, 'SIGINT');
      for (let waited = 0; waited < 10_000 && existsSync(pidFile); waited += 50) await sleep(50);
    } catch {
      // It is gone already.
    }
  }
  rmSync(directory, { recursive: true, force: true });
}
