import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { csvFields } from './csv-row.js';

/** A small writer: quotes only what needs it, or everything. */
const written = (fields: readonly string[], quoteAll: boolean) =>
  fields
    .map((field) => (quoteAll || /[",\n\r]|^ | $/.test(field) ? `"${field.replaceAll('"', '""')}"` : field))
    .join(',');
const anyField = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: fc.constantFrom('"', ',', ' ', '\n', 'a', 'é', "'"), maxLength: 10 }),
);
const anyRow = fc.array(anyField, { minLength: 1, maxLength: 8 });

describe('a row of CSV', () => {
  it('that was written is read as it was: quotes, separators, line ends and blanks', () => {
    fc.assert(
      fc.property(anyRow, fc.boolean(), (fields, quoteAll) => {
        expect(csvFields(written(fields, quoteAll))).toEqual(fields);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is read as csv-parse reads it', () => {
    fc.assert(
      fc.property(anyRow, (fields) => {
        const row = written(fields, true);
        const [expected] = parse(row, { relaxColumnCount: true });
        expect(csvFields(row)).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['a,,b', ['a', '', 'b']],
    ['', ['']],
    ['"a", "b"', ['a', 'b']],
    ['"",""', ['', '']],
    ['"a,b",c', ['a,b', 'c']],
    ['"Jan ""de"" Boer" ,1', ['Jan "de" Boer', '1']],
    ['"Bob "B" Jones",1', ['Bob "B" Jones', '1']],
    ['a"b,c', ['a"b', 'c']],
    [' a ,b', [' a ', 'b']],
    ['"a",', ['a', '']],
  ])('%j has the fields %j', (row, fields) => {
    expect(csvFields(row)).toEqual(fields);
  });

  it('that opens a quote and does not close it is none', () => {
    expect(csvFields('"a,b')).toBeUndefined();
    expect(csvFields('a,"b""')).toBeUndefined();
  });
});
