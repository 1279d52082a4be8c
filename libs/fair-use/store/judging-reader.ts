import { readSubscriptions } from '#accounts/store/assignments-reader.js';
import { type DayNumber, type LocalDate, dayNumberOf } from '#calendar/local-date.js';
import type { CatalogueTimeline } from '#catalogue/domain/catalogue-timeline.js';
import type { FairUsePolicy, RuleName } from '#catalogue/domain/policy.js';
import type { Queryable } from '#platform/database/database.js';
import type { RunningVerdict } from '../domain/judge-day.js';
import {
  type AccountDays,
  type SeatSpan,
  accountDays,
  dayAfter,
  daysFrom,
} from '../domain/judging-calendar.js';
import type { DatedException } from '../domain/kept-out.js';
import { localDateOf } from '#calendar/local-date.js';

/** The last day that a policy has judged; undefined before its first. */
export async function readLastJudged(
  reader: Queryable,
  policy: string,
): Promise<{ day: DayNumber; firstCompleteDay: DayNumber; eventId: string } | undefined> {
  const [row] = await reader.query<{ day: LocalDate; first_complete_day: LocalDate; event_id: string }>(
    'SELECT day, first_complete_day, event_id FROM fair_use.judged_day WHERE policy = $1 ORDER BY day DESC LIMIT 1',
    [policy],
  );
  if (row === undefined) return undefined;
  return {
    day: dayNumberOf(row.day),
    firstCompleteDay: dayNumberOf(row.first_complete_day),
    eventId: row.event_id,
  };
}

/** What the first day of all that any policy judged took as the beginning of the log. */
export async function readFirstCompleteDay(reader: Queryable): Promise<DayNumber | undefined> {
  const [row] = await reader.query<{ first: LocalDate | null }>(
    'SELECT min(first_complete_day) AS first FROM fair_use.judged_day',
  );
  return row?.first == null ? undefined : dayNumberOf(row.first);
}

export type VerdictsOfDay = ReadonlyMap<string, RunningVerdict>;

export function verdictKey(account: string, rule: RuleName): string {
  return `${account}\n${rule}`;
}

export async function readVerdicts(
  reader: Queryable,
  policy: string,
  day: DayNumber,
): Promise<VerdictsOfDay> {
  const rows = await reader.query<RunningVerdict & { account: string; rule: RuleName }>(
    `SELECT account, rule, exceeded_days AS "exceededDays", calm_days AS "calmDays", in_breach AS "inBreach"
     FROM fair_use.verdict WHERE policy = $1 AND day = $2`,
    [policy, localDateOf(day)],
  );
  return new Map(
    rows.map(({ account, rule, exceededDays, calmDays, inBreach }) => [
      verdictKey(account, rule),
      { exceededDays, calmDays, inBreach },
    ]),
  );
}

export async function readIncompleteDays(reader: Queryable): Promise<ReadonlySet<DayNumber>> {
  const rows = await reader.query<{ day: LocalDate }>('SELECT day FROM fair_use.incomplete_day ORDER BY day');
  return new Set(rows.map((row) => dayNumberOf(row.day)));
}

/** Exceptions that hold on any of the days, those for one user or number included. */
export async function readExceptions(
  reader: Queryable,
  from: DayNumber,
  through: DayNumber,
): Promise<DatedException[]> {
  const rows = await reader.query<
    Omit<DatedException, 'from' | 'through'> & { from: LocalDate; through: LocalDate }
  >(
    `SELECT e.account, e.rule, e.excepted_user AS "user", n.number, e.from_day AS "from", e.until_day AS through
     FROM fair_use.case_exception e LEFT JOIN fair_use.excepted_number n ON n.id = e.number_id
     WHERE e.from_day <= $2 AND e.until_day >= $1 ORDER BY e.account, e.event_id`,
    [localDateOf(from), localDateOf(through)],
  );
  return rows.map((row) => ({ ...row, from: dayNumberOf(row.from), through: dayNumberOf(row.through) }));
}

/** Every plan that some version of the catalogue judges by a policy. */
export function policiesInUse(
  timeline: CatalogueTimeline,
  from: DayNumber,
  through: DayNumber,
): Map<string, Set<string>> {
  const plansOf = new Map<string, Set<string>>();
  for (const day of daysFrom(from, through))
    for (const plan of timeline.at(localDateOf(day))?.plans ?? []) {
      if (plan.fairUse === null) continue;
      const plans = plansOf.get(plan.fairUse) ?? new Set();
      plansOf.set(plan.fairUse, plans.add(plan.id));
    }
  return plansOf;
}

/** Seats per account and day on plans that the catalogue judges by the policy, as known at a position; accounts without any are absent. */
export async function readAccountDays(
  reader: Queryable,
  timeline: CatalogueTimeline,
  wanted: { policy: FairUsePolicy['id']; position: number; from: DayNumber; through: DayNumber },
): Promise<AccountDays[]> {
  const { policy, position, from, through } = wanted;
  const judgedSpans = planSpans(timeline, policy, from, through);
  const spans = new Map<string, SeatSpan[]>();
  for (const terms of await readSubscriptions(reader, position)) {
    const begin = dayNumberOf(terms.from);
    const end = terms.to === null ? null : dayNumberOf(terms.to);
    for (const judged of judgedSpans.get(terms.plan) ?? []) {
      const first = begin > judged.from ? begin : judged.from;
      const to = end !== null && end < judged.to ? end : judged.to;
      if (first >= to) continue;
      const ofAccount = spans.get(terms.account) ?? [];
      ofAccount.push({ plan: terms.plan, seats: terms.seats, from: first, to });
      spans.set(terms.account, ofAccount);
    }
  }
  return Array.from(spans, ([account, ofAccount]) => accountDays(account, ofAccount, from, through));
}

/** When each plan is judged by the policy, `[from, to)`: a new catalogue can change a plan's policy. */
function planSpans(
  timeline: CatalogueTimeline,
  policy: string,
  from: DayNumber,
  through: DayNumber,
): Map<string, { from: DayNumber; to: DayNumber }[]> {
  const spans = new Map<string, { from: DayNumber; to: DayNumber }[]>();
  for (const day of daysFrom(from, through))
    for (const plan of timeline.at(localDateOf(day))?.plans ?? []) {
      if (plan.fairUse !== policy) continue;
      const ofPlan = spans.get(plan.id) ?? [];
      spans.set(plan.id, ofPlan);
      const last = ofPlan.at(-1);
      if (last?.to === day) last.to = dayAfter(day, 1);
      else ofPlan.push({ from: day, to: dayAfter(day, 1) });
    }
  return spans;
}
