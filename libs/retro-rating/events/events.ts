import { z } from 'zod';
import { parseLocalDate } from '#calendar/local-date.js';
import { defineEvent } from '#event-store/event.js';

const Day = z.string().transform((text, context) => {
  const day = parseLocalDate(text);
  if (day !== undefined) return day;
  context.addIssue({ code: 'custom', message: `${text} is not a day such as 2026-10-16` });
  return z.NEVER;
});

/** Euros as a decimal string. */
const Amount = z.string().regex(/^-?\d+\.\d{2,6}$/);

/** A previewed change is carried out to the end: the ratings of the calls have followed. */
export const retroRatingExecuted = defineEvent({
  type: 'retro-rating.executed',
  version: 1,
  schema: z.object({
    account: z.string(),
    subscription: z.string(),
    from: Day,
    oldPlan: z.string(),
    newPlan: z.string(),
    previewHash: z.string(),
    /** Of the case whose measure asked for it. */
    caseId: z.string().nullable(),
    measureId: z.string().nullable(),
    /** Calls of the preview that were rated again, counted in the log, and what they are charged. */
    calls: z.int().min(0),
    callChargesBefore: Amount,
    callChargesAfter: Amount,
    /** Of the documents, as previewed. */
    net: Amount,
    vat: Amount,
    total: Amount,
    /** Calls that came in after the preview, by the new terms; not part of the amounts above. */
    arrivedSince: z.object({ calls: z.int().min(0), seconds: z.int().min(0), charge: Amount }),
  }),
});

export const retroRatingEvents = [retroRatingExecuted];
