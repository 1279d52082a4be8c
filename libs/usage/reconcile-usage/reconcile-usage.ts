import type { LocalDate } from '#calendar/local-date.js';
import type { Queryable } from '#platform/database/database.js';
import { BUCKETS } from '#platform/identity/ids.js';
import { DifferenceList } from '#platform/verification/difference-list.js';
import { comparedFigures } from '../verify-usage/verify-usage.js';

/** The calls that started on a day: stored = counted, each with the charge of its current rating. */
export interface ReconciledDay {
  readonly day: LocalDate;
  /** Calls in the log. Each row has its first rating, so stored = rated. */
  stored: number;
  /** Calls in usage. */
  counted: number;
  /** Micro-euros, by the ratings. */
  charged: number;
  /** Micro-euros, in usage. */
  chargeCounted: number;
}

export interface UsageReconciliation {
  readonly days: readonly ReconciledDay[];
  readonly differences: readonly string[];
}

/** Calls of some days against usage, per account, day and class; a bucket at a time, each in one snapshot. */
export async function reconcileUsage(
  reader: Queryable,
  from: LocalDate,
  through: LocalDate,
): Promise<UsageReconciliation> {
  const found = new DifferenceList();
  const days = new Map<LocalDate, ReconciledDay>();
  for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
    const rows = await reader.query<BucketDay>(RECOUNT_DAYS, [bucket, found.room, from, through]);
    for (const { differing, ...row } of rows) {
      const sum = days.get(row.day);
      if (sum === undefined) days.set(row.day, { ...row });
      else {
        sum.stored += row.stored;
        sum.counted += row.counted;
        sum.charged += row.charged;
        sum.chargeCounted += row.chargeCounted;
      }
      for (const one of differing ?? []) found.add(sentenceOf(row.day, one));
    }
  }
  return {
    days: [...days.values()].toSorted((a, b) => (a.day < b.day ? -1 : 1)),
    differences: found.asCheck('usage').differences,
  };
}

interface BucketDay extends ReconciledDay {
  readonly differing: readonly Differing[] | null;
}

interface Differing {
  readonly account: string;
  readonly class: string;
  /** In the order of FIGURES. */
  readonly stored: readonly number[];
  readonly counted: readonly number[];
}

const FIGURES = ['calls', 'covered calls', 'seconds', 'covered seconds', 'charge', 'regular charge'];

function sentenceOf(day: LocalDate, one: Differing): string {
  const parts = FIGURES.flatMap((figure, index) =>
    one.stored[index] === one.counted[index]
      ? []
      : [`${figure} ${one.counted[index]} by the calls, ${one.stored[index]} in usage`],
  );
  return `${one.account} on ${day}, ${one.class}: ${parts.join('; ')}`;
}

/** A call lasts 7 days at most, so talk time of these days can come from calls that started 8 days before. */
const OF_CALLS = `AND c.started_at >= ($3::date - 8)::timestamp AT TIME ZONE 'Europe/Amsterdam'
      AND c.started_at < ($4::date + 1)::timestamp AT TIME ZONE 'Europe/Amsterdam'`;

/** $1 = bucket, $2 = how many differing figures per day at most, $3 and $4 = first and last day. */
export const RECOUNT_DAYS = `
  ${comparedFigures(OF_CALLS, 'WHERE day BETWEEN $3 AND $4')}
  SELECT day, sum(counted[1])::bigint AS stored, sum(stored[1])::bigint AS counted, sum(counted[5])::bigint AS charged,
    sum(stored[5])::bigint AS "chargeCounted",
    (array_agg(jsonb_build_object('account', account_id, 'class', class, 'stored', to_jsonb(stored), 'counted', to_jsonb(counted))
      ORDER BY account_id, class) FILTER (WHERE stored <> counted))[1:$2::int] AS differing
  FROM compared GROUP BY day ORDER BY day`;
