import type { Instant } from '#calendar/instant.js';
import type { LocalDate } from '#calendar/local-date.js';
import type { DeliveryEvidence, FigureAfterDeadline, FindingReference, MeasureKind } from './case-event.js';

/** Everything that can be asked of a case. `at` is the business clock; `by` the id of a person or process. */
export type CaseCommand =
  | {
      readonly type: 'open-case';
      readonly caseId: string;
      readonly account: string;
      readonly plan: string;
      readonly policy: string;
      readonly policyVersion: number;
      readonly deadlineDays: number;
      readonly afterDays: number;
      readonly findings: readonly FindingReference[];
      readonly at: Instant;
    }
  | { readonly type: 'add-finding'; readonly finding: FindingReference }
  | RequestNoticeOfCase
  | {
      readonly type: 'record-notice-delivered';
      readonly noticeId: string;
      readonly evidence: DeliveryEvidence;
      readonly at: Instant;
    }
  | {
      readonly type: 'record-notice-failed';
      readonly noticeId: string;
      /** Why, in kebab-case: `rejected`, `bounced`, `no-recipient`. */
      readonly cause: string;
    }
  | JudgeCaseAfterDeadline
  | ProposeMeasureInCase
  | ApproveMeasureInCase
  | {
      readonly type: 'record-measure-applied';
      /** Absent: the one that is approved. */
      readonly measureId?: string;
      readonly at: Instant;
    }
  | {
      readonly type: 'record-measure-not-executed';
      readonly measureId: string;
      readonly by: string;
      readonly reason: string;
    }
  | { readonly type: 'undo-measure'; readonly by: string; readonly reason: string }
  | {
      readonly type: 'dismiss';
      readonly by: string;
      readonly reason: string;
      /** Last day up to which the same behaviour opens no case. */
      readonly until: LocalDate;
      readonly at: Instant;
    }
  | GrantExceptionInCase
  | { readonly type: 'close'; readonly by: string; readonly reason: string | null };

export interface RequestNoticeOfCase {
  readonly type: 'request-notice';
  readonly noticeId: string;
  readonly by: string;
  readonly estimateCents: number | null;
}

export interface JudgeCaseAfterDeadline {
  readonly type: 'judge-after-deadline';
  readonly result: 'cured' | 'continued';
  /** Last complete day that was looked at, from the day after the deadline on. */
  readonly through: LocalDate;
  readonly figures: readonly FigureAfterDeadline[];
  readonly at: Instant;
}

export interface ProposeMeasureInCase {
  readonly type: 'propose-measure';
  readonly measureId: string;
  readonly kind: MeasureKind;
  readonly by: string;
  readonly reason: string | null;
  readonly hindrance: string | null;
  /** Of the end of unlimited calling; absent: the day after the deadline. */
  readonly from: LocalDate | null;
  /** Of the retroactive change that the proposal was shown with. */
  readonly previewHash: string | null;
  readonly at: Instant;
}

export interface ApproveMeasureInCase {
  readonly type: 'approve-measure';
  readonly measureId: string;
  readonly by: string;
  /** Whether it has to be another person than who proposed. */
  readonly fourEyes: boolean;
  readonly at: Instant;
}

export interface GrantExceptionInCase {
  readonly type: 'grant-exception';
  /** Each null means "any": all null excepts the whole account. */
  readonly rule: string | null;
  readonly user: string | null;
  readonly numberId: string | null;
  readonly until: LocalDate;
  readonly by: string;
  readonly reason: string;
  readonly at: Instant;
}

export type CommandOf<Type extends CaseCommand['type']> = Extract<CaseCommand, { readonly type: Type }>;
