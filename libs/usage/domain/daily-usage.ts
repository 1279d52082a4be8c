import { AMSTERDAM, type BillingZone } from '#calendar/billing-zone.js';
import type { Instant } from '#calendar/instant.js';
import { type Amounts, type LogEntry, LogProjection, type UsageDelta } from '#call-log/domain/log-entry.js';
import type { DayNumber } from '#calendar/local-date.js';

/** Talk seconds of a call on one local day. */
export interface DayShare {
  readonly day: DayNumber;
  readonly seconds: number;
}

/**
 * Talk time `[answeredAt, answeredAt + seconds)` by local day: split at midnight, which belongs to the new day (fair-use rules, "Day").
 * Whole seconds that straddle midnight count on the day on which they begin, so the shares add up to the talk time.
 */
export function splitAtMidnight(
  answeredAt: Instant,
  talkSeconds: number,
  zone: BillingZone = AMSTERDAM,
): DayShare[] {
  const shares: DayShare[] = [];
  let day = zone.dayNumberAt(answeredAt);
  let counted = 0;
  while (counted < talkSeconds) {
    const nextDay = (day + 1) as DayNumber;
    const untilMidnight = Math.ceil((zone.startOfDayNumber(nextDay) - answeredAt) / 1000);
    const through = Math.min(talkSeconds, untilMidnight);
    if (through > counted) shares.push({ day, seconds: through - counted });
    counted = Math.max(counted, through);
    day = nextDay;
  }
  return shares;
}

/** The class under which usage without a destination class is shown. */
export function usageClassOf(entry: LogEntry, amounts: Amounts): string {
  return amounts.class ?? (entry.direction === 'outbound' ? 'unrated' : entry.direction);
}

/** Usage per account, day and class: the fold behind bills and behind fair use. */
export class DailyUsage extends LogProjection {
  constructor(private readonly zone: BillingZone = AMSTERDAM) {
    super();
  }

  fold(entries: Iterable<LogEntry>): UsageDelta[] {
    const deltas = new Map<string, UsageDelta>();
    for (const entry of entries) {
      const startDay = this.zone.dayNumberAt(entry.startedAt);
      const shares = this.sharesOf(entry, startDay);
      if (entry.before !== null) this.count(deltas, entry, entry.before, startDay, shares, -1);
      this.count(deltas, entry, entry, startDay, shares, 1);
    }
    return [...deltas.values()].filter(isNotEmpty).toSorted(byKey);
  }

  /** Nearly every call begins and ends on one day; these need no split. */
  private sharesOf(entry: LogEntry, startDay: DayNumber): DayShare[] {
    if (entry.answeredAt === null || entry.talkSeconds === 0) return [];
    const endsBefore = this.zone.startOfDayNumber((startDay + 1) as DayNumber);
    if (entry.answeredAt + entry.talkSeconds * 1000 <= endsBefore)
      return [{ day: startDay, seconds: entry.talkSeconds }];
    return splitAtMidnight(entry.answeredAt, entry.talkSeconds, this.zone);
  }

  private count(
    deltas: Map<string, UsageDelta>,
    entry: LogEntry,
    amounts: Amounts,
    startDay: DayNumber,
    shares: readonly DayShare[],
    sign: 1 | -1,
  ): void {
    const usageClass = usageClassOf(entry, amounts);
    const covered = amounts.covered ? sign : 0;
    const onStart = deltaAt(deltas, entry.account, startDay, usageClass);
    onStart.calls += sign;
    onStart.coveredCalls += covered;
    onStart.charge += sign * amounts.charge;
    onStart.regularCharge += sign * amounts.regularCharge;
    for (const share of shares) {
      const delta = share.day === startDay ? onStart : deltaAt(deltas, entry.account, share.day, usageClass);
      delta.seconds += sign * share.seconds;
      delta.coveredSeconds += covered * share.seconds;
    }
  }
}

function deltaAt(
  deltas: Map<string, UsageDelta>,
  account: string,
  day: DayNumber,
  usageClass: string,
): UsageDelta {
  const key = `${account}\u0000${day}\u0000${usageClass}`;
  let delta = deltas.get(key);
  if (delta === undefined) {
    delta = {
      account,
      day,
      class: usageClass,
      calls: 0,
      coveredCalls: 0,
      seconds: 0,
      coveredSeconds: 0,
      charge: 0,
      regularCharge: 0,
    };
    deltas.set(key, delta);
  }
  return delta;
}

function isNotEmpty(delta: UsageDelta): boolean {
  return [
    delta.calls,
    delta.coveredCalls,
    delta.seconds,
    delta.coveredSeconds,
    delta.charge,
    delta.regularCharge,
  ].some((value) => value !== 0);
}

function byKey(a: UsageDelta, b: UsageDelta): number {
  if (a.account !== b.account) return a.account < b.account ? -1 : 1;
  if (a.day !== b.day) return a.day - b.day;
  return a.class < b.class ? -1 : 1;
}
