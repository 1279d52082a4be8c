import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { accountEntities } from '#accounts/store/account-store.js';
import { type TestDatabase, createTestDatabase } from '#platform/testing/test-database.js';
import { CommandLine } from '../harness/command-line.js';
import { fixture } from '../harness/reference.js';

interface Expected {
  readonly load: object;
  readonly calls: readonly { readonly id: string }[];
  readonly perDaySeconds: { readonly A1001: Readonly<Record<string, number>> };
}
const expected = JSON.parse(readFileSync(fixture('examples/expected.json'), 'utf8')) as Expected;
const OCTOBER = ['--from', '2026-10-01', '--to', '2026-10-31'];

describe('the command line on the examples', () => {
  let test: TestDatabase;
  let cli: CommandLine;
  beforeAll(async () => {
    test = await createTestDatabase({ entities: accountEntities });
    cli = new CommandLine({ DATABASE_URL: test.url });
    await cli.json('clock', '--step-to', '2026-11-25T12:00:00+01:00');
    await cli.json('load', 'catalogue', fixture('examples/catalogue.yaml'));
    await cli.json('load', 'tariff', fixture('examples/tariff-regular.csv'));
    await cli.json('load', 'accounts', fixture('examples/accounts.jsonl'));
  });
  afterAll(async () => {
    cli.remove();
    await test.drop();
  });

  it('loads the calls as expected, and nothing twice', async () => {
    expect(await cli.json('load', 'calls', fixture('examples/calls.jsonl'))).toEqual(expected.load);
    expect(await cli.json('load', 'calls', fixture('examples/calls.jsonl'))).toMatchObject({ accepted: 0 });
  });

  it('loading reference data again changes nothing', async () => {
    expect(await cli.json('load', 'tariff', fixture('examples/tariff-regular.csv'))).toMatchObject({
      loaded: [],
      changed: [],
      refused: [],
    });
  });

  it('gives every call as one JSON line, rated as expected', async () => {
    const lines = await Promise.all(
      ['A1001', 'A1002'].map(
        async (account) => (await cli.run('calls', account, ...OCTOBER, '--json')).stdout,
      ),
    );
    const calls = lines
      .join('')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: string });
    expect(calls).toHaveLength(expected.calls.length);
    for (const { account: _account, ...wanted } of expected.calls as { account?: string; id: string }[]) {
      expect(calls.find((call) => call.id === wanted.id)).toMatchObject(wanted);
    }
  });

  it('gives usage per day, a call across midnight on both', async () => {
    const usage = (await cli.json('usage', 'A1001', '--from', '2026-10-21', '--to', '2026-10-22')) as {
      days: { day: string; seconds: number }[];
    };
    expect(Object.fromEntries(usage.days.map(({ day, seconds }) => [day, seconds]))).toEqual(
      expected.perDaySeconds.A1001,
    );
  });

  it('aligns amounts for people, with a total', async () => {
    const { stdout } = await cli.run('usage', 'A1001', ...OCTOBER);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.at(-1)).toMatch(/^total +7 +3 +3:50:17 +2\.2200 +7\.7930$/);
    expect(new Set(lines.map((line) => line.length)).size).toBe(1);
  });

  it('explains a price', async () => {
    expect(
      await cli.json(
        'rate',
        '--tariff',
        'regular',
        '--to',
        '0612345678',
        '--at',
        '2026-10-05T18:59:00+02:00',
        '--seconds',
        '180',
      ),
    ).toMatchObject({
      tariff: 'regular',
      version: '2026-01-01',
      prefix: '+316',
      billedSeconds: 180,
      charge: '0.3200',
    });
  });

  it('previews a change backwards, carries out exactly that, and every read model still agrees', async () => {
    const change = ['subscription', 'change', 'A1001', '--plan', 'metered', '--from', '2026-10-17'];
    const preview = (await cli.json(...change, '--preview')) as { hash: string; total: string };
    const done = (await cli.json(...change, '--confirm', preview.hash)) as {
      total: string;
      repeated: boolean;
    };
    expect(done).toMatchObject({ total: preview.total, repeated: false });
    const { stdout } = await cli.run(
      'calls',
      'A1001',
      '--from',
      '2026-10-17',
      '--to',
      '2026-10-17',
      '--json',
    );
    // Run without a server: the ratings that follow from the change are there when the command returns.
    expect(JSON.parse(stdout)).toMatchObject({
      covered: false,
      ratings: [{ covered: true }, { covered: false }],
    });
    const verified = (await cli.json('verify')) as { checks: { name: string; differences: string[] }[] };
    expect(verified.checks.filter((check) => check.differences.length > 0)).toEqual([]);
  });

  it('verify ends with 1 and names what differs, still as one document', async () => {
    await test.database.callBucket(
      'spoil',
      "UPDATE usage.daily SET calls = calls + 1 WHERE account_id = 'A1001' AND day = '2026-10-05'",
      [],
    );
    const { exitCode, stdout } = await cli.run('verify', '--json');
    expect(exitCode).toBe(1);
    const document = JSON.parse(stdout) as { checks: { differences: string[] }[]; error: { code: string } };
    expect(document.error.code).toBe('differences-found');
    expect(document.checks.flatMap((check) => check.differences).join()).toContain('A1001');
    expect(await cli.json('rebuild', 'usage')).toMatchObject({ readModel: 'usage' });
    await cli.json('verify');
  });

  it('drafts a month and shows a draft', async () => {
    expect(await cli.json('bill-run', 'start', '2026-10')).toMatchObject({ period: '2026-10' });
    expect(await cli.json('bill-run', 'show', '2026-10')).toMatchObject({ period: '2026-10' });
    expect(await cli.json('invoice', 'show', 'A1001', '--period', '2026-10')).toMatchObject({
      account: 'A1001',
    });
    expect((await cli.run('invoice', 'list', '--period', '2026-10')).stdout).toContain('A1001');
  });

  it('judges days and lists cases', async () => {
    expect(await cli.json('fair-use', 'evaluate', '--through', '2026-10-24', '--force')).toMatchObject({
      through: '2026-10-24',
      casesOpened: 0,
    });
    expect(await cli.json('fair-use', 'cases')).toEqual([]);
  });

  describe('bad input', () => {
    const file = (name: string, content: string | Buffer) => {
      const path = join(cli.dataDirectory, name);
      writeFileSync(path, content);
      return path;
    };
    const CASE = '0f8fad5b-d9cb-569f-a165-70867728950e';

    it.each<[string, () => string[], number, RegExp]>([
      ['an unknown command', () => ['frobnicate'], 2, /unknown command 'frobnicate'/],
      ['no command', () => [], 2, /a command is missing/],
      [
        'an unknown option',
        () => ['usage', 'A1001', ...OCTOBER, '--frm', '2026-10-01'],
        2,
        /unknown option '--frm'/,
      ],
      ['a missing option', () => ['usage', 'A1001', '--from', '2026-10-01'], 2, /--to <day>/],
      [
        'a date that is none',
        () => ['usage', 'A1001', '--from', '2026-02-30', '--to', '2026-10-01'],
        2,
        /--from "2026-02-30" is not a day/,
      ],
      [
        'days the wrong way round',
        () => ['usage', 'A1001', '--from', '2026-10-02', '--to', '2026-10-01'],
        2,
        /--from 2026-10-02 is after --to/,
      ],
      ['an account that is no id', () => ['usage', 'A 1001', ...OCTOBER], 2, /account "A 1001" is no id/],
      ['an unknown account', () => ['usage', 'A9999', ...OCTOBER], 1, /There is no account A9999/],
      ['an unknown account of calls', () => ['calls', 'A9999', ...OCTOBER], 1, /There is no account A9999/],
      [
        'a number of seconds that is none',
        () => [
          'rate',
          '--tariff',
          'regular',
          '--to',
          '112',
          '--at',
          '2026-10-05T10:00:00+02:00',
          '--seconds',
          '1.5',
        ],
        2,
        /--seconds "1.5"/,
      ],
      [
        'an instant without offset',
        () => ['rate', '--tariff', 'regular', '--to', '112', '--at', '2026-10-05T10:00:00', '--seconds', '1'],
        2,
        /--at "2026-10-05T10:00:00" is not an instant with its offset/,
      ],
      [
        'a number that nobody can call',
        () => [
          'rate',
          '--tariff',
          'regular',
          '--to',
          'bob',
          '--at',
          '2026-10-05T10:00:00+02:00',
          '--seconds',
          '1',
        ],
        1,
        /bob is no number/,
      ],
      [
        'an unknown tariff',
        () => [
          'rate',
          '--tariff',
          'gold',
          '--to',
          '0612345678',
          '--at',
          '2026-10-05T10:00:00+02:00',
          '--seconds',
          '1',
        ],
        1,
        /There is no tariff gold/,
      ],
      [
        'a file that is not there',
        () => ['load', 'calls', '/nowhere/calls.jsonl'],
        1,
        /\/nowhere\/calls.jsonl is no file/,
      ],
      ['a directory as file', () => ['load', 'accounts', cli.dataDirectory], 1, /is no file/],
      [
        'a format whose rows name no switch',
        () => ['load', 'calls', fixture('examples/calls.jsonl'), '--format', 'asterisk'],
        2,
        /--format asterisk needs --source NAME/,
      ],
      [
        'a format that nobody has',
        () => ['load', 'calls', fixture('examples/calls.jsonl'), '--format', 'xml'],
        2,
        /--format "xml" is none of/,
      ],
      [
        'a file that is not UTF-8',
        () => ['load', 'accounts', file('latin1.jsonl', Buffer.from([0x22, 0xe9, 0x22]))],
        1,
        /latin1.jsonl is not UTF-8/,
      ],
      [
        'accounts that are no JSON',
        () => ['load', 'accounts', file('broken.jsonl', '{"id": "A1",\n')],
        1,
        /broken.jsonl: .*line 1/i,
      ],
      [
        'a catalogue that is no YAML',
        () => ['load', 'catalogue', file('broken.yaml', 'plans: [')],
        1,
        /broken.yaml/,
      ],
      [
        'a tariff without its columns',
        () => ['load', 'tariff', file('broken.csv', 'a,b\n1,2\n')],
        1,
        /broken.csv/,
      ],
      ['an unknown case', () => ['fair-use', 'case', CASE], 1, /There is no case/],
      ['a case that is no id', () => ['fair-use', 'case', '12'], 2, /case "12" is no id/],
      ['a notice in an unknown case', () => ['fair-use', 'case', 'notice', CASE], 1, /There is no case/],
      [
        'a delivery in an unknown case',
        () => ['fair-use', 'case', 'deliver', CASE, '--evidence', 'acknowledged'],
        1,
        /There is no case/,
      ],
      ['a month that is none', () => ['bill-run', 'show', '2026-13'], 2, /period "2026-13" is not a month/],
      ['a month without bill run', () => ['bill-run', 'show', '2025-01'], 1, /2025-01/],
      [
        'a change of nothing',
        () => ['subscription', 'change', 'A1001', '--from', '2026-10-01', '--preview'],
        2,
        /Nothing would change/,
      ],
      [
        'a hash of no preview',
        () => [
          'subscription',
          'change',
          'A1001',
          '--from',
          '2026-10-01',
          '--plan',
          'metered',
          '--confirm',
          'abc',
        ],
        1,
        /abc|preview/,
      ],
      [
        'a day that is not over',
        () => ['fair-use', 'evaluate', '--through', '2026-11-25'],
        1,
        /2026-11-25 can be judged from/,
      ],
    ])('%s: one sentence and the exit code', async (_what, args, exitCode, sentence) => {
      const human = await cli.run(...args());
      expect(human.stderr).toMatch(sentence);
      expect({
        exitCode: human.exitCode,
        stack: /\n\s+at /.test(human.stderr),
        lines: human.stderr.trim().split('\n').length,
      }).toEqual({ exitCode, stack: false, lines: 1 });
      const json = await cli.run(...args(), '--json');
      expect(json.exitCode).toBe(exitCode);
      const document = JSON.parse(json.stdout) as { error: { code: string; message: string } };
      expect(human.stderr).toContain(document.error.message);
      expect(document.error.code).toMatch(/^[a-z][a-z0-9-]+$/);
    });

    it('a wrong setting is named, with what it should look like', async () => {
      const { exitCode, stderr } = await cli.runWith({ DATABASE_URL: 'mysql://x' }, [
        'usage',
        'A1001',
        ...OCTOBER,
      ]);
      expect({ exitCode, stderr }).toEqual({
        exitCode: 2,
        stderr: expect.stringMatching(/DATABASE_URL is not a URL such as postgres:/),
      });
    });

    it('a database that does not answer is exit 3', async () => {
      const { exitCode, stderr } = await cli.runWith({ DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' }, [
        'verify',
      ]);
      expect({ exitCode, stderr }).toEqual({
        exitCode: 3,
        stderr: expect.stringMatching(/PostgreSQL at postgres:\/\/nobody@127.0.0.1:1\/none does not answer/),
      });
    });

    it('a data directory that can not be made is exit 1', async () => {
      const { exitCode, stderr } = await cli.runWith(
        { FAIRLINE_DATA_DIR: join(file('occupied', ''), 'data') },
        ['verify'],
      );
      expect({ exitCode, stderr }).toEqual({
        exitCode: 1,
        stderr: expect.stringMatching(/Set FAIRLINE_DATA_DIR/),
      });
    });

    it('a database of another schema version is refused; only migrate changes it', async () => {
      await test.database.query(
        "INSERT INTO public.schema_migration (timestamp, name) VALUES (1, 'from-the-future')",
      );
      const { exitCode, stderr } = await cli.run('usage', 'A1001', ...OCTOBER);
      await test.database.query("DELETE FROM public.schema_migration WHERE name = 'from-the-future'");
      expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringMatching(/newer Fairline/) });
      expect(await cli.json('migrate')).toEqual({ migrated: [] });
    });
  });
});
