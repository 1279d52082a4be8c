import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { apiApplication } from '#apps/api/api-application.js';
import { allContexts } from '#apps/contexts.js';
import { type Program, openProgram } from '#apps/program.js';
import { instant } from '#calendar/instant.js';
import { settingsFrom } from '#platform/config/settings.js';
import { type TestDatabase, createTestDatabase } from '#platform/testing/test-database.js';
import { CommandLine } from '../harness/command-line.js';
import { fixture } from '../harness/reference.js';
import { call } from './quarantine-world.js';

/** From the first day that a batch can be read on to the last: batches are dated by the clock of the machine. */
const ALWAYS = ['--from', '2000-01-01', '--to', '2099-12-31'];

describe('the faces of quarantine and reconciliation', () => {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'fairline-quarantine-'));
  let test: TestDatabase;
  let program: Program;
  let fairline: CommandLine;
  let url: string;
  let token: string;

  beforeAll(async () => {
    test = await createTestDatabase();
    fairline = new CommandLine({ DATABASE_URL: test.url });
    const settings = settingsFrom({
      DATABASE_URL: test.url,
      FAIRLINE_DATA_DIR: dataDirectory,
      FAIRLINE_PORT: '0',
    });
    if (!settings.ok) throw new Error(settings.refusal.message);
    const api = apiApplication(settings.value);
    program = await openProgram({
      name: 'test',
      settings: settings.value,
      contexts: allContexts,
      migration: 'embedded',
      create: api.create,
      controllers: api.controllers,
      providers: api.providers,
    });
    await program.clock.stepTo(instant('2026-11-25T12:00:00+01:00'));
    url = await api.listen(program);
    token = readFileSync(join(dataDirectory, 'api-token'), 'utf8').trim();
    await fairline.json('load', 'catalogue', fixture('examples/catalogue.yaml'));
    await fairline.json('load', 'tariff', fixture('examples/tariff-regular.csv'));
    await fairline.json('load', 'accounts', fixture('examples/accounts.jsonl'));
    await fairline.json('load', 'calls', fixture('examples/calls.jsonl'));
  });
  afterAll(async () => {
    await program.close();
    fairline.remove();
    rmSync(dataDirectory, { recursive: true, force: true });
    await test.drop();
  });

  const http = async (path: string, body?: object) => {
    const answer = await fetch(`${url}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  const idOf = async (code: string) => {
    const [record] = (await fairline.json('quarantine', 'list', '--code', code)) as { id: string }[];
    if (record === undefined) throw new Error(`nothing is in quarantine as ${code}`);
    return record.id;
  };

  it('a filter that names nothing is not taken for everything', async () => {
    for (const action of ['redrive', 'discard']) {
      const reason = action === 'discard' ? ['--reason', 'x'] : [];
      const { exitCode, stderr } = await fairline.run('quarantine', action, ...reason);
      expect([exitCode, stderr]).toEqual([2, expect.stringContaining('--all')]);
    }
    expect(await http('/v1/quarantine/redrive', { by: 'finance' })).toMatchObject({ status: 422 });
    expect(
      await http('/v1/quarantine/discard', { by: 'finance', reason: 'x', ids: [], filter: {} }),
    ).toMatchObject({
      status: 422,
    });
  });

  it('tells how many would pass, stores a correction, and shows what was done', async () => {
    expect(await fairline.json('quarantine', 'redrive', '--all', '--dry-run')).toMatchObject({
      operation: null,
      dryRun: true,
      records: 6,
      accepted: 0,
    });
    const id = await idOf('implausible');
    const file = join(dataDirectory, 'corrected.json');
    const right = { ...call('c-0013'), from: '+31502000201' };
    writeFileSync(file, `${JSON.stringify(right)}\n`);
    expect(
      await fairline.json(
        'quarantine',
        'redrive',
        id,
        '--with',
        file,
        '--reason',
        'clock of the switch',
        '--by',
        'ann',
      ),
    ).toMatchObject({ accepted: 1, results: [{ id, result: 'accepted' }] });
    expect(await http(`/v1/quarantine/${id}`)).toMatchObject({
      status: 200,
      body: {
        status: 'redriven',
        history: [{ by: 'ann', because: 'clock of the switch', result: 'accepted' }],
      },
    });
    const shown = await fairline.run('quarantine', 'show', id);
    expect(shown.stdout).toContain('ann: accepted with the correction');
    expect(await http('/v1/quarantine/00000000-0000-4000-8000-000000000000')).toMatchObject({
      status: 404,
      body: { code: 'no-such-record' },
    });
    const wrong = await http(`/v1/quarantine/${await idOf('no-rate')}/correct`, {
      by: 'ann',
      correction: '{}',
    });
    expect(wrong).toMatchObject({ status: 200, body: { accepted: 0, quarantined: { invalid: 1 } } });
  });

  it('discards what was seen, and no more', async () => {
    const reason = ['--reason', 'no call of ours', '--by', 'ann'];
    const first = await fairline.run('quarantine', 'discard', '--code', 'unreadable', ...reason);
    expect([first.exitCode, first.stderr]).toEqual([1, expect.stringContaining('1 open record(s) match')]);
    const filter = { code: 'unreadable' };
    expect(
      await http('/v1/quarantine/discard', { by: 'ann', reason: 'x', filter, expected: 2 }),
    ).toMatchObject({
      status: 409,
      body: { code: 'count-changed' },
    });
    expect(
      await fairline.json('quarantine', 'discard', '--code', 'unreadable', '--expect', '1', ...reason),
    ).toMatchObject({ discarded: 1, alreadyClosed: 0 });
    expect(
      await fairline.json('quarantine', 'discard', '--code', 'unreadable', '--yes', ...reason),
    ).toMatchObject({ discarded: 0 });
    expect(
      await http('/v1/quarantine/discard', { by: 'ann', reason: 'x', ids: [await idOf('invalid')] }),
    ).toMatchObject({ status: 200, body: { discarded: 1 } });
    expect(await http('/v1/quarantine/redrive', { by: 'ann', filter: {} })).toMatchObject({
      status: 200,
      body: { records: 3, accepted: 0, quarantined: { 'unknown-account': 1, 'no-rate': 1, conflict: 1 } },
    });
  });

  it('counts and exports', async () => {
    const summary = await fairline.json('quarantine', 'summary');
    expect(summary).toMatchObject({ open: 3 });
    expect(await http('/v1/quarantine/summary')).toMatchObject({ status: 200, body: { open: 3 } });
    const { stdout, stderr } = await fairline.run('quarantine', 'export', '--status', 'open');
    const lines = stdout.trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { status: string }).status)).toEqual([
      'open',
      'open',
      'open',
    ]);
    expect(stderr).toContain('3 record(s) exported');
    expect((await fairline.run('quarantine', 'summary')).stdout).toContain('3 open; the oldest: ');
    expect(await http('/v1/quarantine?status=discarded&origin=file:calls.jsonl')).toMatchObject({
      status: 200,
    });
  });

  it('reconciles to the record and the cent, and ends with 1 when something differs', async () => {
    const found = await fairline.json('reconcile', ...ALWAYS);
    expect(found).toMatchObject({
      intake: {
        origins: [
          { origin: 'file:calls.jsonl', read: 17, stored: 10, duplicates: 1, quarantined: 6 },
          { origin: 'redrive', read: 1, stored: 1 },
        ],
        quarantine: [{ open: 3, redriven: 1, discarded: 2 }],
      },
      differences: [],
    });
    const query = 'from=2026-10-01&to=2026-10-31';
    const { body } = await http(`/v1/reconciliation?${query}`);
    const { calls, billing } = body as {
      calls: { stored: number; charged: string }[];
      billing: { charged: string; unbilled: string }[];
    };
    expect(calls.reduce((sum, day) => sum + day.stored, 0)).toBe(11);
    expect(billing).toMatchObject([{ period: '2026-10', drafted: null, unbilled: billing[0]?.charged }]);
    await fairline.json('bill-run', 'start', '2026-10');
    const drafted = (await http(`/v1/reconciliation?${query}`)).body as {
      billing: { unbilled: string; drafted: string; parked: string }[];
    };
    expect(drafted.billing[0]).toMatchObject({ unbilled: '0.000000' });
    const human = await fairline.run('reconcile', ...ALWAYS.slice(0, 2), '--to', '2026-12-31');
    expect([human.exitCode, human.stdout]).toEqual([0, expect.stringContaining('Everything balances.')]);

    await test.database.query("DELETE FROM cdr.call_record WHERE call_id = 'c-0001'");
    const { exitCode, stdout, stderr } = await fairline.run('reconcile', ...ALWAYS, '--json');
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('differences found')]);
    expect((JSON.parse(stdout) as { differences: string[] }).differences.join('\n')).toMatch(
      /intake: batch .* nothing stands at seq[\s\S]*usage: A1001 on 2026-10-05/,
    );
    expect(await http(`/v1/reconciliation?from=2026-10-31&to=2026-10-01`)).toMatchObject({ status: 422 });
  });
});
