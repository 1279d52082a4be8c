import type { CallRecord } from '../domain/call-record.js';
import type { UsageDelta } from '../domain/log-entry.js';
import type { RatedBy } from '../domain/rate-record.js';
import { DIRECTIONS, DISPOSITIONS } from '../domain/call-record.js';
import {
  bigintArray,
  booleanArray,
  byteaArray,
  dateArray,
  integerArray,
  smallintArray,
  textArray,
  timestamptzArray,
  uuidArray,
} from '#platform/database/binary-array.js';
import { type LocalDate, dayNumberOf } from '#calendar/local-date.js';

/** A call on its way into a bucket. */
export interface CallToStore {
  readonly record: CallRecord;
  readonly callKey: string;
  readonly contentHash: string;
  readonly account: string;
  readonly userId: string | null;
  readonly ratedBy: RatedBy;
}

/** A record of a known account that can't be taken. */
export interface RecordToReject {
  readonly id: string;
  readonly code: string;
  readonly reason: string;
  readonly origin: string;
  readonly position: number;
  readonly account: string;
  readonly source: string | null;
  readonly callId: string | null;
  readonly raw: Buffer;
  /** JSON of the headers that are part of the record; null where it has none. */
  readonly headers: string | null;
}

const directionCode = new Map(DIRECTIONS.map((direction, index) => [direction, index]));
const dispositionCode = new Map(DISPOSITIONS.map((disposition, index) => [disposition, index]));

/** The columns of calls in the order of `cdr.store_batch`. */
export function callColumns(calls: readonly CallToStore[]): Buffer[] {
  const text = (pick: (call: CallToStore) => string | null) => textArray(calls.map(pick));
  return [
    uuidArray(calls.map((call) => call.callKey)),
    uuidArray(calls.map((call) => call.contentHash)),
    text((call) => call.account),
    text((call) => call.record.source),
    text((call) => call.record.id),
    text((call) => call.userId),
    smallintArray(calls.map((call) => directionCode.get(call.record.direction) ?? 0)),
    text((call) => call.record.from),
    text((call) => call.record.to),
    text((call) => call.record.forwardedBy),
    timestamptzArray(calls.map((call) => call.record.startedAt)),
    timestamptzArray(calls.map((call) => call.record.answeredAt)),
    timestamptzArray(calls.map((call) => call.record.endedAt)),
    integerArray(calls.map((call) => call.record.talkSeconds)),
    smallintArray(calls.map((call) => dispositionCode.get(call.record.disposition) ?? 0)),
    text((call) => call.record.ip),
    text((call) => call.record.trunk),
    booleanArray(calls.map((call) => call.ratedBy.test)),
    ...ratingColumns(calls.map((call) => call.ratedBy)),
  ];
}

/** Subscription, plan, class, prefix, tariff, version, billed seconds, regular charge, charge, covered. */
export function ratingColumns(ratings: readonly RatedBy[]): Buffer[] {
  return [
    textArray(ratings.map((rated) => rated.subscription)),
    textArray(ratings.map((rated) => rated.plan)),
    textArray(ratings.map((rated) => rated.rating.class)),
    textArray(ratings.map((rated) => rated.rating.prefix)),
    textArray(ratings.map((rated) => rated.rating.tariff)),
    dateArray(ratings.map((rated) => dayNumberOrNull(rated.rating.tariffVersion))),
    integerArray(ratings.map((rated) => rated.rating.billedSeconds)),
    bigintArray(ratings.map((rated) => rated.rating.regularCharge)),
    bigintArray(ratings.map((rated) => rated.rating.charge)),
    booleanArray(ratings.map((rated) => rated.rating.covered)),
  ];
}

/** The columns of rejected records in the order of `cdr.store_batch`; their ids are UUIDs in text form. */
export function rejectedColumns(records: readonly RecordToReject[]): Buffer[] {
  return [
    uuidArray(records.map((record) => Buffer.from(record.id.replaceAll('-', ''), 'hex'))),
    textArray(records.map((record) => record.code)),
    textArray(records.map((record) => record.reason)),
    textArray(records.map((record) => record.origin)),
    bigintArray(records.map((record) => record.position)),
    textArray(records.map((record) => record.account)),
    textArray(records.map((record) => record.source)),
    textArray(records.map((record) => record.callId)),
    byteaArray(records.map((record) => record.raw)),
    textArray(records.map((record) => record.headers)),
  ];
}

/** The columns of usage deltas in the order of `usage.apply`. */
export function deltaColumns(deltas: readonly UsageDelta[]): Buffer[] {
  return [
    textArray(deltas.map((delta) => delta.account)),
    dateArray(deltas.map((delta) => delta.day)),
    textArray(deltas.map((delta) => delta.class)),
    integerArray(deltas.map((delta) => delta.calls)),
    integerArray(deltas.map((delta) => delta.coveredCalls)),
    bigintArray(deltas.map((delta) => delta.seconds)),
    bigintArray(deltas.map((delta) => delta.coveredSeconds)),
    bigintArray(deltas.map((delta) => delta.charge)),
    bigintArray(deltas.map((delta) => delta.regularCharge)),
  ];
}

const dayNumbers = new Map<LocalDate, number>();

/** Tariff versions are few and repeat on every call. */
function dayNumberOrNull(date: LocalDate | null): number | null {
  if (date === null) return null;
  let day = dayNumbers.get(date);
  if (day === undefined) {
    day = dayNumberOf(date);
    dayNumbers.set(date, day);
  }
  return day;
}
