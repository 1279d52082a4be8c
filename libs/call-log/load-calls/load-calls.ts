import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type Outcome, accepted, refused } from '#outcome/outcome.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import { type BatchCounts, type BatchResult, addCounts } from '../store-batch/batch.js';
import { CallLogWriter } from '../store-batch/call-log-writer.js';
import { recordBatches } from './record-lines.js';

export interface LoadCallsOptions {
  /** Told after each batch, for a progress bar. */
  readonly onProgress?: (counts: BatchCounts) => void;
  /** Stops after the batches in work; what is stored is stored. */
  readonly signal?: AbortSignal;
}

/** Loads call records from JSON Lines files. Loading a file again, or after a kill, stores nothing twice. */
export class LoadCalls extends Command<Outcome<BatchCounts>> {
  constructor(
    readonly files: readonly string[],
    readonly options: LoadCallsOptions = {},
  ) {
    super();
  }
}

/** Large enough that a bucket's share of a batch is worth its call, small enough for two batches to be little memory. */
export const RECORDS_PER_BATCH = 12_000;

@CommandHandler(LoadCalls)
export class LoadCallsHandler implements ICommandHandler<LoadCalls> {
  constructor(
    private readonly writer: CallLogWriter,
    private readonly clock: BusinessClock,
  ) {}

  async execute({ files, options }: LoadCalls): Promise<Outcome<BatchCounts>> {
    for (const file of files) {
      const found = await stat(file).catch(() => undefined);
      if (found?.isFile() !== true)
        return refused(
          'no-such-file',
          `${file} is no file that can be read. Check its name and permissions.`,
        );
    }
    const total: BatchCounts = { read: 0, accepted: 0, duplicates: 0, quarantined: {} };
    for (const file of files) await this.loadFile(file, total, options);
    return accepted(total);
  }

  /** While one batch is being written the next one is read and parsed; never more than two are in memory. */
  private async loadFile(file: string, total: BatchCounts, options: LoadCallsOptions): Promise<void> {
    const now = await this.clock.now();
    const origin = `file:${basename(file)}`;
    let writing: Promise<BatchResult> | undefined;
    const settle = async () => {
      if (writing === undefined) return;
      addCounts(total, (await writing).counts);
      options.onProgress?.(total);
    };
    for await (const records of recordBatches(file, RECORDS_PER_BATCH)) {
      const prepared = heldBack(this.writer.prepare({ origin, records }, now));
      await settle();
      writing = undefined;
      if (options.signal?.aborted === true) return;
      writing = heldBack(this.writer.store(await prepared));
    }
    await settle();
  }
}

/** A promise that is awaited only after other work: its failure waits until then, and does not end the process as unhandled. */
function heldBack<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
