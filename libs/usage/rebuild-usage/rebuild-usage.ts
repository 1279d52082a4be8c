import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { LogProjection } from '#call-log/domain/log-entry.js';
import { deltaColumns } from '#call-log/store/call-columns.js';
import { readBucketHead } from '#call-log/store/rated-call-reader.js';
import { type Outcome, accepted, refused } from '#outcome/outcome.js';
import { Database } from '#platform/database/database.js';
import { BUCKETS } from '#platform/identity/ids.js';
import { readLogEntries } from './log-entries.js';

export interface RebuildProgress {
  readonly buckets: number;
  readonly ofBuckets: number;
  /** Calls and later ratings counted so far. */
  readonly entries: number;
}

export interface RebuildUsageOptions {
  readonly onProgress?: (progress: RebuildProgress) => void;
  /** Stops before the next page; what is live stays live. */
  readonly signal?: AbortSignal;
  /** Entries of the log per statement; memory is bounded by one page. */
  readonly pageSize?: number;
}

/**
 * Counts usage again from the call log, in a version beside the live one, and switches bucket by bucket. The live figures can be read all
 * the time and calls keep coming in. A killed rebuild leaves what is live as it was; the next one starts again.
 */
export class RebuildUsage extends Command<Outcome<RebuildProgress>> {
  constructor(readonly options: RebuildUsageOptions = {}) {
    super();
  }
}

const ENTRIES_PER_PAGE = 10_000;
/** One rebuild at a time: a second one would throw away what the first has filled. */
const REBUILD_LOCK = 7_310_047;
/** A bucket that is written to without pause could outrun its rebuild for ever; each round only has what came in during the last. */
const MAXIMUM_ROUNDS = 1_000;

@CommandHandler(RebuildUsage)
export class RebuildUsageHandler implements ICommandHandler<RebuildUsage> {
  constructor(
    private readonly database: Database,
    private readonly projection: LogProjection,
  ) {}

  async execute({ options }: RebuildUsage): Promise<Outcome<RebuildProgress>> {
    const holder = await this.database.client();
    try {
      const { rows } = await holder.query<{ held: boolean }>('SELECT pg_try_advisory_lock($1) AS held', [
        REBUILD_LOCK,
      ]);
      if (rows[0]?.held !== true)
        return refused(
          'rebuild-running',
          'Usage is being rebuilt already. Wait until that rebuild has ended.',
        );
      return await this.rebuildAll(options);
    } finally {
      await holder.query('SELECT pg_advisory_unlock($1)', [REBUILD_LOCK]).then(
        () => holder.release(),
        (error: Error) => holder.release(error),
      );
    }
  }

  private async rebuildAll(options: RebuildUsageOptions): Promise<Outcome<RebuildProgress>> {
    let entries = 0;
    const progress = (buckets: number) => ({ buckets, ofBuckets: BUCKETS, entries });
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
      const done = await this.rebuildBucket(bucket, options, (count) => {
        entries += count;
        options.onProgress?.(progress(bucket));
      });
      if (!done) {
        return refused(
          'interrupted',
          `The rebuild was stopped after ${bucket} of ${BUCKETS} buckets; the figures are right and can be read. Run it again to rebuild the rest.`,
        );
      }
      options.onProgress?.(progress(bucket + 1));
    }
    return accepted(progress(BUCKETS));
  }

  /** Fills page by page up to the head; the switch is refused as long as the bucket has more, under the bucket's lock. */
  private async rebuildBucket(
    bucket: number,
    { pageSize = ENTRIES_PER_PAGE, signal }: RebuildUsageOptions,
    onPage: (entries: number) => void,
  ): Promise<boolean> {
    const version = await this.beginBuilding(bucket);
    let counted = 0;
    for (let round = 1; round <= MAXIMUM_ROUNDS; round += 1) {
      const { lastSeq } = await readBucketHead(this.database, bucket);
      while (counted < lastSeq) {
        if (signal?.aborted === true) return false;
        const through = Math.min(counted + pageSize, lastSeq);
        await this.countPage(bucket, version, counted, through);
        onPage(through - counted);
        counted = through;
      }
      if (await this.switchTo(bucket, version)) return true;
    }
    throw new Error(
      `Usage of bucket ${bucket} could not be rebuilt: calls came in faster than they could be counted`,
    );
  }

  private async beginBuilding(bucket: number): Promise<number> {
    const [row] = await this.database.callBucket<{ version: number }>(
      'usage.begin_building',
      'SELECT usage.begin_building($1) AS version',
      [bucket],
    );
    if (row === undefined) throw new Error(`Bucket ${bucket} gave no version to build`);
    return row.version;
  }

  /** Refused by the database (FL002) when the version is not where it was seen: somebody else began again. */
  private async countPage(bucket: number, version: number, after: number, through: number): Promise<void> {
    const entries = await readLogEntries(this.database, bucket, after, through);
    await this.database.callBucket('usage.apply', APPLY, [
      bucket,
      version,
      after,
      through,
      ...deltaColumns(this.projection.fold(entries)),
    ]);
  }

  private async switchTo(bucket: number, version: number): Promise<boolean> {
    const [row] = await this.database.callBucket<{ switched: boolean }>(
      'usage.switch',
      'SELECT usage.switch($1, $2) AS switched',
      [bucket, version],
    );
    return row?.switched === true;
  }
}

const APPLY = `SELECT usage.apply(${Array.from({ length: 4 + 9 }, (_unused, index) => `$${index + 1}`).join(', ')})`;
