import { createHash } from 'node:crypto';
import type { RawRecord } from '#call-log/store-batch/batch.js';

const NEWLINE = 0x0a;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);
const SPACE = new Set([0x20, 0x09, 0x0a, 0x0d]);

/** As in files: more of a record than it may have is not kept. */
const MAXIMUM_KEPT_BYTES = 20 * 1024;

/**
 * A record that came by HTTP has no place of its own, so its content is its place (the first 48 bits of its SHA-256): sent again, alone or
 * among others, it is the same record and stands in quarantine once; another one stands elsewhere.
 */
function recordOf(bytes: Buffer): RawRecord {
  const position = createHash('sha256').update(bytes).digest().readUIntBE(0, 6);
  return { position, bytes: bytes.subarray(0, MAXIMUM_KEPT_BYTES) };
}

/** The records of newline-delimited JSON as they came; blank lines are none. */
export function linesOf(body: Buffer): RawRecord[] {
  const records: RawRecord[] = [];
  for (let start = 0; start <= body.length;) {
    const newline = body.indexOf(NEWLINE, start);
    const end = newline === -1 ? body.length : newline;
    const bytes = trimmed(body.subarray(start, end));
    if (bytes.length > 0) records.push(recordOf(bytes));
    start = end + 1;
  }
  return records;
}

/**
 * The elements of a JSON array with their own bytes, so that what is quarantined is kept as it was sent; anything else is one record.
 * An array that is cut off or malformed is one record too, and unreadable as such.
 */
export function elementsOf(body: Buffer): RawRecord[] {
  const whole = trimmed(body);
  if (whole.length === 0) return [];
  if (whole[0] !== 0x5b) return [recordOf(whole)];
  return splitArray(whole) ?? [recordOf(whole)];
}

function splitArray(whole: Buffer): RawRecord[] | undefined {
  const records: RawRecord[] = [];
  let depth = 0;
  let inString = false;
  let start = 1;
  const take = (end: number): boolean => {
    const bytes = trimmed(whole.subarray(start, end));
    if (bytes.length === 0) return false;
    records.push(recordOf(bytes));
    start = end + 1;
    return true;
  };
  for (let at = 0; at < whole.length; at += 1) {
    const byte = whole[at] ?? 0;
    if (inString) {
      if (byte === BACKSLASH) at += 1;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (OPENING.has(byte)) depth += 1;
    else if (CLOSING.has(byte)) {
      depth -= 1;
      if (depth > 0) continue;
      if (at !== whole.length - 1 || byte !== 0x5d) return undefined;
      return take(at) || records.length === 0 ? records : undefined;
    } else if (byte === COMMA && depth === 1 && !take(at)) return undefined;
  }
  return undefined;
}

function trimmed(bytes: Buffer): Buffer {
  let start = 0;
  let end = bytes.length;
  while (start < end && SPACE.has(bytes[start] ?? 0)) start += 1;
  while (end > start && SPACE.has(bytes[end - 1] ?? 0)) end -= 1;
  return bytes.subarray(start, end);
}
