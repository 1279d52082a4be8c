import { Injectable, Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Instant } from '#calendar/instant.js';
import { LogProjection } from '#call-log/domain/log-entry.js';
import type { ReferenceData } from '#call-log/domain/rate-record.js';
import { deltaColumns, ratingColumns } from '#call-log/store/call-columns.js';
import { ratedCallsOf, readBucketHead } from '#call-log/store/rated-call-reader.js';
import { ReferenceDataReader } from '#call-log/store/reference-data-reader.js';
import {
  bigintArray,
  booleanArray,
  integerArray,
  smallintArray,
  textArray,
  timestamptzArray,
  uuidArray,
} from '#platform/database/binary-array.js';
import { Database, sqlStateOf } from '#platform/database/database.js';
import { bucketOf } from '#platform/identity/ids.js';
import { type Rerated, entryOf, rerate } from '../domain/reratings.js';

/** The change of reference data because of which an account's calls are rated again. */
export interface RerateCause {
  readonly eventId: string;
  readonly position: number;
  readonly account: string;
  /** Calls that started before this keep their rating. */
  readonly from: Instant;
}

/** How ratings are written; another part size only in tests. */
@Injectable()
export class RerateSettings {
  /** Ratings written in one transaction. An account with fewer changes in one step; with more, readers see it as pending meanwhile. */
  readonly ratingsPerPart: number = 20_000;
}

const CALLS_CAME_IN_BETWEEN = 'FL003';
const SOMEBODY_ELSE_RERATES = 'FL004';
const END_OF_TIME = Date.UTC(2200, 0, 1) as Instant;
const MAXIMUM_ATTEMPTS = 100;

/** Where the re-rating of one account has come to. */
interface Progress {
  /** Calls up to this have been rated. */
  seenSeq: number;
  /** The latest rating of the bucket that is accounted for. */
  ratedSeq: number;
  waiting: Rerated[];
}

/**
 * Gives an account's calls their ratings under changed reference data: in one transaction of their bucket together with the usage and the
 * head's reference position, or, for very many calls, in parts of which the last moves the position. A call that comes in meanwhile makes
 * the bucket refuse; then only the new ones are rated and it is tried again. A repeat after a crash finds the position moved and does
 * nothing, or finds what is left: only calls whose current rating is another are written.
 */
@Injectable()
export class Rerater {
  private readonly log = new Logger('Rerater');

  constructor(
    private readonly database: Database,
    private readonly reference: ReferenceDataReader,
    private readonly projection: LogProjection,
    private readonly settings: RerateSettings,
  ) {}

  /** @returns false when the bucket had been rated for this cause before */
  async rerate(cause: RerateCause): Promise<boolean> {
    const bucket = bucketOf(cause.account);
    const reference = await this.reference.at(cause.position);
    let progress: Progress | undefined;
    for (let attempt = 1; attempt <= MAXIMUM_ATTEMPTS; attempt += 1) {
      const head = await readBucketHead(this.database, bucket);
      if (head.referencePosition >= cause.position) return false;
      progress ??= { seenSeq: 0, ratedSeq: head.lastSeq, waiting: [] };
      try {
        const written = await this.rateThrough(head.lastSeq, cause, reference, progress);
        if (written === 'nothing' && (await this.write(cause, progress, true)) !== null) return true;
      } catch (error) {
        const state = sqlStateOf(error);
        if (state === SOMEBODY_ELSE_RERATES) progress = undefined;
        else if (state !== CALLS_CAME_IN_BETWEEN) throw error;
        await sleep(Math.random() * 5);
      }
    }
    throw new Error(
      `${cause.account} could not be rated again: calls came in faster than they could be rated`,
    );
  }

  /** Rates the calls that came in up to a cursor, and writes full parts of what changes. */
  private async rateThrough(
    throughSeq: number,
    cause: RerateCause,
    reference: ReferenceData,
    progress: Progress,
  ): Promise<'nothing' | 'parts'> {
    const { ratingsPerPart } = this.settings;
    let written: 'nothing' | 'parts' = 'nothing';
    const pages = ratedCallsOf(this.database, {
      account: cause.account,
      from: cause.from,
      to: END_OF_TIME,
      afterSeq: progress.seenSeq,
      throughSeq,
    });
    for await (const page of pages) {
      const { rerated, unratable } = rerate(page, reference);
      for (const one of unratable) {
        this.log.warn(`Call ${one.call.callKey} of ${cause.account} keeps its rating: ${one.reason}`);
      }
      progress.waiting.push(...rerated.filter((one) => one.changes));
      while (progress.waiting.length > ratingsPerPart) {
        if ((await this.write(cause, progress, false)) === null) return 'parts';
        written = 'parts';
      }
    }
    progress.seenSeq = throughSeq;
    return written;
  }

  /** @returns the bucket's last seq; null when it had been rated for this cause before */
  private async write(cause: RerateCause, progress: Progress, isLast: boolean): Promise<number | null> {
    const part = isLast ? progress.waiting : progress.waiting.slice(0, this.settings.ratingsPerPart);
    const [row] = await this.database.callBucket<{ seq: number | null }>('cdr.rerate', RERATE, [
      bucketOf(cause.account),
      progress.seenSeq,
      progress.ratedSeq,
      isLast,
      cause.position,
      cause.eventId,
      ...reratingColumns(part),
      ...deltaColumns(this.projection.fold(part.map(entryOf))),
    ]);
    const seq = row?.seq ?? null;
    if (seq !== null && part.length > 0) progress.ratedSeq = seq;
    progress.waiting = progress.waiting.slice(part.length);
    return seq;
  }
}

function reratingColumns(reratings: readonly Rerated[]): Buffer[] {
  const calls = reratings.map((one) => one.call);
  return [
    uuidArray(calls.map((call) => Buffer.from(call.callKey.replaceAll('-', ''), 'hex'))),
    textArray(calls.map((call) => call.account)),
    smallintArray(calls.map((call) => call.direction)),
    timestamptzArray(calls.map((call) => call.startedAt)),
    timestamptzArray(calls.map((call) => call.answeredAt)),
    integerArray(calls.map((call) => call.talkSeconds)),
    ...ratingColumns(reratings.map((one) => one.after)),
    bigintArray(reratings.map((one) => one.before.regularCharge)),
    bigintArray(reratings.map((one) => one.before.charge)),
    booleanArray(reratings.map((one) => one.before.covered)),
    textArray(reratings.map((one) => one.before.class)),
  ];
}

const PARAMETERS = 6 + 20 + 9;
const RERATE = `SELECT cdr.rerate(${Array.from({ length: PARAMETERS }, (_unused, index) => `$${index + 1}`).join(', ')}) AS seq`;
