import fc from 'fast-check';
import { csvFields } from './csv-row.js';
import { RowSplitter } from './row-splitter.js';

const LIMIT = 20 * 1024;
const fitsThree = (row: Buffer) => csvFields(row.toString())?.length === 3;

/** Pushes the text in pieces of a length. */
function rowsOf(text: string | Buffer, pieceBytes = 1 << 20, limit = LIMIT) {
  const splitter = new RowSplitter(fitsThree, limit);
  const bytes = Buffer.from(text);
  const found: [number, string][] = [];
  const keep = (records: Iterable<{ position: number; bytes: Buffer }>) => {
    for (const record of records) found.push([record.position, record.bytes.toString()]);
  };
  for (let at = 0; at < bytes.length; at += pieceBytes)
    keep(splitter.push(bytes.subarray(at, at + pieceBytes)));
  keep(splitter.end());
  return found;
}

describe('rows of a CSV file', () => {
  it('are cut at line ends that no quote holds, and numbered by the line on which they begin', () => {
    expect(rowsOf('a,b,c\r\n"d\ne","f",g\n\nh,i,j')).toEqual([
      [1, 'a,b,c'],
      [2, '"d\ne","f",g'],
      [5, 'h,i,j'],
    ]);
  });

  it('are the same wherever the pieces of the file end', () => {
    const anyText = fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', 'a', 'é'), maxLength: 60 });
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 7 }), (text, pieceBytes) => {
        expect(rowsOf(text, pieceBytes)).toEqual(rowsOf(text));
      }),
      { numRuns: 1_000 },
    );
  });

  it('are what was written, with line ends in their fields', () => {
    const anyField = fc.string({ unit: fc.constantFrom('"', ',', '\n', 'x', ' '), maxLength: 8 });
    const anyRows = fc.array(fc.tuple(anyField, anyField, anyField), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(anyRows, fc.integer({ min: 1, max: 50 }), (rows, pieceBytes) => {
        const text = rows
          .map((row) => row.map((field) => `"${field.replaceAll('"', '""')}"`).join(','))
          .join('\n');
        expect(rowsOf(text, pieceBytes).map(([, row]) => csvFields(row))).toEqual(rows);
      }),
      { numRuns: 500 },
    );
  });

  it('that lost a quote cost one line, not their neighbours', () => {
    expect(rowsOf('a,"b,c\nd,e,f\n"g","h","i"\nj,k,l')).toEqual([
      [1, 'a,"b,c'],
      [2, 'd,e,f'],
      [3, '"g","h","i"'],
      [4, 'j,k,l'],
    ]);
    // A second lost quote closes the first one; what lies between is no row of the format.
    expect(rowsOf('a,"b,c\nd,e,f\ng,"h,i\nj,k,l')).toEqual([
      [1, 'a,"b,c'],
      [2, 'd,e,f'],
      [3, 'g,"h,i'],
      [4, 'j,k,l'],
    ]);
    const many = Array.from({ length: 1_000 }, (_unused, n) => `${n},b,c`).join('\n');
    expect(rowsOf(`"x\n${many}`, 997)).toHaveLength(1_001);
  });

  it('that are very long are cut once, and the next row is whole', () => {
    const found = rowsOf(`${'x'.repeat(5_000)}\na,b,c\n${'"y'.repeat(2_000)}\nd,e,f`, 100, 1_000);
    expect(found.map(([position, row]) => [position, Math.min(row.length, 1_200)])).toEqual([
      [1, 1_000],
      [2, 5],
      [3, 1_000],
      [4, 5],
    ]);
  });

  it('keep no more in memory than a piece and a row', () => {
    const splitter = new RowSplitter(fitsThree, 1_000);
    const piece = Buffer.alloc(64 * 1024, 'x');
    let records = 0;
    for (let count = 0; count < 500; count += 1) for (const _record of splitter.push(piece)) records += 1;
    expect(records).toBe(1);
    expect(Reflect.get(splitter, 'rest')).toHaveLength(0);
  });
});
