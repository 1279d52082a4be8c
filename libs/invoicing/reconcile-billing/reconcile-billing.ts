import {
  type LocalDate,
  type Period,
  firstDayOf,
  lastDayOf,
  nextPeriod,
  periodOf,
} from '#calendar/local-date.js';
import type { Queryable } from '#platform/database/database.js';

/** The call charges of a month, in micro-euros: charged = drafted + unbilled. */
export interface BilledPeriod {
  readonly period: Period;
  readonly charged: number;
  /** In drafts that could go out; null without a bill run. */
  readonly drafted: number | null;
  /** In drafts that are parked. */
  readonly parked: number | null;
  /** In no draft: no bill run yet, or calls that came after it. */
  readonly unbilled: number;
}

const MAXIMUM_PERIODS = 120;

/** Where the charges of the months that some days touch stand. Information: what is not billed yet is no difference. */
export async function reconcileBilling(
  reader: Queryable,
  from: LocalDate,
  through: LocalDate,
): Promise<BilledPeriod[]> {
  const billed: BilledPeriod[] = [];
  for (
    let period = periodOf(from);
    period <= periodOf(through) && billed.length < MAXIMUM_PERIODS;
    period = nextPeriod(period)
  ) {
    const [row] = await reader.query<{ charged: number; drafted: number | null; parked: number | null }>(
      CHARGES_OF_PERIOD,
      [period, firstDayOf(period), lastDayOf(period)],
    );
    if (row === undefined) throw new Error(`The sums of ${period} gave no row`);
    billed.push({ period, ...row, unbilled: row.charged - (row.drafted ?? 0) - (row.parked ?? 0) });
  }
  return billed;
}

const CHARGES_OF_PERIOD = `
  WITH drafts AS (
    SELECT coalesce(sum(l.charge) FILTER (WHERE NOT d.parked), 0)::bigint AS drafted,
      coalesce(sum(l.charge) FILTER (WHERE d.parked), 0)::bigint AS parked
    FROM invoicing.bill_run r
    LEFT JOIN invoicing.draft d ON d.build = r.build
    LEFT JOIN invoicing.draft_line l ON l.build = d.build AND l.account = d.account AND l.kind = 'usage'
    WHERE r.period = $1 GROUP BY r.period)
  SELECT (SELECT coalesce(sum(charge), 0)::bigint FROM usage.current WHERE day BETWEEN $2 AND $3) AS charged,
    (SELECT drafted FROM drafts) AS drafted, (SELECT parked FROM drafts) AS parked`;
