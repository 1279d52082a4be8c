import { randomUUID } from 'node:crypto';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type Outcome, accepted, refused } from '#outcome/outcome.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import { Database } from '#platform/database/database.js';
import { QuarantineBook } from '../store/quarantine-book.js';
import { countOpen } from '../store/quarantine-pages.js';
import { type Selection, selectRecords } from '../store/selection.js';

export interface DiscardReport {
  readonly operation: string;
  readonly discarded: number;
  /** Redriven or discarded before. */
  readonly alreadyClosed: number;
}

export interface DiscardOptions {
  /**
   * How many open records the person believes the filter to match; needed with a filter. Refused when it is another number: nobody
   * discards more than they have seen.
   */
  readonly expected?: number;
  readonly onProgress?: (records: number) => void;
  readonly signal?: AbortSignal;
}

/** A person decides that records are no calls of ours. They are kept, with the reason, and are not stored again. */
export class DiscardQuarantined extends Command<Outcome<DiscardReport>> {
  constructor(
    readonly selection: Selection,
    readonly because: string,
    readonly by: string,
    readonly options: DiscardOptions = {},
  ) {
    super();
  }
}

@CommandHandler(DiscardQuarantined)
export class DiscardQuarantinedHandler implements ICommandHandler<DiscardQuarantined> {
  constructor(
    private readonly database: Database,
    private readonly clock: BusinessClock,
    private readonly book: QuarantineBook,
  ) {}

  async execute({ selection, because, by, options }: DiscardQuarantined): Promise<Outcome<DiscardReport>> {
    if (because.trim() === '')
      return refused('no-reason', 'Say why the records are discarded; it is kept with them.');
    if ('filter' in selection) {
      const count = await countOpen(this.database, selection.filter);
      if (count !== options.expected) return countProblem(count, options.expected);
    }
    const selected = await selectRecords(this.database, selection);
    if (!selected.ok) return selected;
    const operation = { id: randomUUID(), by, because, at: await this.clock.now() };
    let discarded = 0;
    let seen = 0;
    let page = 0;
    for await (const records of selected.value) {
      if (options.signal?.aborted === true) break;
      const open = records.filter(({ status }) => status === 'open');
      const steps = open.map((record) => ({ record, result: 'discarded' as const }));
      if (steps.length > 0) discarded += (await this.book.record(operation, page, steps)).size;
      seen += records.length;
      page += 1;
      options.onProgress?.(seen);
    }
    return accepted({ operation: operation.id, discarded, alreadyClosed: seen - discarded });
  }
}

function countProblem(count: number, expected: number | undefined) {
  return expected === undefined
    ? refused(
        'count-needed',
        `${count} open record(s) match. Look at them, then discard them with this number as the expected count.`,
        { count },
      )
    : refused(
        'count-changed',
        `${count} open record(s) match, not ${expected}. Look at them again before you discard them.`,
        { count },
      );
}
