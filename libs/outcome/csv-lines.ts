import { parse } from 'csv-parse/sync';
import { type Outcome, accepted, refused } from './outcome.js';

export interface CsvLine {
  /** Of the file, from 1, as an editor counts: blank lines and lines within a cell are counted too. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** The rows of a CSV file that a person made; blank lines are no rows, and rows may have any number of cells. */
export function csvLines(csv: string): Outcome<readonly CsvLine[]> {
  const lines: CsvLine[] = [];
  try {
    parse(csv, {
      bom: true,
      skipEmptyLines: true,
      trim: true,
      relaxColumnCount: true,
      onRecord: (cells: string[], context) => {
        lines.push({ line: context.lines, cells });
        return null;
      },
    });
  } catch (error) {
    return refused('not-csv', (error as Error).message);
  }
  return accepted(lines);
}
