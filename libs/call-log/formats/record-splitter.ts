import type { RawRecord } from '../store-batch/batch.js';

const CARRIAGE_RETURN = 0x0d;
/** Some programs write it at the start of a file; it belongs to no record. */
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** Cuts the bytes of a file into records as they stand. */
export interface RecordSplitter {
  push(chunk: Buffer): Iterable<RawRecord>;
  /** What is left when the file ends. */
  end(): Iterable<RawRecord>;
}

/** A line without its carriage return, the first line also without a byte order mark. */
export function trimmedLine(bytes: Buffer, line: number): Buffer {
  const start = line === 1 && bytes.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : 0;
  return bytes.subarray(start, bytes.at(-1) === CARRIAGE_RETURN ? -1 : undefined);
}

export function isBlank(bytes: Buffer): boolean {
  for (const byte of bytes) {
    if (byte !== 0x20 && byte !== 0x09) return false;
  }
  return true;
}
