import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { instant } from '#calendar/instant.js';
import type { ReadingOptions } from '#call-log/formats/reading-options.js';
import { recordReader } from '#call-log/formats/record-reader.js';
import { LoadCalls } from '#call-log/load-calls/load-calls.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import { type CallLogUnderTest, loadExampleReference, startCallLog } from '../harness/reference.js';

const ASTERISK: ReadingOptions = {
  format: 'asterisk',
  source: 'pbx-1',
  timeZone: 'Europe/Amsterdam',
  accountCode: 'ignore',
};
/** A call of the examples' first account, by its number. */
const masterRow = (n: number, change: { start?: string; disposition?: string; clid?: string } = {}) => {
  const start = change.start ?? '2026-10-05 10:00:00';
  return `"","+31302000101","0612345678","from-internal","${change.clid ?? ''}","PJSIP/x-1","PJSIP/carrier-2","Dial","","${start}","${start}","${start.slice(0, 17)}30",30,30,"${change.disposition ?? 'ANSWERED'}","DOCUMENTATION","179000000${n}.${n}","note"`;
};

describe('files of calls', () => {
  const directory = mkdtempSync(join(tmpdir(), 'fairline-formats-'));
  let fairline: CallLogUnderTest;
  beforeAll(async () => {
    fairline = await startCallLog();
    await loadExampleReference(fairline.commands);
    acceptedOrThrow(await fairline.module.get(BusinessClock).stepTo(instant('2026-11-15T00:00:00Z')));
  });
  afterAll(async () => {
    await fairline.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const write = (name: string, content: string | Buffer) => {
    const path = join(directory, name);
    writeFileSync(path, content);
    return path;
  };
  const load = (path: string, reading: ReadingOptions = {}) =>
    fairline.commands.execute(new LoadCalls([path], { reading }));
  const refusalOf = async (path: string, reading?: ReadingOptions) => {
    const outcome = await load(path, reading);
    return outcome.ok
      ? 'accepted'
      : `${outcome.refusal.code}: ${outcome.refusal.message.replaceAll(directory, '')}`;
  };

  it('of Asterisk are stored once, quarantined row by row with the bytes as they stood, and read again from them', async () => {
    const night = masterRow(3, { start: '2026-10-25 02:10:00' });
    const text = [
      masterRow(1),
      masterRow(2, { clid: 'Jan,\n""de"" Boer' }),
      night,
      'rubbish',
      `${masterRow(4)},"too","many","columns","by","far"`,
      masterRow(5, { disposition: 'MAYBE' }),
    ].join('\n');
    const path = write('Master.csv', `${text}\n`);
    const expected = {
      read: 6,
      accepted: 2,
      duplicates: 0,
      quarantined: { implausible: 1, unreadable: 2, invalid: 1 },
    };
    expect(acceptedOrThrow(await load(path, ASTERISK))).toEqual(expected);
    expect(acceptedOrThrow(await load(path, ASTERISK))).toMatchObject({ accepted: 0, duplicates: 2 });

    const kept = await fairline.test.database.query<{
      at_position: number;
      code: string;
      origin: string;
      raw: Buffer;
    }>(
      `SELECT at_position, code, origin, raw FROM ingest.quarantined_record WHERE origin LIKE 'file:Master.csv%' ORDER BY at_position`,
    );
    expect(kept.map(({ at_position, code }) => [at_position, code])).toEqual([
      [4, 'implausible'],
      [5, 'unreadable'],
      [6, 'unreadable'],
      [7, 'invalid'],
    ]);
    const [first] = kept;
    expect(first?.raw.toString()).toBe(night);
    // The rule for that night is part of the origin: the same file with a rule takes the row.
    const again = recordReader(first?.origin ?? '')(
      { bytes: Buffer.from(night) },
      instant('2026-11-15T00:00:00Z'),
    );
    expect(again).toMatchObject({ ok: false, rejection: { code: 'implausible' }, id: '1790000003.3' });
    expect(acceptedOrThrow(await load(path, { ...ASTERISK, ambiguous: 'later' }))).toMatchObject({
      accepted: 1,
      duplicates: 2,
    });
  });

  it('that are packed by gzip are the same calls', async () => {
    const path = write(
      'Master.csv.gz',
      gzipSync(`${masterRow(1)}\n${masterRow(2, { clid: 'Jan,\n""de"" Boer' })}\n`),
    );
    expect(acceptedOrThrow(await load(path, ASTERISK))).toMatchObject({ read: 2, duplicates: 2 });
    const cut = write(
      'cut.csv.gz',
      gzipSync(Array.from({ length: 3_000 }, (_unused, n) => masterRow(n)).join('\n')).subarray(0, 2_000),
    );
    expect(await refusalOf(cut, ASTERISK)).toMatch(/^unreadable-file: \/cut.csv.gz is no whole gzip file/);
  });

  it('of CSV with a header of our names are read by it, whatever the order of the columns', async () => {
    const path = write(
      'own.csv',
      '\ufeffid,from,direction,to,startedAt,note,answeredAt,endedAt\r\no-1,+31302000101,outbound,0612345678,2026-10-05T10:00:00+02:00,"a, b",,2026-10-05T10:00:30+02:00\r\n',
    );
    expect(await refusalOf(path)).toBe(
      'wrong-columns: /own.csv: line 1: the header has no column source. --source NAME stands in for the source.',
    );
    expect(acceptedOrThrow(await load(path, { source: 'pbx-2' }))).toMatchObject({ read: 1, accepted: 1 });
  });

  it.each([
    [
      'a.csv',
      masterRow(1),
      {},
      /^wrong-format: \/a.csv: line 1 is CSV with 18 columns and no header .* It may be --format asterisk\./,
    ],
    [
      'b.jsonl',
      '\n{"id": "1"}',
      ASTERISK,
      /^wrong-format: \/b.jsonl: line 2 is JSON, not asterisk\. Give --format fairline/,
    ],
    ['c.json', '[{"id": "1"}]', {}, /^wrong-format: \/c.json: line 1 begins a JSON array/],
    [
      'd.csv',
      'a,b\nc,d',
      ASTERISK,
      /^wrong-columns: \/d.csv: line 1 has 2 columns; Master.csv has 16 to 21\. Its last is column 2, "b"\./,
    ],
    ['e.csv', masterRow(1), { format: 'freeswitch-json' }, /^wrong-format: \/e.csv: line 1 is no JSON/],
    [
      'f.csv',
      'source,id,id,direction,to,startedAt,endedAt',
      {},
      /^wrong-columns: \/f.csv: line 1, column 3: the header has id twice/,
    ],
  ] as [string, string, ReadingOptions, RegExp][])(
    '%s of another format is refused in a sentence',
    async (name, text, reading, sentence) => {
      expect(await refusalOf(write(name, text), reading)).toMatch(sentence);
    },
  );

  it.each([
    [{ format: 'asterisk' }, /--format asterisk needs --source NAME/],
    [{ format: 'freeswitch', source: 's' }, /--format freeswitch needs --time-zone ZONE/],
    [
      { format: 'asterisk', source: 's', timeZone: 'Mars/Base' },
      /--time-zone "Mars\/Base" is not a time zone/,
    ],
    [{ format: '3cx', source: 's', timeZone: 'UTC' }, /--format 3cx needs --columns/],
    [
      { format: '3cx', source: 's', timeZone: 'UTC', columns: 'callid,time-start' },
      /--columns lacks time-answered, time-end, from-no, to-no/,
    ],
    [
      { format: '3cx', source: 's', timeZone: 'UTC', columns: 'callid,wrong' },
      /--columns names wrong, which is no field of 3CX/,
    ],
    [
      { format: 'asterisk-custom', source: 's', timeZone: 'UTC', columns: 'start,start' },
      /--columns names start twice/,
    ],
    [{ columns: 'id' }, /--columns goes with asterisk-custom, freeswitch, 3cx, not with fairline/],
    [{ contexts: 'x=sideways' }, /--contexts "x=sideways" must be pairs/],
    [{ source: '' }, /--source must be 1 to 64 characters/],
  ] as [ReadingOptions, RegExp][])('read with %j are wrong usage', async (reading, sentence) => {
    const outcome = await load(write('any.csv', ''), reading);
    expect(outcome).toMatchObject({
      ok: false,
      refusal: { code: 'wrong-usage', message: expect.stringMatching(sentence) },
    });
  });
});
