import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import { isNativeError } from 'node:util/types';
import { createGunzip } from 'node:zlib';
import { type Outcome, accepted, refused } from '#outcome/outcome.js';
import { csvFields } from '../formats/csv-row.js';
import { type FileReading, originOf } from '../formats/file-reading.js';
import { settleReading } from '../formats/first-record.js';
import { MAXIMUM_JSON_CDR_BYTES } from '../formats/freeswitch-json.js';
import { columnsOf } from '../formats/record-reader.js';
import type { RecordSplitter } from '../formats/record-splitter.js';
import { RowSplitter } from '../formats/row-splitter.js';
import type { RawRecord } from '../store-batch/batch.js';
import { LineSplitter } from './record-lines.js';

/** A little more than a record may have, so that a longer one is kept as too long. */
const MAXIMUM_KEPT_BYTES = 20 * 1024;
const PIECE_BYTES = 1 << 20;
/** A batch ends before its records fill the memory, however long they are. */
const MAXIMUM_BATCH_BYTES = 32 * 1024 * 1024;
const GZIP = Buffer.from([0x1f, 0x8b]);

/** A file that has been looked at: how it is read, and what it was when that was settled. */
export interface RecordFile {
  readonly path: string;
  readonly origin: string;
  readonly reading: FileReading;
  readonly hasHeader: boolean;
  readonly isGzip: boolean;
  readonly sizeBytes: number;
  readonly changedAtMillis: number;
  readonly inode: number;
}

/** Refused: what is no file, can't be unpacked, or is plainly not of the format. Nothing is loaded yet. */
export async function lookAtFile(path: string, reading: FileReading): Promise<Outcome<RecordFile>> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true)
    return refused('no-such-file', `${path} is no file that can be read. Check its name and permissions.`);
  const file: RecordFile = {
    path,
    origin: originOf(basename(path), reading),
    reading,
    hasHeader: false,
    isGzip: await beginsWithGzip(path),
    sizeBytes: found.size,
    changedAtMillis: found.mtimeMs,
    inode: found.ino,
  };
  const first = await firstRecord(file);
  if (!first.ok) return first;
  if (first.value === undefined) return accepted(file);
  const settled = settleReading(path, first.value.position, first.value.bytes, reading);
  if (!settled.ok) return settled;
  return accepted({ ...file, ...settled.value, origin: originOf(basename(path), settled.value.reading) });
}

async function beginsWithGzip(path: string): Promise<boolean> {
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer.equals(GZIP);
  } finally {
    await handle.close();
  }
}

async function firstRecord(file: RecordFile): Promise<Outcome<RawRecord | undefined>> {
  const splitter = splitterFor(file);
  try {
    for await (const piece of pieces(file)) {
      for (const record of splitter.push(piece)) return accepted(record);
    }
    for (const record of splitter.end()) return accepted(record);
    return accepted(undefined);
  } catch (error) {
    return unreadableFile(file, error);
  }
}

function splitterFor({ reading }: RecordFile): RecordSplitter {
  if (reading.format === 'freeswitch-json') return new LineSplitter(MAXIMUM_JSON_CDR_BYTES + 1024);
  if (reading.format === 'fairline' && reading.columns === undefined)
    return new LineSplitter(MAXIMUM_KEPT_BYTES);
  const fits = (row: Buffer) => {
    const values = csvFields(row.toString('utf8'));
    return values !== undefined && columnsOf(values, reading) !== undefined;
  };
  return new RowSplitter(fits, MAXIMUM_KEPT_BYTES);
}

/** As far as the file went when it was looked at: what is written behind it meanwhile may be half a row. */
async function* pieces({ path, sizeBytes, isGzip }: RecordFile): AsyncGenerator<Buffer> {
  if (sizeBytes === 0) return;
  const stream = createReadStream(path, { highWaterMark: PIECE_BYTES, end: sizeBytes - 1 });
  if (!isGzip) {
    yield* stream as AsyncIterable<Buffer>;
    return;
  }
  const unpacked: Readable = createGunzip({ chunkSize: PIECE_BYTES });
  stream.on('error', (error) => unpacked.destroy(error));
  try {
    yield* stream.pipe(unpacked as ReturnType<typeof createGunzip>) as AsyncIterable<Buffer>;
  } finally {
    stream.destroy();
    unpacked.destroy();
  }
}

/** What a file turned out to be once all of it was read. */
export type FileEnd =
  | { readonly kind: 'whole' }
  /** Rows were written behind it meanwhile; they are not loaded. */
  | { readonly kind: 'grew' }
  /** Another content stands there now. */
  | { readonly kind: 'changed' }
  | { readonly kind: 'unreadable'; readonly reason: string };

/**
 * The records of a file batch by batch; memory is bounded by the batch, whatever the size of the file or of a record. Batches depend on
 * the file alone, so that a load that was killed meets the same batches again.
 */
export async function* recordBatches(
  file: RecordFile,
  batchSize: number,
): AsyncGenerator<RawRecord[], FileEnd> {
  const splitter = splitterFor(file);
  let batch: RawRecord[] = [];
  let bytes = 0;
  let isHeaderDue = file.hasHeader;
  let endsWithNewline = true;
  const isFull = (record: RawRecord) => {
    if (isHeaderDue) {
      isHeaderDue = false;
      return false;
    }
    batch.push(record);
    bytes += record.bytes.length;
    return batch.length === batchSize || bytes >= MAXIMUM_BATCH_BYTES;
  };
  try {
    for await (const piece of pieces(file)) {
      endsWithNewline = piece.at(-1) === 0x0a;
      for (const record of splitter.push(piece)) {
        if (!isFull(record)) continue;
        yield batch;
        batch = [];
        bytes = 0;
      }
    }
  } catch (error) {
    if (batch.length > 0) yield batch;
    return { kind: 'unreadable', reason: unreadableFile(file, error).refusal.message };
  }
  const end = await endOf(file);
  // The last line of a file that grows may be half a row; it is loaded next time.
  if (end.kind !== 'grew' || endsWithNewline) for (const record of splitter.end()) isFull(record);
  if (batch.length > 0) yield batch;
  return end;
}

async function endOf({ path, sizeBytes, changedAtMillis, inode }: RecordFile): Promise<FileEnd> {
  const now = await stat(path).catch(() => undefined);
  if (now === undefined || now.ino !== inode || now.size < sizeBytes) return { kind: 'changed' };
  if (now.size > sizeBytes) return { kind: 'grew' };
  return now.mtimeMs === changedAtMillis ? { kind: 'whole' } : { kind: 'changed' };
}

/** @throws what is no trouble of the file itself */
function unreadableFile({ path, isGzip }: RecordFile, error: unknown): ReturnType<typeof refused> {
  if (!isNativeError(error) || !('code' in error) || typeof error.code !== 'string') throw error;
  const what = isGzip && error.code.startsWith('Z') ? 'is no whole gzip file' : "can't be read to its end";
  return refused('unreadable-file', `${path} ${what} (${error.message}).`);
}
