import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type Outcome, type Refusal, accepted, refused } from '#outcome/outcome.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import { type ReadingOptions, readingFrom } from '../formats/reading-options.js';
import { type BatchCounts, type BatchResult, addCounts } from '../store-batch/batch.js';
import { CallLogWriter } from '../store-batch/call-log-writer.js';
import { type RecordFile, lookAtFile, recordBatches } from './record-file.js';

export interface LoadCallsOptions {
  /** How the files are read; default: the contracts' JSON Lines, or CSV with their header. */
  readonly reading?: ReadingOptions;
  /** Told after each batch, for a progress bar. */
  readonly onProgress?: (counts: BatchCounts) => void;
  /** Told in a sentence what a person should know although the load goes on. */
  readonly onNotice?: (sentence: string) => void;
  /** Stops after the batches in work; what is stored is stored. */
  readonly signal?: AbortSignal;
}

/**
 * Loads call records from files. Loading a file again, or after a kill, stores nothing twice. All files are looked at first: one that is
 * missing or of another format refuses the whole load before anything is stored. A refusal `file-changed` or `unreadable-file` may
 * come after a part was stored; its details are the counts so far.
 */
export class LoadCalls extends Command<Outcome<BatchCounts>> {
  constructor(
    readonly files: readonly string[],
    readonly options: LoadCallsOptions = {},
  ) {
    super();
  }
}

/** Large enough that a bucket's share of a batch is worth its call, small enough for two batches to be little memory. */
export const RECORDS_PER_BATCH = 13_000;

@CommandHandler(LoadCalls)
export class LoadCallsHandler implements ICommandHandler<LoadCalls> {
  constructor(
    private readonly writer: CallLogWriter,
    private readonly clock: BusinessClock,
  ) {}

  async execute({ files, options }: LoadCalls): Promise<Outcome<BatchCounts>> {
    const reading = readingFrom(options.reading ?? {});
    if (!reading.ok) return reading;
    const lookedAt: RecordFile[] = [];
    for (const file of files) {
      const found = await lookAtFile(file, reading.value);
      if (!found.ok) return found;
      lookedAt.push(found.value);
    }
    const total: BatchCounts = { read: 0, accepted: 0, duplicates: 0, quarantined: {} };
    for (const file of lookedAt) {
      const refusal = await this.loadFile(file, total, options);
      if (refusal !== undefined) return { ok: false, refusal };
      if (options.signal?.aborted === true) break;
    }
    return accepted(total);
  }

  /** While one batch is being written the next one is read and parsed; never more than two are in memory. */
  private async loadFile(
    file: RecordFile,
    total: BatchCounts,
    options: LoadCallsOptions,
  ): Promise<Refusal | undefined> {
    const now = await this.clock.now();
    let writing: Promise<BatchResult> | undefined;
    const settle = async () => {
      if (writing === undefined) return;
      addCounts(total, (await writing).counts);
      options.onProgress?.(total);
    };
    const batches = recordBatches(file, RECORDS_PER_BATCH);
    let next = await batches.next();
    for (; next.done !== true; next = await batches.next()) {
      const batch = { origin: file.origin, records: next.value };
      const prepared = heldBack(this.writer.prepare(batch, now));
      await settle();
      writing = undefined;
      if (options.signal?.aborted === true) {
        // The file is closed, and the batch that is prepared is stored by the next load.
        await batches.return({ kind: 'whole' });
        await prepared;
        return undefined;
      }
      writing = heldBack(this.writer.store(await prepared));
    }
    await settle();
    if (next.value.kind === 'grew')
      options.onNotice?.(
        `${file.path} grew while it was loaded; what was written behind is not loaded yet. Load it again: nothing is stored twice.`,
      );
    if (next.value.kind === 'changed')
      return refused(
        'file-changed',
        `${file.path} was changed or replaced while it was loaded. What was read of it is stored; load it again when nobody writes it: nothing is stored twice.`,
        total,
      ).refusal;
    if (next.value.kind === 'unreadable')
      return refused('unreadable-file', `${next.value.reason} What was read before is stored.`, total)
        .refusal;
    return undefined;
  }
}

/** A promise that is awaited only after other work: its failure waits until then, and does not end the process as unhandled. */
function heldBack<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
