import type { Provider } from '@nestjs/common';
import { PendingRatings } from '#invoicing/pending-ratings.js';
import { ChangeSubscriptionHandler } from './change-subscription/change-subscription.js';
import { ClosedPeriods, NoClosedPeriods } from './closed-periods.js';
import { ConfirmSubscriptionChangeHandler } from './confirm-change/confirm-subscription-change.js';
import { ExecuteMeasure } from './execute-measure/execute-measure.js';
import { ChangeCalculation } from './preview-change/change-calculation.js';
import { PreviewSubscriptionChangeHandler } from './preview-change/preview-subscription-change.js';
import { PendingRatingsReader } from './rerate/pending-accounts.js';
import { RerateSubscription } from './rerate/rerate-subscription.js';
import { RerateSettings, Rerater } from './rerate/rerater.js';
import { PreviewStore } from './store/preview-store.js';

/** The ratings first: what follows a change looks at them. */
export const retroRatingSubscriptions = [RerateSubscription, ExecuteMeasure];

export const retroRatingProviders: Provider[] = [
  { provide: ClosedPeriods, useClass: NoClosedPeriods },
  { provide: PendingRatings, useClass: PendingRatingsReader },
  PreviewStore,
  ChangeCalculation,
  RerateSettings,
  Rerater,
  PreviewSubscriptionChangeHandler,
  ConfirmSubscriptionChangeHandler,
  ChangeSubscriptionHandler,
  ...retroRatingSubscriptions,
];
