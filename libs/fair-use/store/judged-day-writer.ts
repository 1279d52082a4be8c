import { type LocalDate, localDateOf } from '#calendar/local-date.js';
import type { FairUsePolicy } from '#catalogue/domain/policy.js';
import type { Instant } from '#calendar/instant.js';
import type { Transaction } from '#platform/database/database.js';
import { causedId } from '#platform/identity/ids.js';
import type { Exact } from '../domain/exact.js';
import type { CallReference, Finding } from '../domain/finding.js';
import type { JudgedDay, RuleVerdict } from '../domain/judge-day.js';
import type { DatedException } from '../domain/kept-out.js';
import type { LogCursor } from './judged-call-reader.js';

/** What a judged day rests on: with this it can be judged again from the logs. */
export interface JudgedOn {
  readonly policy: FairUsePolicy;
  readonly at: Instant;
  readonly by: string;
  readonly forced: boolean;
  readonly missingSources: readonly string[];
  readonly firstCompleteDay: LocalDate;
  readonly referencePosition: number;
  readonly cursor: LogCursor;
  readonly calls: number;
  readonly checksum: number;
  readonly exceptions: readonly DatedException[];
  readonly incompleteDays: readonly LocalDate[];
}

/** An episode or burst as a stored finding shows it: its calls are kept once, beside the findings. */
export type StoredFinding = Omit<Finding, 'episodes' | 'bursts'> & {
  readonly episodes: readonly (Omit<Finding['episodes'][number], 'calls'> & {
    readonly evidenceId: string;
  })[];
  readonly bursts: readonly (Omit<Finding['bursts'][number], 'calls'> & { readonly evidenceId: string })[];
};

/** Whether the next day has to know of a verdict, or a person wants to see it. */
export function isKept(verdict: RuleVerdict): boolean {
  return (
    verdict.status === 'breached' ||
    verdict.status === 'warning' ||
    verdict.inBreach ||
    verdict.exceededDays > 0
  );
}

/** Writes a judged day in the transaction of its event. */
export async function writeJudgedDay(
  transaction: Transaction,
  judged: JudgedDay,
  on: JudgedOn,
  eventId: string,
): Promise<void> {
  const day = localDateOf(judged.day);
  const { policy } = on;
  await transaction.query(
    `INSERT INTO fair_use.judged_day (policy, day, policy_version, judged_at, judged_by, forced, missing_sources, event_id, first_complete_day,
       reference_position, cursor, calls, checksum, exceptions, incomplete_days, accounts_judged)
     VALUES ($1, $2, $3, to_timestamp($4::double precision / 1000), $5, $6, $7, $8, $9, $10, $11, $12, $13, $14::jsonb, $15, $16)`,
    [
      policy.id,
      day,
      policy.version,
      on.at,
      on.by,
      on.forced,
      on.missingSources,
      eventId,
      on.firstCompleteDay,
      on.referencePosition,
      on.cursor,
      on.calls,
      on.checksum,
      JSON.stringify(on.exceptions),
      on.incompleteDays,
      judged.accountsJudged.length,
    ],
  );
  await writeBaselines(transaction, policy.id, day, judged);
  await writeVerdicts(transaction, policy.id, day, judged.verdicts.filter(isKept));
  await writeFindings(transaction, judged.findings);
}

async function writeBaselines(
  transaction: Transaction,
  policy: string,
  day: LocalDate,
  { baselines }: JudgedDay,
) {
  if (baselines.length === 0) return;
  await transaction.query(
    `INSERT INTO fair_use.day_baseline (policy, day, rule, plan, accounts, averaged, mean, median, p10, p90, mean_of_day)
     SELECT $1, $2, * FROM unnest($3::text[], $4::text[], $5::int[], $6::int[], $7::numeric[], $8::numeric[], $9::numeric[], $10::numeric[], $11::numeric[])`,
    [
      policy,
      day,
      baselines.map((one) => one.rule),
      baselines.map((one) => one.plan ?? ALL_PLANS),
      baselines.map((one) => one.accounts),
      baselines.map((one) => one.averaged),
      baselines.map((one) => one.mean.rounded()),
      baselines.map((one) => one.median.rounded()),
      baselines.map((one) => one.p10.rounded()),
      baselines.map((one) => one.p90.rounded()),
      baselines.map((one) => rounded(one.meanOfDay)),
    ],
  );
}

