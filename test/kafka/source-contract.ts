import { setTimeout as sleep } from 'node:timers/promises';
import type { CallRecordSource, RecordSink, SourceBatch } from '#call-log/from-kafka/call-record-source.js';

/** A topic with one partition for the contract, and sources on it. */
export interface SourceWorld {
  /** Appends records to partition 0. */
  append(values: readonly string[]): Promise<void>;
  source(): Promise<CallRecordSource>;
  /** Gives the source its partition, where the test and not a group does that. */
  assign?(source: CallRecordSource): void;
}

class Recorder implements RecordSink {
  readonly batches: SourceBatch[] = [];
  assignments: (readonly number[])[] = [];
  hold: Promise<void> | undefined;

  assigned(partitions: readonly number[]): void {
    this.assignments.push(partitions);
  }
  revoked(): void {
    this.assignments.push([]);
  }
  async records(batch: SourceBatch): Promise<void> {
    await this.hold;
    this.batches.push(batch);
  }
  troubled(): void {
    // Goes on by itself.
  }
  failed(error: Error): void {
    throw error;
  }
  values(): string[] {
    return this.batches.flatMap((batch) => batch.records.map((record) => record.value?.toString() ?? ''));
  }
}

async function until(what: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!what()) {
    if (Date.now() > deadline) throw new Error('The source did not do it in time');
    await sleep(5);
  }
}

/** What every `CallRecordSource` does, whatever the client. */
export function sourceContract(make: () => Promise<SourceWorld>): void {
  let world: SourceWorld;
  let source: CallRecordSource;
  let seen: Recorder;
  beforeEach(async () => {
    world = await make();
    source = await world.source();
    seen = new Recorder();
  });
  afterEach(async () => source.stop());
  const begin = async (offset: number) => {
    await source.start(seen);
    world.assign?.(source);
    await until(() => seen.assignments.length > 0);
    source.seek(0, offset);
  };

  it('says what is assigned before it delivers, and delivers from where it was sought', async () => {
    await world.append(['a', 'b', 'c', 'd']);
    await begin(2);
    await until(() => seen.values().includes('d'));
    expect(seen.assignments[0]).toEqual([0]);
    const sought = seen.batches.filter((batch) => batch.fetchedFrom >= 2);
    expect(sought[0]?.fetchedFrom).toBe(2);
    expect(sought.flatMap((batch) => batch.records.map(({ offset }) => offset))).toEqual([2, 3]);
    expect(sought.at(-1)?.nextOffset).toBe(4);
    expect(sought.at(-1)?.highWater).toBe(4);
  });

  it('delivers each fetch from where the last one ended', async () => {
    await begin(0);
    for (const value of ['a', 'b', 'c']) {
      await world.append([value]);
      await until(() => seen.values().includes(value));
    }
    expect(seen.values()).toEqual(['a', 'b', 'c']);
    const [first, ...rest] = seen.batches;
    rest.reduce((before, batch) => {
      expect(batch.fetchedFrom).toBe(before?.nextOffset);
      return batch;
    }, first);
  });

  it('delivers nothing while a partition is paused, and goes on after it', async () => {
    await begin(0);
    await world.append(['a']);
    await until(() => seen.values().includes('a'));
    source.pause(0);
    await sleep(300);
    await world.append(['b']);
    await sleep(600);
    expect(seen.values()).toEqual(['a']);
    source.resume(0);
    await until(() => seen.values().includes('b'));
    expect(seen.values()).toEqual(['a', 'b']);
  });

  it('delivers no further batch while one is being taken', async () => {
    await begin(0);
    let release: () => void = () => undefined;
    seen.hold = new Promise((resolve) => {
      release = resolve;
    });
    await world.append(['a']);
    await sleep(300);
    await world.append(['b']);
    await sleep(300);
    expect(seen.batches).toHaveLength(0);
    release();
    await until(() => seen.values().length === 2);
    expect(seen.values()).toEqual(['a', 'b']);
  });

  it('tells where the log begins and ends', async () => {
    await world.append(['a', 'b', 'c']);
    await begin(0);
    expect((await source.watermarks()).get(0)).toEqual({ low: 0, high: 3 });
  });
}
