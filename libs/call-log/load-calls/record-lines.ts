import { createReadStream } from 'node:fs';
import type { RawRecord } from '../store-batch/batch.js';

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
/** Some programs write it at the start of a file; it belongs to no record. */
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
/** A line longer than this is cut: the record is refused as too large anyway, and one line can't fill the memory. */
const MAXIMUM_KEPT_BYTES = 20 * 1024;

/**
 * The lines of a JSON Lines file as raw records, batch by batch; positions are line numbers from 1. Blank lines are no records. Memory is
 * bounded by the batch, whatever the size of the file or of a line.
 */
export async function* recordBatches(path: string, batchSize: number): AsyncGenerator<RawRecord[]> {
  const assembler = new LineAssembler();
  let batch: RawRecord[] = [];
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    for (const record of assembler.push(chunk)) {
      batch.push(record);
      if (batch.length === batchSize) {
        yield batch;
        batch = [];
      }
    }
  }
  const last = assembler.end();
  if (last !== undefined) batch.push(last);
  if (batch.length > 0) yield batch;
}

class LineAssembler {
  private line = 1;
  private pending: Buffer[] = [];
  private pendingBytes = 0;

  *push(chunk: Buffer): Generator<RawRecord> {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      const record = this.take(chunk.subarray(start, end));
      if (record !== undefined) yield record;
      start = end + 1;
    }
    this.keep(chunk.subarray(start));
  }

  end(): RawRecord | undefined {
    return this.take(Buffer.alloc(0));
  }

  private keep(part: Buffer): void {
    if (part.length === 0 || this.pendingBytes >= MAXIMUM_KEPT_BYTES) return;
    this.pending.push(Buffer.from(part.subarray(0, MAXIMUM_KEPT_BYTES)));
    this.pendingBytes += part.length;
  }

  private take(tail: Buffer): RawRecord | undefined {
    let bytes: Buffer;
    if (this.pending.length === 0) {
      bytes = tail.subarray(0, MAXIMUM_KEPT_BYTES);
    } else {
      this.keep(tail);
      bytes = Buffer.concat(this.pending);
      this.pending = [];
      this.pendingBytes = 0;
    }
    if (bytes.at(-1) === CARRIAGE_RETURN) bytes = bytes.subarray(0, -1);
    const position = this.line;
    if (position === 1 && bytes.subarray(0, 3).equals(BYTE_ORDER_MARK)) bytes = bytes.subarray(3);
    this.line += 1;
    return isBlank(bytes) ? undefined : { position, bytes };
  }
}

function isBlank(bytes: Buffer): boolean {
  for (const byte of bytes) {
    if (byte !== 0x20 && byte !== 0x09) return false;
  }
  return true;
}