/** In place of a plan: the cohort is all accounts on plans with the policy. */
export const ALL_PLANS = '*';

async function writeVerdicts(
  transaction: Transaction,
  policy: string,
  day: LocalDate,
  verdicts: readonly RuleVerdict[],
) {
  if (verdicts.length === 0) return;
  await transaction.query(
    `INSERT INTO fair_use.verdict (policy, day, account, rule, status, reason, value, bound, exceeded_days, calm_days, in_breach)
     SELECT $1, $2, * FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::numeric[], $8::numeric[], $9::smallint[], $10::smallint[], $11::boolean[])`,
    [
      policy,
      day,
      verdicts.map((one) => one.account),
      verdicts.map((one) => one.rule),
      verdicts.map((one) => one.status),
      verdicts.map((one) => one.reason),
      verdicts.map((one) => rounded(one.value)),
      verdicts.map((one) => rounded(one.limit)),
      verdicts.map((one) => Math.min(one.exceededDays, LONGEST_RUN)),
      verdicts.map((one) => Math.min(one.calmDays, LONGEST_RUN)),
      verdicts.map((one) => one.inBreach),
    ],
  );
}

/** Runs are compared with parameters of at most 366 days. */
const LONGEST_RUN = 10_000;

async function writeFindings(transaction: Transaction, findings: readonly Finding[]) {
  if (findings.length === 0) return;
  const evidence = new Map<string, { account: string; calls: readonly CallReference[] }>();
  const stored = findings.map((finding) => asStored(finding, evidence));
  await transaction.query(
    `INSERT INTO fair_use.evidence (id, account, calls)
     SELECT e.id, e.account, e.calls FROM unnest($1::uuid[], $2::text[], $3::jsonb[]) AS e(id, account, calls) ON CONFLICT (id) DO NOTHING`,
    [
      [...evidence.keys()],
      Array.from(evidence.values(), (one) => one.account),
      Array.from(evidence.values(), (one) => JSON.stringify(one.calls)),
    ],
  );
  await transaction.query(
    `INSERT INTO fair_use.finding (id, policy, day, account, rule, first_day, window_from, evidence)
     SELECT * FROM unnest($1::uuid[], $2::text[], $3::date[], $4::text[], $5::text[], $6::date[], $7::date[], $8::jsonb[])`,
    [
      stored.map((one) => one.findingId),
      stored.map((one) => one.policy),
      stored.map((one) => one.day),
      stored.map((one) => one.account),
      stored.map((one) => one.rule),
      stored.map((one) => one.firstDay),
      stored.map((one) => one.windowFrom),
      stored.map((one) => JSON.stringify(one)),
    ],
  );
}

/** The finding with its calls taken out to `evidence`, by an id that follows from them. */
export function asStored(
  finding: Finding,
  evidence: Map<string, { account: string; calls: readonly CallReference[] }>,
): StoredFinding {
  const take = (kind: string, calls: readonly CallReference[]) => {
    const names = calls.flatMap((call) => [call.source, call.id, call.talkSeconds]);
    const evidenceId = causedId('evidence', kind, finding.account, ...names);
    evidence.set(evidenceId, { account: finding.account, calls });
    return evidenceId;
  };
  return {
    ...finding,
    episodes: finding.episodes.map(({ calls, ...one }) => ({ ...one, evidenceId: take('episode', calls) })),
    bursts: finding.bursts.map(({ calls, ...one }) => ({ ...one, evidenceId: take('burst', calls) })),
  };
}

function rounded(figure: Exact | null): number | null {
  return figure?.rounded() ?? null;
}
