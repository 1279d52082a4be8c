import type { SourceBatch } from './call-record-source.js';
import type { PartitionState } from './partition-ledger.js';
import { PartitionReader } from './partition-reader.js';

const STATE: PartitionState = {
  topic: 'cdr.v1',
  partition: 3,
  epoch: 1,
  lowWater: 100,
  countedFrom: 0,
  pinnedTo: undefined,
  fingerprint: undefined,
  stopped: undefined,
  logStart: 0,
  highWater: 200,
  eventTime: null,
  movedAt: null,
};
const WATERMARKS = { low: 0, high: 200 };

function reader(state: Partial<PartitionState> = {}): PartitionReader {
  const opened = PartitionReader.open({ ...STATE, ...state }, WATERMARKS);
  if (!(opened instanceof PartitionReader)) throw new Error(opened.reason);
  return opened;
}

/** Records from `first` on, fetched by asking for `fetchedFrom`. */
function batch(fetchedFrom: number, first: number, count = 5): SourceBatch {
  return {
    partition: 3,
    fetchedFrom,
    nextOffset: first + count,
    highWater: 200,
    records: Array.from({ length: count }, (_unused, n) => ({
      offset: first + n,
      value: Buffer.from(`${first + n}`),
      headers: {},
      timestamp: first + n,
    })),
  };
}
const SOUGHT = true;
const NOT_SOUGHT = false;

describe('a partition that is read', () => {
  it('takes what comes next, and drops what is stored', () => {
    const held = reader();
    expect(held.offer(batch(100, 100), SOUGHT, 0)).toEqual({ kind: 'taken' });
    expect(held.offer(batch(105, 105), NOT_SOUGHT, 0)).toEqual({ kind: 'taken' });
    expect(held.cut({ records: 100, bytes: 1 << 20 }).place).toMatchObject({ from: 100, to: 110 });
  });

  it('a source that went past it is sought back, never followed', () => {
    expect(reader().offer(batch(110, 110), NOT_SOUGHT, 0)).toEqual({ kind: 'ahead' });
  });

  it('believes a gap when what is missing was asked for and the log reaches back that far', () => {
    const held = reader();
    const later = batch(100, 107);
    expect(held.offer(later, SOUGHT, 0)).toEqual({ kind: 'gap', from: 100, asked: true });
    expect(held.confirmGap(WATERMARKS, true)).toBeUndefined();
    expect(held.offer(later, SOUGHT, 0)).toEqual({ kind: 'taken' });
    expect(held.cut({ records: 100, bytes: 1 << 20 }).place).toMatchObject({ from: 100, to: 112 });
  });

  it('does not believe a gap that a source made by losing its place right after it was sought', () => {
    const held = reader();
    const elsewhere = batch(107, 107);
    expect(held.offer(elsewhere, SOUGHT, 0)).toEqual({ kind: 'gap', from: 100, asked: false });
    expect(held.confirmGap(WATERMARKS, false)).toBeUndefined();
    expect(held.offer(elsewhere, SOUGHT, 0)).toMatchObject({ kind: 'gap' });
    expect(held.seekTo).toBe(100);
    expect(held.hasStretch).toBe(false);
  });

  it('what was removed before it was read stops the partition, however the source came to be past it', () => {
    for (const asked of [true, false]) {
      expect(reader().confirmGap({ low: 104, high: 200 }, asked)).toMatchObject({ code: 'truncated' });
    }
  });

  it('a pinned stretch is cut exactly, also when more has been read', () => {
    const held = reader({ pinnedTo: 103 });
    expect(held.offer(batch(100, 100, 10), SOUGHT, 0)).toEqual({ kind: 'taken' });
    const { place, records } = held.cut({ records: 100, bytes: 1 << 20 });
    expect(place).toMatchObject({ from: 100, to: 103 });
    expect(records.map(({ offset }) => offset)).toEqual([100, 101, 102]);
  });
});
