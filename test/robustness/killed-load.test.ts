import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { LoadAccounts } from '#accounts/load-accounts/load-accounts.js';
import { madeUpAccounts, writeMadeUpCalls } from '#bench/made-up-customers.js';
import { instant } from '#calendar/instant.js';
import { LoadCalls } from '#call-log/load-calls/load-calls.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import { type CallLogUnderTest, loadExampleReference, startCallLog } from '../harness/reference.js';

const FILES = 8;
const CALLS_PER_FILE = 40;
const CHILD = fileURLToPath(new URL('./load-child.mjs', import.meta.url));

describe('a load that is killed with kill -9', () => {
  const directory = mkdtempSync(join(tmpdir(), 'fairline-killed-'));
  const files = Array.from({ length: FILES }, (_unused, n) => join(directory, `calls-${n}.jsonl`));
  let fairline: CallLogUnderTest;
  beforeAll(async () => {
    fairline = await startCallLog();
    await loadExampleReference(fairline.commands);
    acceptedOrThrow(await fairline.commands.execute(new LoadAccounts(madeUpAccounts())));
    acceptedOrThrow(await fairline.module.get(BusinessClock).stepTo(instant('2026-11-15T00:00:00Z')));
    for (const [n, file] of files.entries()) await writeMadeUpCalls(file, CALLS_PER_FILE, n + 1);
  }, 120_000);
  afterAll(async () => {
    await fairline.close();
    rmSync(directory, { recursive: true, force: true });
  });

  /** Kills the child a moment after it has told of its n-th file. */
  async function loadAndKill(afterFiles: number, delayMillis: number): Promise<boolean> {
    const child = spawn(process.execPath, [CHILD, fairline.test.url, ...files], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(child, 'exit');
    let told = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.startsWith('done')) break;
      told += 1;
      if (told === afterFiles) setTimeout(() => child.kill('SIGKILL'), delayMillis);
    }
    const [, signal] = (await exited) as [number | null, NodeJS.Signals | null];
    return signal === 'SIGKILL';
  }

  const counted = async () => {
    const [row] = await fairline.test.database.query(
      `SELECT (SELECT count(*)::int FROM cdr.call_record) AS calls, (SELECT count(DISTINCT call_id)::int FROM cdr.call_record) AS ids,
         (SELECT sum(calls)::int FROM usage.current) AS counted, (SELECT sum(charge)::bigint FROM cdr.call_record) AS charge,
         (SELECT sum(charge)::bigint FROM usage.current) AS "chargeCounted",
         (SELECT sum(accepted)::int FROM ingest.batch WHERE completed_at IS NOT NULL) AS accepted,
         (SELECT count(*)::int FROM cdr.bucket_head h WHERE h.last_seq <> (SELECT count(*) FROM cdr.call_record c WHERE c.bucket = h.bucket)) AS gaps`,
    );
    return row;
  };

  it('and begun again loses nothing and doubles nothing', async () => {
    let kills = 0;
    for (const [afterFiles, delay] of [
      [1, 0],
      [2, 9],
      [4, 23],
    ] as const)
      kills += (await loadAndKill(afterFiles, delay)) ? 1 : 0;
    expect(kills).toBeGreaterThanOrEqual(2);
    const between = await counted();
    expect(between?.calls).toBeGreaterThan(0);
    const total = FILES * CALLS_PER_FILE;
    const last = acceptedOrThrow(await fairline.commands.execute(new LoadCalls(files)));
    expect({
      read: last.read,
      stored: last.accepted + last.duplicates,
      quarantined: last.quarantined,
    }).toEqual({
      read: total,
      stored: total,
      quarantined: {},
    });
    const after = await counted();
    expect(after).toEqual({
      calls: total,
      ids: total,
      counted: total,
      accepted: total,
      charge: after?.chargeCounted,
      chargeCounted: after?.charge,
      gaps: 0,
    });
  }, 120_000);
});
