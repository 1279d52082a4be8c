import type { RatedBy, ReferenceData } from '#call-log/domain/rate-record.js';
import { rateRecord } from '#call-log/domain/rate-record.js';
import { DIRECTIONS } from '#call-log/domain/call-record.js';
import type { Instant } from '#calendar/instant.js';
import type { Amounts, LogEntry } from '#call-log/domain/log-entry.js';
import { microEuros } from '#money/money.js';

/** A call of the log with what it is charged now; the fields that decide its price. */
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
  readonly regularCharge: number;
  readonly charge: number;
  readonly covered: boolean;
}

/** A call whose rating changes, with both. */
export interface Rerating {
  readonly call: CallOfLog;
  readonly before: Amounts;
  readonly after: RatedBy;
}

/** A call that would lose its price: a change that leads to it is refused. */
export interface Unratable {
  readonly call: CallOfLog;
  readonly reason: string;
}

/**
 * Which ratings of an account's calls change under other reference data: the one function behind the preview of a retroactive
 * change and behind its execution, so that the two can't differ.
 */
export function rerate(
  calls: readonly CallOfLog[],
  reference: ReferenceData,
): { reratings: Rerating[]; unratable: Unratable[] } {
  const reratings: Rerating[] = [];
  const unratable: Unratable[] = [];
  for (const call of calls) {
    const user = call.user === null ? undefined : reference.assignments.user(call.user, call.startedAt);
    const direction = DIRECTIONS[call.direction] ?? 'outbound';
    const rated = rateRecord({ ...call, direction }, call.account, user, reference);
    if (!rated.ok) {
      unratable.push({ call, reason: rated.rejection.reason });
      continue;
    }
    const { rating } = rated.value;
    const changes =
      rating.charge !== call.charge ||
      rating.regularCharge !== call.regularCharge ||
      rating.covered !== call.covered ||
      rating.class !== call.class;
    if (changes) reratings.push({ call, before: amountsOf(call), after: rated.value });
  }
  return { reratings, unratable };
}

function amountsOf(call: CallOfLog): Amounts {
  return {
    class: call.class,
    covered: call.covered,
    charge: microEuros(call.charge),
    regularCharge: microEuros(call.regularCharge),
  };
}

/** What a re-rating is in the log: the new amounts, and what they replace. */
export function entryOf({ call, before, after }: Rerating): LogEntry {
  const { rating } = after;
  return {
    account: call.account,
    direction: DIRECTIONS[call.direction] ?? 'outbound',
    startedAt: call.startedAt,
    answeredAt: call.answeredAt,
    talkSeconds: call.talkSeconds,
    class: rating.class,
    covered: rating.covered,
    charge: rating.charge,
    regularCharge: rating.regularCharge,
    before,
  };
}
