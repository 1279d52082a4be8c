import { z } from 'zod';
import { defineEvent } from '#event-store/event.js';

export const tariffPublished = defineEvent({
  type: 'tariff.version-published',
  version: 1,
  schema: z.object({
    tariff: z.string(),
    validFrom: z.string(),
    fingerprint: z.string(),
    prefixes: z.int(),
  }),
});

export const ratingEvents = [tariffPublished];
