import { type Instant, formatInstant } from '#calendar/instant.js';
import type { BillingZone } from '#calendar/billing-zone.js';
import type { Disposition, Rejection } from '../domain/call-record.js';
import type { RecordContent } from '../domain/record-from.js';
import { CONTRACT_FIELDS } from './columns.js';
import { callerOrNull, directionOf, isExtension, isSeat } from './direction.js';
import type { FileReading } from './file-reading.js';
import { type WrittenTimes, resolveTimes } from './local-time.js';

/** A row by the names of its columns. An absent column is an empty text. */
export type Row = (column: string) => string;

/** How rows of one file are read, with its zone looked up once. */
export interface RowReading extends FileReading {
  readonly zone: BillingZone | undefined;
}

/** What a switch tells of a call in its own words, already sorted out by the reader of its format. */
export interface SwitchCall {
  readonly id: string;
  readonly context: string;
  readonly from: string;
  readonly to: string;
  /** Seats at both ends as far as the channels tell; empty where they do not. */
  readonly fromUser: string;
  readonly toUser: string;
  readonly accountCode: string;
  readonly times: WrittenTimes;
  /** Of a call that nobody answered. */
  readonly unanswered: Exclude<Disposition, 'answered'>;
  readonly ip?: string | undefined;
  readonly trunk?: string | undefined;
  /** Where the switch itself knows it. */
  readonly isInside?: { readonly from: boolean; readonly to: boolean } | undefined;
  readonly source?: string | undefined;
}

/**
 * The contracts' object of a switch's call. `user` is the seat of this side: the caller of an outbound or internal call, the one called of
 * an inbound one. Extensions are no numbers that the outside sees, so an outbound call from one has no `from`.
 * @param given columns that carry a field of the contracts by its own name; they come before what is made up here
 */
export function contentOfCall(call: SwitchCall, reading: RowReading, given: Row): RecordContent {
  const source = reading.source ?? call.source ?? '';
  const times = resolveTimes(call.times, reading.zone, reading.ambiguous);
  if (!times.ok) return { ok: false, rejection: times.rejection, source, id: call.id };
  const direction = directionFor(call, reading);
  const isFromSeat = call.isInside?.from ?? isSeat(call.from);
  const seatAtStart = call.fromUser === '' && isFromSeat ? call.from : call.fromUser;
  const seatAtEnd = call.toUser === '' && (call.isInside?.to ?? isExtension(call.to)) ? call.to : call.toUser;
  const seat = direction === 'inbound' ? seatAtEnd : seatAtStart;
  const caller = callerOrNull(call.from);
  const user = reading.accountCode === 'user' && call.accountCode !== '' ? call.accountCode : seat;
  const account = reading.accountCode === 'account' ? call.accountCode : '';
  const fields: Record<string, unknown> = {
    source,
    id: call.id,
    account: account === '' ? null : account,
    user: user === '' ? null : user,
    direction,
    from: direction !== 'internal' && caller !== null && isFromSeat ? null : caller,
    to: call.to,
    startedAt: formatInstant(times.startedAt),
    answeredAt: formatOrNull(times.answeredAt),
    endedAt: formatInstant(times.endedAt),
    disposition: times.answeredAt === null ? call.unanswered : 'answered',
    ...(call.times.talkSeconds === undefined || times.answeredAt === null
      ? {}
      : { durationSeconds: Math.floor(call.times.talkSeconds) }),
    ...(call.ip === undefined || call.ip === '' ? {} : { ip: call.ip }),
    ...(call.trunk === undefined || call.trunk === '' ? {} : { trunk: call.trunk }),
  };
  for (const field of CONTRACT_FIELDS) {
    const value = given(field);
    if (value !== '') fields[field] = field === 'durationSeconds' ? Number(value) : value;
  }
  return { ok: true, fields };
}

function directionFor(call: SwitchCall, reading: RowReading) {
  const inside = call.isInside;
  if (inside === undefined || reading.direction !== 'auto' || reading.contexts.has(call.context)) {
    return directionOf(reading.direction, reading.contexts, call);
  }
  if (inside.from) return inside.to ? 'internal' : 'outbound';
  return inside.to ? 'inbound' : directionOf('auto', reading.contexts, call);
}

function formatOrNull(at: Instant | null): string | null {
  return at === null ? null : formatInstant(at);
}

/** Whole or broken seconds as switches write them. @returns undefined for what is none */
export function secondsFrom(text: string): number | undefined {
  return /^\d{1,9}(?:\.\d{1,9})?$/.test(text) ? Number(text) : undefined;
}

/** A row that can't be read at all; its identity is not known. */
export function refusedRow(code: Rejection['code'], reason: string): RecordContent {
  return { ok: false, rejection: { code, reason } };
}
