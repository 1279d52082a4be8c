import { Injectable } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Instant } from '#calendar/instant.js';
import { LogProjection } from '#call-log/domain/log-entry.js';
import { deltaColumns, ratingColumns } from '#call-log/store/call-columns.js';
import { type RatedCallRow, ratedCallsOf, readBucketHead } from '#call-log/store/rated-call-reader.js';
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
import { type Rerating, entryOf, rerate } from '../domain/reratings.js';

/** The change of reference data because of which an account's calls are rated again. */
export interface RerateCause {
  readonly eventId: string;
  readonly position: number;
  readonly account: string;
  /** Calls that started before this keep their rating. */
  readonly from: Instant;
}

export interface RerateResult {
  /** False when the bucket was re-rated for this cause before. */
  readonly done: boolean;
  readonly calls: number;
}

const CALLS_CAME_IN_BETWEEN = 'FL003';
const END_OF_TIME = Date.UTC(2200, 0, 1) as Instant;
const MAXIMUM_ATTEMPTS = 50;

/**
 * Gives an account's calls their ratings under changed reference data, in one transaction of their bucket together with the usage
 * and the head's reference position. A call that comes in meanwhile makes the bucket refuse; then only the new ones are rated and
 * it is tried again. A repeat after a crash finds the position moved and does nothing.
 */
@Injectable()
export class Rerater {
  constructor(
    private readonly database: Database,
    private readonly reference: ReferenceDataReader,
    private readonly projection: LogProjection,
  ) {}

  async rerate(cause: RerateCause): Promise<RerateResult> {
    const bucket = bucketOf(cause.account);
    const reference = await this.reference.at(cause.position);
    const reratings: Rerating[] = [];
    let seen = 0;
    for (let attempt = 1; attempt <= MAXIMUM_ATTEMPTS; attempt += 1) {
      const head = await readBucketHead(this.database, bucket);
      if (head.referencePosition >= cause.position) return { done: false, calls: 0 };
      for await (const page of this.callsBetween(cause, seen, head.lastSeq)) {
        const result = rerate(page, reference);
        if (result.unratable.length > 0) throw new Error(`${cause.account}: ${result.unratable[0]?.reason}`);
        reratings.push(...result.reratings);
      }
      seen = head.lastSeq;
      try {
        const [row] = await this.database.callBucket<{ done: boolean }>('cdr.rerate', RERATE, [
          bucket,
          seen,
          cause.position,
          cause.eventId,
          ...reratingColumns(reratings),
          ...deltaColumns(this.projection.fold(reratings.map(entryOf))),
        ]);
        return { done: row?.done ?? false, calls: reratings.length };
      } catch (error) {
        if (sqlStateOf(error) !== CALLS_CAME_IN_BETWEEN) throw error;
        await sleep(Math.random() * 10);
      }
    }
    throw new Error(
      `${cause.account} could not be rated again: calls came in faster than they could be rated`,
    );
  }

  private callsBetween(
    cause: RerateCause,
    afterSeq: number,
    throughSeq: number,
  ): AsyncGenerator<RatedCallRow[]> {
    return ratedCallsOf(this.database, {
      account: cause.account,
      from: cause.from,
      to: END_OF_TIME,
      afterSeq,
      throughSeq,
    });
  }
}

function reratingColumns(reratings: readonly Rerating[]): Buffer[] {
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

const RERATE = `SELECT cdr.rerate(${Array.from({ length: 4 + 20 + 9 }, (_unused, index) => `$${index + 1}`).join(', ')}) AS done`;
