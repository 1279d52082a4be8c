import type { Provider, Type } from '@nestjs/common';
import { accountsProviders } from '#accounts/accounts.providers.js';
import { accountsEvents } from '#accounts/events/events.js';
import { accountEntities } from '#accounts/store/account-store.js';
import { callLogProviders, callLogSubscriptions } from '#call-log/call-log.providers.js';
import { callLogEvents } from '#call-log/events/events.js';
import { catalogueProviders } from '#catalogue/catalogue.providers.js';
import { catalogueEvents } from '#catalogue/events/events.js';
import type { EventDefinition } from '#event-store/event.js';
import type { Subscription } from '#event-store/subscription.js';
import type { DatabaseOptions } from '#platform/database/database.js';
import { fairUseEvents } from '#fair-use/events/events.js';
import { fairUsePublications } from '#fair-use/publish/publications.js';
import { fairUseProviders, fairUseSubscriptions } from '#fair-use/fair-use.providers.js';
import { invoicingEvents } from '#invoicing/events/events.js';
import { invoicingProviders, invoicingSubscriptions } from '#invoicing/invoicing.providers.js';
import { invoicePublication } from '#invoicing/publish/invoice-publication.js';
import { noticesEvents } from '#notices/events/events.js';
import { noticesProviders, noticesSubscriptions } from '#notices/notices.providers.js';
import { noticePublication } from '#notices/publish/notice-publication.js';
import type { Publication } from '#publication/publication.js';
import { retroRatingEvents } from '#retro-rating/events/events.js';
import { retroRatingProviders, retroRatingSubscriptions } from '#retro-rating/retro-rating.providers.js';
import type { Settings } from '#platform/config/settings.js';
import { ratingEvents } from '#rating/events/events.js';
import { ratingProviders } from '#rating/rating.providers.js';
import { usageProviders } from '#usage/usage.providers.js';

/** By which a subscription is found: its class, or a name where one class follows the feed several times. */
export type SubscriptionToken = Type<Subscription> | string;

/** What a bounded context brings to the process that runs it. */
export interface Context {
  readonly name: string;
  readonly providers: (settings: Settings) => readonly Provider[];
  /** Those among the providers that follow the feed. Each deployable runs those of its own context. */
  readonly subscriptions: readonly SubscriptionToken[];
  /** What it tells others on Kafka; the publisher sends it. */
  readonly publications: readonly Publication[];
  readonly events: readonly EventDefinition[];
  readonly entities: NonNullable<DatabaseOptions['entities']>;
}

export function context(part: Partial<Context> & Pick<Context, 'name' | 'providers'>): Context {
  return { subscriptions: [], publications: [], events: [], entities: [], ...part };
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
  subscriptions: callLogSubscriptions,
  events: callLogEvents,
});

export const usage = context({ name: 'usage', providers: () => usageProviders });

export const fairUse = context({
  name: 'fair-use',
  providers: () => fairUseProviders,
  subscriptions: fairUseSubscriptions,
  publications: fairUsePublications,
  events: fairUseEvents,
});

export const notices = context({
  name: 'notices',
  providers: noticesProviders,
  subscriptions: noticesSubscriptions,
  publications: [noticePublication],
  events: noticesEvents,
});

export const invoicing = context({
  name: 'invoicing',
  providers: () => invoicingProviders,
  subscriptions: invoicingSubscriptions,
  publications: [invoicePublication],
  events: invoicingEvents,
});

/** It gives invoicing its `PendingRatings`, so wherever bill runs are made it is there too. */
export const retroRating = context({
  name: 'retro-rating',
  providers: () => retroRatingProviders,
  subscriptions: retroRatingSubscriptions,
  events: retroRatingEvents,
});

/** What every process needs to take calls in, rate them and show them. */
export const recordingContexts: readonly Context[] = [catalogue, rating, accounts, callLog, usage];

/** All of Fairline, as one process runs it. */
export const allContexts: readonly Context[] = [
  ...recordingContexts,
  fairUse,
  notices,
  invoicing,
  retroRating,
];

export function subscriptionsOf(contexts: readonly Context[]): SubscriptionToken[] {
  return contexts.flatMap((one) => one.subscriptions);
}
