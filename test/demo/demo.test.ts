import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { differencesIn, verifyEverything } from '#apps/checks.js';
import { runDemo } from '#apps/fairline/demo/run-demo.js';
import type { RunningFairline } from '#apps/fairline/start-fairline.js';
import { period } from '#calendar/local-date.js';
import { ShowBillRun } from '#invoicing/show-bill-run/show-bill-run.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import { settingsFrom } from '#platform/config/settings.js';

/** The story on fewer customers; all that can be planted is there. */
const OPTIONS = { accounts: 60, seed: 7, stays: false };

describe('the demo', () => {
  let directory: string;
  let story: string;
  let storyBefore: string;
  let running: RunningFairline;
  let stop: () => Promise<void>;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'fairline-demo-'));
    // A story that was told before is no hindrance.
    const first = await tell();
    await first.stop();
    const second = await tell();
    ({ running, stop, story } = second);
    storyBefore = first.story;
  }, 600_000);
  afterAll(async () => {
    await stop();
    rmSync(directory, { recursive: true, force: true });
  });

  async function tell() {
    const settings = acceptedOrThrow(settingsFrom({ FAIRLINE_DATA_DIR: directory }));
    const stdout = new PassThrough();
    let told = '';
    stdout.on('data', (chunk: Buffer) => {
      told += chunk.toString();
    });
    const result = await runDemo(settings, OPTIONS, {
      stdout,
      stderr: new PassThrough(),
      environment: {},
      signal: new AbortController().signal,
    });
    return { ...result, story: told };
  }
  const query = <Row>(sql: string, values: readonly unknown[] = []) =>
    running.program.database.query<Row>(sql, values);

  it('told a second time is the same story', () => {
    expect(withoutSpeeds(story)).toBe(withoutSpeeds(storyBefore));
  });

  it('counts as many calls as there are, and quarantines the rest', async () => {
    const [stored] = await query<{ calls: number; quarantined: number }>(
      'SELECT (SELECT count(*) FROM cdr.call_record) AS calls, (SELECT count(*) FROM ingest.quarantine) AS quarantined',
    );
    expect(sumOf(/([\d,]+) accepted/g)).toBe(stored?.calls);
    expect(sumOf(/([\d,]+) quarantined/g)).toBe(stored?.quarantined);
    expect(sumOf(/([\d,]+) records of calls/g)).toBe(
      (stored?.calls ?? 0) + (stored?.quarantined ?? 0) + sumOf(/([\d,]+) sent twice/g),
    );
  });

  it('shows the usage that a plain recount of the calls gives', async () => {
    const rows = await query<{ class: string; calls: number; charge: string; regular: string }>(
      `SELECT coalesce(class, CASE direction WHEN 1 THEN 'inbound' WHEN 2 THEN 'internal' ELSE 'unrated' END) AS class, count(*) AS calls,
         trim(to_char(round(sum(charge) / 1e6, 2), '999G999G990.00')) AS charge,
         trim(to_char(round(sum(regular_charge) / 1e6, 2), '999G999G990.00')) AS regular
       FROM cdr.call_record
       WHERE (started_at AT TIME ZONE 'Europe/Amsterdam')::date BETWEEN '2026-09-01' AND '2026-10-07' GROUP BY 1`,
    );
    const shown = [...story.matchAll(/^ {5}([a-z-]+) +([\d,]+) +[\d,]+ h +€ ([\d,.]+) +€ ([\d,.]+)$/gm)];
    expect(shown).toHaveLength(6);
    for (const [, name, calls, charge, regular] of shown) {
      const row = rows.find((one) => one.class === name);
      expect([name, calls, charge, regular]).toEqual([
        name,
        row?.calls.toLocaleString('en-GB'),
        row?.charge,
        row?.regular,
      ]);
    }
  });

  it('finds every planted abuser and nobody else', () => {
    const [, abusers, found, , wronged, others] =
      /Of (\d+) planted abusers (\d+) are found; of (\d+) innocent look-alikes (\d+); of everybody else (\d+)/.exec(
        story,
      ) ?? [];
    expect(Number(abusers)).toBeGreaterThanOrEqual(5);
    expect([found, wronged, others]).toEqual([abusers, '0', '0']);
  });

  it('books to the last decimal what the preview of the retroactive charge said', () => {
    expect(story).toContain('the same to the last decimal');
    expect(story).toMatch(/the case is cured, nothing is charged/);
  });

  it('drafts what a plain recount of the month gives, to the cent', async () => {
    const run = acceptedOrThrow(
      await running.program.queries.execute(new ShowBillRun(period('2026-10'), 1_000)),
    );
    const parked = run.parked.map((one) => one.account);
    // Each class of each customer is rounded once, half away from zero, as PostgreSQL's numeric rounds.
    const [recount] = await query<{ net: string }>(
      `SELECT sum(cents)::text AS net FROM (
         SELECT round(sum(coalesce(r.charge, c.charge)) / 1e6, 2) AS cents
         FROM cdr.call_record c
         LEFT JOIN LATERAL (SELECT l.* FROM cdr.call_rating l WHERE l.bucket = c.bucket AND l.call_key = c.call_key ORDER BY l.seq DESC LIMIT 1) r ON true
         WHERE (c.started_at AT TIME ZONE 'Europe/Amsterdam')::date BETWEEN '2026-10-01' AND '2026-10-31' AND NOT c.account_id = ANY ($1)
         GROUP BY c.account_id, CASE WHEN r.seq IS NULL THEN c.class ELSE r.class END) lines`,
      [parked],
    );
    expect(run.totals.usageNet).toBe(recount?.net);
    expect(story).toContain(
      `€ ${Number(run.totals.total).toLocaleString('en-GB', { minimumFractionDigits: 2 })}`,
    );
  });

  it('agrees with verify, which compares all of it again', async () => {
    const verification = await verifyEverything(running.program);
    expect(differencesIn(verification)).toBe(0);
    expect(verification.checks.filter((check) => check.compared === 0)).toEqual([]);
  });

  function sumOf(pattern: RegExp): number {
    return [...story.matchAll(pattern)].reduce(
      (sum, [, digits]) => sum + Number(digits?.replaceAll(',', '')),
      0,
    );
  }
});

/** Times, speeds, ports and made-up paths differ from run to run; nothing else does. */
function withoutSpeeds(story: string): string {
  return story
    .replaceAll(/in [\d.]+ s\b/g, 'in … s')
    .replaceAll(/at [\d,]+ per second/g, 'at … per second')
    .replaceAll(/Told in \d+ s/g, 'Told in … s')
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:…')
    .replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '…');
}
