import type { Provider, Type } from '@nestjs/common';
import { accountsProviders } from '#accounts/accounts.providers.js';
import { accountsEvents } from '#accounts/events/events.js';
import { accountEntities } from '#accounts/store/account-store.js';
import { callLogProviders } from '#call-log/call-log.providers.js';
import { catalogueProviders } from '#catalogue/catalogue.providers.js';
import { catalogueEvents } from '#catalogue/events/events.js';
import type { EventDefinition } from '#event-store/event.js';
import type { Subscription } from '#event-store/subscription.js';
import type { DatabaseOptions } from '#platform/database/database.js';
import { ApproveMeasureHandler, CaseSettings } from '#fair-use/case/approve-measure/approve-measure.js';
import { CaseMeasure } from '#fair-use/case/apply-measure/case-measure.js';
import {
  RecordMeasureAppliedHandler,
  RecordMeasureNotExecutedHandler,
} from '#fair-use/case/apply-measure/record-measure-applied.js';
import { CloseCaseHandler } from '#fair-use/case/close-case/close-case.js';
import { DismissCaseHandler } from '#fair-use/case/dismiss-case/dismiss-case.js';
import { GrantExceptionHandler } from '#fair-use/case/grant-exception/grant-exception.js';
import {
  CasesAwaitingJudgementHandler,
  JudgeAfterDeadlineHandler,
} from '#fair-use/case/judge-after-deadline/judge-after-deadline.js';
import { ListCasesHandler } from '#fair-use/case/list-cases/list-cases.js';
import { CaseOpening } from '#fair-use/case/open-case/case-opening.js';
import { ProposeMeasureHandler } from '#fair-use/case/propose-measure/propose-measure.js';
import { CaseNotice } from '#fair-use/case/record-delivery/case-notice.js';
import { RequestNoticeHandler } from '#fair-use/case/request-notice/request-notice.js';
import { CaseBook } from '#fair-use/case/store/case-book.js';
import { CaseReader } from '#fair-use/case/store/case-reader.js';
import { UndoMeasureHandler } from '#fair-use/case/undo-measure/undo-measure.js';
import { fairUseEvents } from '#fair-use/events/events.js';
import type { Settings } from '#platform/config/settings.js';
import { ratingEvents } from '#rating/events/events.js';
import { ratingProviders } from '#rating/rating.providers.js';
import { usageProviders } from '#usage/usage.providers.js';

/** What a bounded context brings to the process that runs it. */
export interface Context {
  readonly name: string;
  readonly providers: (settings: Settings) => readonly Provider[];
  /** Classes among the providers that follow the feed. Each deployable runs those of its own context. */
  readonly subscriptions: readonly Type<Subscription>[];
  readonly events: readonly EventDefinition[];
  readonly entities: NonNullable<DatabaseOptions['entities']>;
}

function context(part: Partial<Context> & Pick<Context, 'name' | 'providers'>): Context {
  return { subscriptions: [], events: [], entities: [], ...part };
}

export const catalogue = context({
  name: 'catalogue',
  providers: () => catalogueProviders,
  events: catalogueEvents,
});

export const rating = context({ name: 'rating', providers: () => ratingProviders, events: ratingEvents });

export const accounts = context({
  name: 'accounts',
  providers: () => accountsProviders,
  events: accountsEvents,
  entities: accountEntities,
});

export const callLog = context({
  name: 'call-log',
  providers: (settings) => callLogProviders(settings.ingestConnections),
});

export const usage = context({ name: 'usage', providers: () => usageProviders });

export const fairUse = context({
  name: 'fair-use',
  providers: () => [
    CaseBook,
    CaseReader,
    CaseSettings,
    ListCasesHandler,
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
    CaseOpening,
    CaseNotice,
    CaseMeasure,
  ],
  subscriptions: [CaseOpening, CaseNotice, CaseMeasure],
  events: fairUseEvents,
});

/** What every process needs to take calls in, rate them and show them. */
export const recordingContexts: readonly Context[] = [catalogue, rating, accounts, callLog, usage];

/** All of Fairline, as one process runs it. */
export const allContexts: readonly Context[] = [...recordingContexts, fairUse];

export function subscriptionsOf(contexts: readonly Context[]): Type<Subscription>[] {
  return contexts.flatMap((one) => one.subscriptions);
}
