import type { RawRecord } from '../store-batch/batch.js';
import { type RecordSplitter, isBlank, trimmedLine } from './record-splitter.js';

const NEWLINE = 0x0a;
const QUOTE = 0x22;
/** A row that spans more lines than this has lost a quote. */
const MAXIMUM_LINES = 200;

interface Row {
  /** Index of its line end in the data, or their length. */
  readonly end: number;
  readonly lines: number;
}

/**
 * Cuts a stream of CSV into rows; a line end within quotes belongs to its row. Where a quote was lost, the rows that follow are not
 * swallowed: a row over several lines has to fit the format, else its first line stands alone and reading goes on after it.
 * Memory is bounded by one piece of the stream and one row. Positions are the lines on which rows begin, from 1.
 */
export class RowSplitter implements RecordSplitter {
  private rest: Buffer = Buffer.alloc(0);
  private line = 1;
  /** Within a line that was too long and has been handed out already. */
  private discarding = false;

  /**
   * @param fits whether a row over several lines has the columns of the format
   * @param maximumBytes a longer row is cut: it is refused anyway
   */
  constructor(
    private readonly fits: (row: Buffer) => boolean,
    private readonly maximumBytes: number,
  ) {}

  *push(chunk: Buffer): Generator<RawRecord> {
    yield* this.cut(this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]), false);
  }

  *end(): Generator<RawRecord> {
    yield* this.cut(this.rest, true);
  }

  private *cut(data: Buffer, ended: boolean): Generator<RawRecord> {
    let start = this.discarding ? this.afterLongLine(data) : 0;
    while (start < data.length) {
      const row = this.rowAt(data, start, ended);
      if (row === undefined) break;
      const record = this.recordOf(data.subarray(start, Math.min(row.end, start + this.maximumBytes)));
      if (record !== undefined) yield record;
      if (row.end === data.length && !ended) {
        // A line without an end that is too long already: its rest is not kept.
        this.discarding = true;
        start = data.length;
        break;
      }
      this.line += row.lines;
      start = row.end + 1;
    }
    this.rest = start >= data.length ? Buffer.alloc(0) : Buffer.from(data.subarray(start));
  }

  private afterLongLine(data: Buffer): number {
    const end = data.indexOf(NEWLINE);
    if (end === -1) return data.length;
    this.discarding = false;
    this.line += 1;
    return end + 1;
  }

  private recordOf(bytes: Buffer): RawRecord | undefined {
    const trimmed = trimmedLine(bytes, this.line);
    return isBlank(trimmed) ? undefined : { position: this.line, bytes: trimmed };
  }

  /** @returns undefined where more of the stream is needed */
  private rowAt(data: Buffer, start: number, ended: boolean): Row | undefined {
    const firstEnd = lineEnd(data, start, ended);
    if (firstEnd === undefined) {
      return data.length - start > this.maximumBytes ? { end: data.length, lines: 0 } : undefined;
    }
    const first = { end: firstEnd, lines: 1 };
    let isOpen = hasOpenQuote(data, start, firstEnd);
    let { end } = first;
    let lines = 1;
    while (isOpen) {
      if (end >= data.length) return first;
      const next = lineEnd(data, end + 1, ended);
      if (next === undefined) return data.length - start > this.maximumBytes ? first : undefined;
      isOpen = !hasOpenQuote(data, end + 1, next);
      end = next;
      lines += 1;
      if (end - start > this.maximumBytes || lines > MAXIMUM_LINES) return first;
    }
    return lines === 1 || this.fits(trimmedLine(data.subarray(start, end), this.line))
      ? { end, lines }
      : first;
  }
}

function lineEnd(data: Buffer, from: number, ended: boolean): number | undefined {
  const end = data.indexOf(NEWLINE, from);
  if (end !== -1) return end;
  return ended ? data.length : undefined;
}

/** Doubled quotes do not change whether their number is odd. */
function hasOpenQuote(data: Buffer, start: number, end: number): boolean {
  let isOpen = false;
  for (let at = data.indexOf(QUOTE, start); at !== -1 && at < end; at = data.indexOf(QUOTE, at + 1)) {
    isOpen = !isOpen;
  }
  return isOpen;
}
