import { type RecordSplitter, isBlank, trimmedLine } from '../formats/record-splitter.js';
import type { RawRecord } from '../store-batch/batch.js';

const NEWLINE = 0x0a;

/** Cuts JSON Lines: positions are line numbers from 1, blank lines are no records. */
export class LineSplitter implements RecordSplitter {
  private line = 1;
  private pending: Buffer[] = [];
  private pendingBytes = 0;

  /** @param maximumBytes a longer line is cut: the record is refused as too large anyway, and one line can't fill the memory */
  constructor(private readonly maximumBytes: number) {}

  *push(chunk: Buffer): Generator<RawRecord> {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      const record = this.take(chunk.subarray(start, end));
      if (record !== undefined) yield record;
      start = end + 1;
    }
    this.keep(chunk.subarray(start));
  }

  *end(): Generator<RawRecord> {
    const record = this.take(Buffer.alloc(0));
    if (record !== undefined) yield record;
  }

  private keep(part: Buffer): void {
    if (part.length === 0 || this.pendingBytes >= this.maximumBytes) return;
    this.pending.push(Buffer.from(part.subarray(0, this.maximumBytes)));
    this.pendingBytes += part.length;
  }

  private take(tail: Buffer): RawRecord | undefined {
    let bytes: Buffer;
    if (this.pending.length === 0) {
      bytes = tail.subarray(0, this.maximumBytes);
    } else {
      this.keep(tail);
      bytes = Buffer.concat(this.pending);
      this.pending = [];
      this.pendingBytes = 0;
    }
    const position = this.line;
    bytes = trimmedLine(bytes, position);
    this.line += 1;
    return isBlank(bytes) ? undefined : { position, bytes };
  }
}
