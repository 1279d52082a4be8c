import { existsSync, rmSync } from 'node:fs';
import { RefusedError, refused } from '#outcome/outcome.js';
import { Attendance } from '#platform/embedded-postgres/directory-lock.js';
import { attachEmbeddedPostgres } from '#platform/embedded-postgres/embedded-postgres.js';

/**
 * Empties a data directory that an earlier demo left, also one that was killed and left its PostgreSQL running.
 * @throws RefusedError while another process uses it
 */
export async function emptyDirectory(dataDirectory: string): Promise<void> {
  if (!existsSync(dataDirectory)) return;
  const [other] = new Attendance(dataDirectory).others();
  if (other !== undefined) {
    throw new RefusedError(
      refused(
        'data-directory-busy',
        `${dataDirectory} is in use by process ${other}, a demo that still runs. Stop it with Ctrl-C, or set FAIRLINE_DATA_DIR to another directory.`,
      ).refusal,
    );
  }
  const left = await attachEmbeddedPostgres({ dataDirectory });
  await left.release();
  rmSync(dataDirectory, { recursive: true, force: true });
}
