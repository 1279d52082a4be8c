import { z } from 'zod';
import { defineEvent } from '#event-store/event.js';

export const cataloguePublished = defineEvent({
  type: 'catalogue.version-published',
  version: 1,
  schema: z.object({ validFrom: z.string().nullable(), fingerprint: z.string() }),
});

export const catalogueEvents = [cataloguePublished];
