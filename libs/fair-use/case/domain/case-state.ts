import type { LocalDate } from '#calendar/local-date.js';
import {
  type CaseEvent,
  type CaseEventData,
  DELIVERY_EVIDENCE,
  type DeliveryEvidence,
  type FindingReference,
} from './case-event.js';

/** The life of a breach (fair-use rules, "Findings, cases, time"). */
export const CASE_STATUSES = [
  'open',
  'noticed',
  'cured',
  'continued',
  'measure-proposed',
  'measure-applied',
  'closed',
  'dismissed',
] as const;
export type CaseStatus = (typeof CASE_STATUSES)[number];

/** A case in one of these is over; an account may have any number of them, and one other. */
export const ENDED_STATUSES = ['closed', 'dismissed'] as const satisfies readonly CaseStatus[];

export interface NoticeState {
  readonly noticeId: string;
  readonly status: 'requested' | 'delivered' | 'failed';
  readonly rules: readonly string[];
  readonly deliveredAt: string | null;
  readonly evidence: DeliveryEvidence | null;
  /** Last day, inclusive, on which to stop; null until delivered. */
  readonly deadline: LocalDate | null;
}

export interface MeasureState {
  readonly proposal: CaseEventData<'case.measure-proposed'>;
  readonly approvedBy: string | null;
  readonly appliedOn: LocalDate | null;
}

/** A case as its events made it. */
export interface Case {
  readonly id: string;
  readonly account: string;
  readonly status: CaseStatus;
  readonly plan: string;
  readonly policy: string;
  readonly policyVersion: number;
  readonly openedOn: LocalDate;
  readonly deadlineDays: number;
  readonly afterDays: number;
  /** The person who last decided something in it. */
  readonly owner: string | null;
  readonly findings: readonly FindingReference[];
  readonly notice: NoticeState | null;
  /** The measure that is proposed or applied now. */
  readonly measure: MeasureState | null;
  /** A measure has been in force at some time; such a case is closed, not dismissed. */
  readonly hadMeasure: boolean;
  /** What went on up to this day is dealt with; windows that reach back to it make no new case. */
  readonly answeredThrough: LocalDate | null;
  /** The rules whose behaviour is dealt with up to that day. */
  readonly answeredRules: readonly string[];
  readonly exceptions: readonly CaseEventData<'case.exception-granted'>[];
}

/** Null: no such case yet. */
export type CaseState = Case | null;

export function rulesOf(the: Case): string[] {
  return [...new Set(the.findings.map((finding) => finding.rule))].sort();
}

export function firstDayOf(the: Case): LocalDate {
  return the.findings.reduce(
    (first, finding) => (finding.firstDay < first ? finding.firstDay : first),
    the.findings[0]?.firstDay ?? the.openedOn,
  );
}

export function lastDayOf(the: Case): LocalDate {
  return the.findings.reduce(
    (last, finding) => (finding.lastDay > last ? finding.lastDay : last),
    the.findings[0]?.lastDay ?? the.openedOn,
  );
}

/** Whether `evidence` says more than what is known already. */
export function isStronger(evidence: DeliveryEvidence, than: DeliveryEvidence | null): boolean {
  return than === null || DELIVERY_EVIDENCE.indexOf(evidence) > DELIVERY_EVIDENCE.indexOf(than);
}

/** Folds one event; an event that its state does not allow was never appended, so nothing is checked here. */
export function evolveCase(state: CaseState, event: CaseEvent): CaseState {
  if (event.type === 'case.opened') return openedCase(event.data);
  if (state === null) throw new Error(`${event.type} of case ${event.data.case} comes before its opening`);
  return { ...state, ...changeBy(event, state) };
}

function openedCase(data: CaseEventData<'case.opened'>): Case {
  const { case: id, ...facts } = data;
  return {
    id,
    ...facts,
    status: 'open',
    owner: null,
    findings: [],
    notice: null,
    measure: null,
    hadMeasure: false,
    answeredThrough: null,
    answeredRules: [],
    exceptions: [],
  };
}

function changeBy(event: Exclude<CaseEvent, { type: 'case.opened' }>, the: Case): Partial<Case> {
  switch (event.type) {
    case 'case.finding-added':
      return { findings: [...the.findings, findingOf(event.data)] };
    case 'case.notice-requested':
      return { owner: event.data.requestedBy, notice: requestedNotice(event.data) };
    case 'case.notice-delivered':
      return { ...(the.status === 'open' ? { status: 'noticed' } : {}), notice: delivered(the, event.data) };
    case 'case.notice-failed':
      return { status: 'open', notice: failed(the), measure: null };
    case 'case.cured':
      return {
        status: 'cured',
        answeredThrough: the.notice?.deadline ?? null,
        answeredRules: the.notice?.rules ?? [],
      };
    case 'case.continued':
      return { status: 'continued' };
    case 'case.measure-proposed':
      return {
        status: 'measure-proposed',
        owner: event.data.proposedBy,
        measure: { proposal: event.data, approvedBy: null, appliedOn: null },
      };
    case 'case.measure-approved':
      return { measure: withMeasure(the, { approvedBy: event.data.approvedBy }) };
    case 'case.measure-applied':
      return {
        status: 'measure-applied',
        measure: withMeasure(the, { appliedOn: event.data.appliedOn }),
        hadMeasure: true,
        answeredThrough: event.data.appliedOn,
        answeredRules: rulesOf(the),
      };
    case 'case.measure-undone':
      return { status: 'continued', owner: event.data.undoneBy, measure: null };
    case 'case.dismissed':
      return {
        status: 'dismissed',
        owner: event.data.dismissedBy,
        answeredThrough: event.data.until,
        answeredRules: event.data.rules,
      };
    case 'case.exception-granted':
      return { owner: event.data.grantedBy, exceptions: [...the.exceptions, event.data] };
    case 'case.closed':
      return { status: 'closed' };
  }
}

function findingOf(data: CaseEventData<'case.finding-added'>): FindingReference {
  const { findingId, rule, firstDay, lastDay, windowFrom } = data;
  return { findingId, rule, firstDay, lastDay, windowFrom };
}

function requestedNotice(data: CaseEventData<'case.notice-requested'>): NoticeState {
  return {
    noticeId: data.noticeId,
    status: 'requested',
    rules: data.rules,
    deliveredAt: null,
    evidence: null,
    deadline: null,
  };
}

function delivered(the: Case, data: CaseEventData<'case.notice-delivered'>): NoticeState | null {
  if (the.notice === null) return null;
  const { deliveredAt, evidence, deadline } = data;
  return { ...the.notice, status: 'delivered', deliveredAt, evidence, deadline };
}

function failed(the: Case): NoticeState | null {
  if (the.notice === null) return null;
  return { ...the.notice, status: 'failed', deliveredAt: null, evidence: null, deadline: null };
}

function withMeasure(the: Case, change: Partial<MeasureState>): MeasureState | null {
  return the.measure === null ? null : { ...the.measure, ...change };
}
