import type { RatedBy, ReferenceData } from '#call-log/domain/rate-record.js';
import { rateRecord } from '#call-log/domain/rate-record.js';
import { DIRECTIONS } from '#call-log/domain/call-record.js';
import type { Instant } from '#calendar/instant.js';
import type { LocalDate } from '#calendar/local-date.js';
import type { Amounts, LogEntry } from '#call-log/domain/log-entry.js';
import { microEuros } from '#money/money.js';

/** A call of the log with its current rating; the fields that decide its price. */
export interface CallOfLog {
  readonly callKey: string;
  readonly seq: number;
  readonly account: string;
  readonly user: string | null;
  readonly direction: number;
  readonly to: string;
  readonly startedAt: Instant;
  readonly answeredAt: Instant | null;
  readonly talkSeconds: number;
  readonly class: string | null;
  readonly prefix: string | null;
  readonly tariff: string | null;
  readonly tariffVersion: LocalDate | null;
  readonly billedSeconds: number;
  readonly regularCharge: number;
  readonly charge: number;
  readonly covered: boolean;
}

/** A call rated again, beside the rating it has. */
export interface Rerated {
  readonly call: CallOfLog;
  readonly before: Amounts;
  readonly after: RatedBy;
  /**
   * Whether anything that explains its price differs. Plan and subscription alone do not: such a call keeps its rating, made when it
   * was last priced.
   */
  readonly changes: boolean;
}

/** A call that would lose its price: a change that leads to it is refused, and a call that came too late for that keeps its rating. */
export interface Unratable {
  readonly call: CallOfLog;
  readonly reason: string;
}

/**
 * An account's calls rated under other reference data: the one function behind the preview of a retroactive change, behind its
 * execution and behind `verify`, so that these can't differ.
 */
export function rerate(
  calls: readonly CallOfLog[],
  reference: ReferenceData,
): { rerated: Rerated[]; unratable: Unratable[] } {
  const rerated: Rerated[] = [];
  const unratable: Unratable[] = [];
  for (const call of calls) {
    const user = call.user === null ? undefined : reference.assignments.user(call.user, call.startedAt);
    const rated = rateRecord({ ...call, direction: directionOf(call) }, call.account, user, reference);
    if (rated.ok) {
      const changes = differences(call, rated.value).length > 0;
      rerated.push({ call, before: amountsOf(call), after: rated.value, changes });
    } else {
      unratable.push({ call, reason: rated.rejection.reason });
    }
  }
  return { rerated, unratable };
}

const COMPARED = [
  'charge',
  'regularCharge',
  'covered',
  'class',
  'prefix',
  'tariff',
  'tariffVersion',
  'billedSeconds',
] as const;

/** What of a call's rating is otherwise than it should be, as `field stored → rated`. */
export function differences(call: CallOfLog, { rating }: RatedBy): string[] {
  return COMPARED.filter((field) => call[field] !== rating[field]).map(
    (field) => `${field} ${call[field] ?? 'none'} → ${rating[field] ?? 'none'}`,
  );
}

export function directionOf(call: { readonly direction: number }): (typeof DIRECTIONS)[number] {
  const direction = DIRECTIONS[call.direction];
  if (direction === undefined) throw new RangeError(`${call.direction} is no direction of a call`);
  return direction;
}

export function amountsOf(call: CallOfLog): Amounts {
  return {
    class: call.class,
    covered: call.covered,
    charge: microEuros(call.charge),
    regularCharge: microEuros(call.regularCharge),
  };
}

/** What a re-rating is in the log: the new amounts, and what they replace. */
export function entryOf({ call, before, after }: Rerated): LogEntry {
  return { ...entryWith(call, after.rating), before };
}

/** A call as the log would hold it if these had been its amounts from the beginning. */
export function entryWith(call: CallOfLog, amounts: Amounts): LogEntry {
  return {
    account: call.account,
    direction: directionOf(call),
    startedAt: call.startedAt,
    answeredAt: call.answeredAt,
    talkSeconds: call.talkSeconds,
    class: amounts.class,
    covered: amounts.covered,
    charge: amounts.charge,
    regularCharge: amounts.regularCharge,
    before: null,
  };
}
