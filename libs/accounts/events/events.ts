import { z } from 'zod';
import { defineEvent } from '#event-store/event.js';
import type { LocalDate } from '#calendar/local-date.js';

const Day = z.custom<LocalDate>((value) => typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value));
const Terms = {
  account: z.string(),
  subscription: z.string(),
  plan: z.string(),
  seats: z.int().min(1),
  from: Day,
  to: Day.nullable(),
};

export const accountRegistered = defineEvent({
  type: 'account.registered',
  version: 1,
  schema: z.object({ account: z.string(), reseller: z.string().nullable(), fingerprint: z.string() }),
});

/** Details, numbers, users or add-ons changed from a day on; which ones is in the account's own tables, since they are personal. */
export const accountChanged = defineEvent({
  type: 'account.changed',
  version: 1,
  schema: z.object({ account: z.string(), effectiveFrom: Day, fingerprint: z.string() }),
});

export const subscriptionStarted = defineEvent({
  type: 'subscription.started',
  version: 1,
  schema: z.object(Terms),
});

export const subscriptionChanged = defineEvent({
  type: 'subscription.changed',
  version: 1,
  schema: z.object({ ...Terms, previewHash: z.string().nullable(), cause: z.string().nullable() }),
});

export const accountsEvents = [accountRegistered, accountChanged, subscriptionStarted, subscriptionChanged];
