import { randomUUID } from 'node:crypto';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type Outcome, accepted, refused } from '#outcome/outcome.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import { Database } from '#platform/database/database.js';
import type { Operation } from '../store/quarantine-book.js';
import { type KeptRecord, recordsByIds } from '../store/quarantine-pages.js';
import { type Selection, selectRecords } from '../store/selection.js';
import { Redriver, asItCame, closedRecord, corrected, triedOf } from './redrive-page.js';
import { type RedriveReport, RedriveTally } from './redrive-report.js';
import { RedriveTrial } from './redrive-trial.js';

export interface RedriveOptions {
  readonly because?: string;
  /** Judges only: says how many would pass now, and writes nothing. */
  readonly dryRun?: boolean;
  readonly onProgress?: (records: number) => void;
  /** Stops before the next page; what is done is done. */
  readonly signal?: AbortSignal;
}

/**
 * Records from quarantine are stored again by the ordinary way in, so each call is in the log once however often this is repeated. What
 * would not pass stays open, with the reason of now.
 */
export class RedriveQuarantined extends Command<Outcome<RedriveReport>> {
  constructor(
    readonly selection: Selection,
    readonly by: string,
    readonly options: RedriveOptions = {},
  ) {
    super();
  }
}

/** A person gives a corrected record in the place of one in quarantine; both are kept. */
export class RedriveCorrected extends Command<Outcome<RedriveReport>> {
  constructor(
    readonly record: string,
    readonly correction: Buffer,
    readonly by: string,
    readonly options: Pick<RedriveOptions, 'because' | 'dryRun'> = {},
  ) {
    super();
  }
}

@CommandHandler(RedriveQuarantined)
export class RedriveQuarantinedHandler implements ICommandHandler<RedriveQuarantined> {
  constructor(
    private readonly database: Database,
    private readonly clock: BusinessClock,
    private readonly redriver: Redriver,
  ) {}

  async execute({ selection, by, options }: RedriveQuarantined): Promise<Outcome<RedriveReport>> {
    const selected = await selectRecords(this.database, selection);
    if (!selected.ok) return selected;
    const operation = await operationOf(this.clock, by, options);
    const tally = new RedriveTally();
    let page = 0;
    for await (const records of selected.value) {
      if (options.signal?.aborted === true) break;
      tally.add(records.filter(({ status }) => status !== 'open').map(closedRecord));
      const open = records.filter(({ status }) => status === 'open');
      const attempts = open.map(asItCame);
      if (attempts.length > 0) tally.add(await this.redriver.redrivePage(attempts, page, operation));
      page += 1;
      options.onProgress?.(tally.done);
    }
    return accepted(tally.report(operation?.id ?? null));
  }
}

@CommandHandler(RedriveCorrected)
export class RedriveCorrectedHandler implements ICommandHandler<RedriveCorrected> {
  constructor(
    private readonly database: Database,
    private readonly clock: BusinessClock,
    private readonly redriver: Redriver,
    private readonly trial: RedriveTrial,
  ) {}

  async execute({ record: id, correction, by, options }: RedriveCorrected): Promise<Outcome<RedriveReport>> {
    const [record] = await recordsByIds(this.database, [id]);
    if (record === undefined) return refused('no-such-record', `There is no record ${id} in quarantine.`);
    const tally = new RedriveTally();
    const operation = await operationOf(this.clock, by, { ...options, correction });
    if (record.status !== 'open') {
      tally.add([closedRecord(record)]);
      return accepted(tally.report(operation?.id ?? null));
    }
    const other = await this.identityProblem(record, correction);
    if (other !== undefined) return refused('other-call', other);
    tally.add(await this.redriver.redrivePage([corrected(record, correction)], 0, operation));
    return accepted(tally.report(operation?.id ?? null));
  }

  /** A correction of the wrong call would take a call into the log that nobody made. What had no readable identity can get any. */
  private async identityProblem(record: KeptRecord, correction: Buffer): Promise<string | undefined> {
    if (record.source === null || record.callId === null || record.code === 'invalid') return undefined;
    const tried = [triedOf(corrected(record, correction))];
    const [verdict] = await this.trial.judge(tried, await this.clock.now());
    if (verdict?.source === null || verdict?.callId === null || verdict === undefined) return undefined;
    if (verdict.source === record.source && verdict.callId === record.callId) return undefined;
    return `Record ${record.id} is call ${record.callId} of ${record.source}; the corrected one is ${verdict.callId} of ${verdict.source}. Keep source and id.`;
  }
}

async function operationOf(
  clock: BusinessClock,
  by: string,
  options: RedriveOptions & { correction?: Buffer },
): Promise<Operation | undefined> {
  if (options.dryRun === true) return undefined;
  const { because, correction } = options;
  return {
    id: randomUUID(),
    by,
    at: await clock.now(),
    ...(because === undefined ? {} : { because }),
    ...(correction === undefined ? {} : { correction }),
  };
}
