import { appendFileSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { acceptedOrThrow } from '#outcome/outcome.js';
import { DEFAULT_READING } from '../formats/file-reading.js';
import { lookAtFile, recordBatches } from './record-file.js';

describe('the lines of a file', () => {
  const directory = mkdtempSync(join(tmpdir(), 'fairline-lines-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  const read = async (content: string | Buffer, batchSize = 10) => {
    const path = join(directory, 'calls.jsonl');
    writeFileSync(path, content);
    const batches = [];
    const file = acceptedOrThrow(await lookAtFile(path, DEFAULT_READING));
    for await (const batch of recordBatches(file, batchSize)) batches.push(batch);
    return batches;
  };
  const lines = async (content: string | Buffer) =>
    (await read(content)).flat().map(({ position, bytes }) => [position, bytes.toString()]);

  it('are numbered from 1; blank ones are no records and keep their number', async () => {
    expect(await lines('a\n\n \t\nb\n')).toEqual([
      [1, 'a'],
      [4, 'b'],
    ]);
  });

  it('end with CRLF or LF, and the last one with nothing', async () => {
    expect(await lines('a\r\nb\nc')).toEqual([
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
    ]);
    expect(await lines('a\r\n\r\nb\r')).toEqual([
      [1, 'a'],
      [3, 'b'],
    ]);
  });

  it('of an empty file are none', async () => {
    expect(await read('')).toEqual([]);
    expect(await read('\n\r\n')).toEqual([]);
  });

  it('may begin with a byte order mark, which is skipped there and nowhere else', async () => {
    expect(await lines('\ufeffa\n\ufeffb')).toEqual([
      [1, 'a'],
      [2, '\ufeffb'],
    ]);
    expect(await lines('\ufeff\na')).toEqual([[2, 'a']]);
  });

  it('that are very long are cut, so that they are refused and fill no memory', async () => {
    const [batch] = await read(`a\n${'x'.repeat(10 * 1024 * 1024)}\nb`);
    expect(
      batch?.map(({ position, bytes }) => [position, bytes.length > 16 * 1024 && bytes.length <= 64 * 1024]),
    ).toEqual([
      [1, false],
      [2, true],
      [3, false],
    ]);
  });

  it('of binary rubbish come as they are', async () => {
    const rubbish = Buffer.from([0, 255, 10, 254, 0, 13, 10, 1]);
    expect((await read(rubbish)).flat().map(({ bytes }) => [...bytes])).toEqual([[0, 255], [254, 0], [1]]);
  });

  it('come in batches of the size that is asked for', async () => {
    expect((await read('1\n2\n3\n4\n5', 2)).map((batch) => batch.length)).toEqual([2, 2, 1]);
  });

  it('that lie across the pieces in which a file is read are whole', async () => {
    const long = Array.from({ length: 300 }, (_unused, index) => `${index} ${'y'.repeat(9_000)}`);
    const found = await lines(long.join('\n'));
    expect(found.map(([, text]) => text)).toEqual(long);
  });

  describe('while somebody writes the file', () => {
    const readWhile = async (content: string, change: (path: string) => void) => {
      const path = join(directory, 'live.jsonl');
      writeFileSync(path, content);
      const batches = recordBatches(acceptedOrThrow(await lookAtFile(path, DEFAULT_READING)), 1);
      const texts: string[] = [];
      for (let next = await batches.next(); ; next = await batches.next()) {
        if (next.done === true) return { texts, end: next.value.kind };
        texts.push(...next.value.map(({ bytes }) => bytes.toString()));
        if (texts.length === 1) change(path);
      }
    };

    it('are those that stood there when it was looked at, without a half one at the end', async () => {
      expect(await readWhile('1\n2\n3', (path) => appendFileSync(path, '3\n4\n'))).toEqual({
        texts: ['1', '2'],
        end: 'grew',
      });
      expect(await readWhile('1\n2\n', (path) => appendFileSync(path, '3\n'))).toEqual({
        texts: ['1', '2'],
        end: 'grew',
      });
      expect(await readWhile('1\n2', () => undefined)).toEqual({ texts: ['1', '2'], end: 'whole' });
    });

    it('are told to be doubtful when it was rewritten, replaced or taken away', async () => {
      const replace = (path: string) => {
        rmSync(path);
        writeFileSync(path, '8\n9\n');
        utimesSync(path, 1, 1);
      };
      for (const change of [
        replace,
        (path: string) => rmSync(path),
        (path: string) => writeFileSync(path, '1'),
        (path: string) => utimesSync(path, 1, 1),
      ])
        expect(await readWhile('1\n2\n', change)).toMatchObject({ end: 'changed' });
    });
  });
});
