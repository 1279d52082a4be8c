import { intakeEvents } from './intake-events.js';
import { z } from 'zod';
import { type EventDefinition, defineEvent } from '#event-store/event.js';

/** Where a record lies: null on the coordinator (no account known), else its bucket. */
const Place = { record: z.guid(), bucket: z.number().int().min(0).max(255).nullable() };

/**
 * Records of one page of an operation were stored again, or were refused again. Ids and codes only: the sentences, which name numbers
 * of people, stand in ingest.quarantine_step.
 */
export const quarantineRedriven = defineEvent({
  type: 'quarantine.redriven',
  version: 1,
  schema: z.object({
    operation: z.guid(),
    corrected: z.boolean(),
    records: z
      .array(
        z.object({
          ...Place,
          result: z.enum(['accepted', 'duplicate', 'kept-again', 'refused-again']),
          code: z.string().nullable(),
          keptAs: z.guid().nullable(),
        }),
      )
      .min(1),
  }),
});

export const quarantineDiscarded = defineEvent({
  type: 'quarantine.discarded',
  version: 1,
  schema: z.object({ operation: z.guid(), records: z.array(z.object(Place)).min(1) }),
});

/** Originals left the house. */
export const quarantineExported = defineEvent({
  type: 'quarantine.exported',
  version: 1,
  schema: z.object({
    operation: z.guid(),
    code: z.string().nullable(),
    source: z.string().nullable(),
    account: z.string().nullable(),
    status: z.string().nullable(),
    records: z.number().int().min(0),
  }),
});

/** Everything that the call log writes to the event store: what people did with quarantined records and with partitions. */
export const callLogEvents: readonly EventDefinition[] = [
  quarantineRedriven,
  quarantineDiscarded,
  quarantineExported,
  ...intakeEvents,
];
