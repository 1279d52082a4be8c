import type { Provider } from '@nestjs/common';
import { CaseMeasure } from './case/apply-measure/case-measure.js';
import {
  RecordMeasureAppliedHandler,
  RecordMeasureNotExecutedHandler,
} from './case/apply-measure/record-measure-applied.js';
import { ApproveMeasureHandler, CaseSettings } from './case/approve-measure/approve-measure.js';
import { CloseCaseHandler } from './case/close-case/close-case.js';
import { DismissCaseHandler } from './case/dismiss-case/dismiss-case.js';
import { GrantExceptionHandler } from './case/grant-exception/grant-exception.js';
import {
  CasesAwaitingJudgementHandler,
  JudgeAfterDeadlineHandler,
} from './case/judge-after-deadline/judge-after-deadline.js';
import { ListCasesHandler } from './case/list-cases/list-cases.js';
import { CaseOpening } from './case/open-case/case-opening.js';
import { ProposeMeasureHandler } from './case/propose-measure/propose-measure.js';
import { CaseNotice } from './case/record-delivery/case-notice.js';
import { RequestNoticeHandler } from './case/request-notice/request-notice.js';
import { CaseBook } from './case/store/case-book.js';
import { CaseReader } from './case/store/case-reader.js';
import { UndoMeasureHandler } from './case/undo-measure/undo-measure.js';
import { CaseFollowUp } from './evaluate/case-follow-up.js';
import { EvaluateFairUseHandler, JudgingSettings } from './evaluate/evaluate-fair-use.js';
import { JudgedDays } from './evaluate/judged-days.js';
import { ShowCaseHandler } from './show-case/show-case.js';

/** They follow the feed: findings become cases, and cases learn of their notices and measures. */
export const fairUseSubscriptions = [CaseOpening, CaseNotice, CaseMeasure];

export const fairUseProviders: Provider[] = [
  ...fairUseSubscriptions,
  CaseBook,
  CaseReader,
  RequestNoticeHandler,
  ProposeMeasureHandler,
  ApproveMeasureHandler,
  RecordMeasureAppliedHandler,
  RecordMeasureNotExecutedHandler,
  UndoMeasureHandler,
  DismissCaseHandler,
  GrantExceptionHandler,
  CloseCaseHandler,
  JudgeAfterDeadlineHandler,
  CasesAwaitingJudgementHandler,
  ListCasesHandler,
  { provide: CaseSettings, useValue: new CaseSettings() },
  { provide: JudgingSettings, useValue: new JudgingSettings() },
  JudgedDays,
  CaseFollowUp,
  EvaluateFairUseHandler,
  ShowCaseHandler,
];
