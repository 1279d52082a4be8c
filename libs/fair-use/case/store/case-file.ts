import { type Instant, instant } from '#calendar/instant.js';
import type { LocalDate } from '#calendar/local-date.js';
import type { Queryable } from '#platform/database/database.js';
import type { CaseEventData, DeliveryEvidence, FindingReference, MeasureKind } from '../domain/case-event.js';
import { type Case, type CaseStatus, firstDayOf, lastDayOf, rulesOf } from '../domain/case-state.js';

/** A case as lists show it: one row of the read model, no evidence. */
export interface CaseFile {
  readonly id: string;
  readonly account: string;
  readonly status: CaseStatus;
  readonly plan: string;
  readonly policy: string;
  readonly policyVersion: number;
  readonly rules: readonly string[];
  readonly openedOn: LocalDate;
  readonly firstDay: LocalDate;
  readonly lastDay: LocalDate;
  readonly deadlineDays: number;
  readonly afterDays: number;
  readonly noticeId: string | null;
  readonly noticeStatus: 'requested' | 'delivered' | 'failed' | null;
  readonly noticeRules: readonly string[];
  readonly noticeDeliveredAt: Instant | null;
  readonly noticeEvidence: DeliveryEvidence | null;
  /** Last day, inclusive, on which to stop. */
  readonly deadline: LocalDate | null;
  readonly measureId: string | null;
  readonly measureKind: MeasureKind | null;
  readonly measureFrom: LocalDate | null;
  readonly measureApprovedBy: string | null;
  readonly measureAppliedOn: LocalDate | null;
  readonly answeredThrough: LocalDate | null;
  readonly answeredRules: readonly string[];
  readonly owner: string | null;
  readonly streamVersion: number;
  readonly updatedPosition: number;
}

/** Column of each field, in one order for reading and writing. */
const COLUMNS: readonly (readonly [keyof CaseFile, string])[] = [
  ['id', 'id'],
  ['account', 'account'],
  ['status', 'status'],
  ['plan', 'plan'],
  ['policy', 'policy'],
  ['policyVersion', 'policy_version'],
  ['rules', 'rules'],
  ['openedOn', 'opened_on'],
  ['firstDay', 'first_day'],
  ['lastDay', 'last_day'],
  ['deadlineDays', 'deadline_days'],
  ['afterDays', 'after_days'],
  ['noticeId', 'notice_id'],
  ['noticeStatus', 'notice_status'],
  ['noticeRules', 'notice_rules'],
  ['noticeDeliveredAt', 'notice_delivered_at'],
  ['noticeEvidence', 'notice_evidence'],
  ['deadline', 'deadline'],
  ['measureId', 'measure_id'],
  ['measureKind', 'measure_kind'],
  ['measureFrom', 'measure_from'],
  ['measureApprovedBy', 'measure_approved_by'],
  ['measureAppliedOn', 'measure_applied_on'],
  ['answeredThrough', 'answered_through'],
  ['answeredRules', 'answered_rules'],
  ['owner', 'owner'],
  ['streamVersion', 'stream_version'],
  ['updatedPosition', 'updated_position'],
];

export const SELECT_CASE_FILE = `SELECT ${COLUMNS.map(([field, column]) => `${column} AS "${field}"`).join(', ')} FROM fair_use.case_file`;

const UPSERT_CASE_FILE = `
  INSERT INTO fair_use.case_file (${COLUMNS.map(([, column]) => column).join(', ')})
  VALUES (${COLUMNS.map(([field], index) => (field === 'noticeDeliveredAt' ? `to_timestamp($${index + 1}::double precision / 1000)` : `$${index + 1}`)).join(', ')})
  ON CONFLICT (id) DO UPDATE SET ${COLUMNS.slice(1)
    .map(([, column]) => `${column} = excluded.${column}`)
    .join(', ')}`;

/** The row that a case makes. */
export function caseFileOf(the: Case, at: { streamVersion: number; position: number }): CaseFile {
  const { notice, measure } = the;
  return {
    id: the.id,
    account: the.account,
    status: the.status,
    plan: the.plan,
    policy: the.policy,
    policyVersion: the.policyVersion,
    rules: rulesOf(the),
    openedOn: the.openedOn,
    firstDay: firstDayOf(the),
    lastDay: lastDayOf(the),
    deadlineDays: the.deadlineDays,
    afterDays: the.afterDays,
    noticeId: notice?.noticeId ?? null,
    noticeStatus: notice?.status ?? null,
    noticeRules: notice?.rules ?? [],
    noticeDeliveredAt: notice?.deliveredAt == null ? null : instant(notice.deliveredAt),
    noticeEvidence: notice?.evidence ?? null,
    deadline: notice?.deadline ?? null,
    measureId: measure?.proposal.measureId ?? null,
    measureKind: measure?.proposal.kind ?? null,
    measureFrom: measure?.proposal.from ?? null,
    measureApprovedBy: measure?.approvedBy ?? null,
    measureAppliedOn: measure?.appliedOn ?? null,
    answeredThrough: the.answeredThrough,
    answeredRules: the.answeredRules,
    owner: the.owner,
    streamVersion: at.streamVersion,
    updatedPosition: at.position,
  };
}

export async function writeCaseFile(writer: Queryable, file: CaseFile): Promise<void> {
  await writer.query(
    UPSERT_CASE_FILE,
    COLUMNS.map(([field]) => file[field]),
  );
}

export async function writeCaseFinding(
  writer: Queryable,
  caseId: string,
  finding: FindingReference,
): Promise<void> {
  await writer.query(
    `INSERT INTO fair_use.case_finding (case_id, finding_id, rule, first_day, last_day, window_from)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [caseId, finding.findingId, finding.rule, finding.firstDay, finding.lastDay, finding.windowFrom],
  );
}

export async function writeCaseException(
  writer: Queryable,
  eventId: string,
  granted: CaseEventData<'case.exception-granted'>,
): Promise<void> {
  await writer.query(
    `INSERT INTO fair_use.case_exception (event_id, case_id, account, rule, excepted_user, number_id, from_day, until_day, reason)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      eventId,
      granted.case,
      granted.account,
      granted.rule,
      granted.user,
      granted.numberId,
      granted.from,
      granted.until,
      granted.reason,
    ],
  );
}
