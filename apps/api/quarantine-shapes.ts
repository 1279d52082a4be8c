import { z } from 'zod';
import {
  QUARANTINE_CODES,
  type QuarantinePage,
} from '#call-log/quarantine/list-quarantine/list-quarantine.js';
import { QUARANTINE_STATUSES } from '#call-log/quarantine/store/quarantine-filter.js';
import { MAXIMUM_IDS, type Selection } from '#call-log/quarantine/store/selection.js';
import { By, Id, InstantText, Key, Limit, Reason, at } from './schemas.js';

/** What comes in and goes out under /v1/quarantine. */

const Text = z.string().min(1).max(200);
const Narrowing = {
  code: z.enum(QUARANTINE_CODES).optional(),
  source: Text.optional(),
  account: Key.optional(),
  origin: Text.optional(),
  callId: Text.optional().describe("Part of the switch's id of the call."),
  receivedFrom: InstantText.optional().describe('Inclusive.'),
  receivedBefore: InstantText.optional().describe('Exclusive.'),
};
const Filter = z.strictObject(Narrowing).meta({ id: 'QuarantineFilter' });

export const QuarantineQuery = z.object({
  ...Narrowing,
  status: z.enum(QUARANTINE_STATUSES).optional(),
  limit: Limit,
  after: Id.optional(),
});

const Selected = {
  by: By,
  ids: z.array(Id).min(1).max(MAXIMUM_IDS).optional().describe('Either these records,'),
  filter: Filter.optional().describe('or every open one that matches; {} is all of them.'),
};
const oneOfBoth = (body: { ids?: unknown; filter?: unknown }) =>
  (body.ids === undefined) !== (body.filter === undefined);
const ONE_OF_BOTH = { error: 'give ids or a filter, and not both', path: ['ids'] };

export const RedriveRequest = z
  .object({ ...Selected, dryRun: z.boolean().optional(), reason: Reason.optional() })
  .refine(oneOfBoth, ONE_OF_BOTH)
  .meta({ id: 'RedriveRequest' });
export const CorrectRequest = z
  .object({
    by: By,
    reason: Reason.optional(),
    dryRun: z.boolean().optional(),
    correction: z
      .string()
      .min(1)
      .max(20_480)
      .describe('The whole record, as the switch should have sent it.'),
  })
  .meta({ id: 'CorrectRequest' });
export const DiscardRequest = z
  .object({
    ...Selected,
    reason: Reason,
    expected: z.number().int().min(0).optional().describe('How many match; needed with a filter.'),
  })
  .refine(oneOfBoth, ONE_OF_BOTH)
  .meta({ id: 'DiscardRequest' });

export function selectionIn(body: {
  ids?: string[] | undefined;
  filter?: z.infer<typeof Filter> | undefined;
}) {
  const selection: Selection =
    body.ids === undefined
      ? { filter: filterIn(body.filter ?? {}) }
      : { ids: body.ids.map((id) => id.toLowerCase()) };
  return selection;
}

export function filterIn<T extends z.infer<typeof Filter>>({ receivedFrom, receivedBefore, ...rest }: T) {
  const page: QuarantinePage = {
    ...rest,
    ...(receivedFrom === undefined ? {} : { receivedFrom: at(receivedFrom) }),
    ...(receivedBefore === undefined ? {} : { receivedBefore: at(receivedBefore) }),
  };
  return page;
}

const Moment = z.string().describe('RFC 3339 with offset.');
const record = {
  id: z.string(),
  code: z.string(),
  reason: z.string(),
  status: z.enum(QUARANTINE_STATUSES),
  origin: z.string(),
  position: z.number().int(),
  receivedAt: Moment,
  account: z.string().nullable(),
  source: z.string().nullable(),
  callId: z.string().nullable(),
  raw: z.string(),
  encoding: z.enum(['utf-8', 'base64']),
  headers: z.record(z.string(), z.string()).nullable(),
};
const Bytes = z.object({ raw: z.string(), encoding: z.enum(['utf-8', 'base64']) });
const Field = z.union([z.string(), z.number()]).nullable();

export const Quarantined = z.object(record).meta({ id: 'Quarantined' });
export const QuarantinedWithHistory = z
  .object({
    ...record,
    history: z.array(
      z.object({
        at: Moment,
        by: z.string(),
        operation: z.string(),
        result: z.string(),
        codeBefore: z.string(),
        reasonBefore: z.string(),
        code: z.string().nullable(),
        reason: z.string().nullable(),
        because: z.string().nullable(),
        keptAs: z.string().nullable(),
        correction: Bytes.nullable(),
      }),
    ),
    insteadOf: z.string().nullable(),
    conflict: z
      .object({
        first: z.record(z.string(), Field).nullable(),
        second: z.record(z.string(), Field).nullable(),
        differing: z.array(z.object({ field: z.string(), first: Field, second: Field })),
      })
      .nullable(),
  })
  .meta({ id: 'QuarantinedWithHistory' });

export const QuarantineCounts = z
  .object({
    open: z.number().int(),
    byCode: z.array(
      z.object({
        code: z.string(),
        open: z.number().int(),
        oldestReceivedAt: Moment,
        ageSeconds: z.number().int(),
      }),
    ),
    groups: z.array(
      z.object({
        code: z.string(),
        source: z.string().nullable(),
        status: z.string(),
        records: z.number().int(),
        oldestReceivedAt: Moment,
      }),
    ),
  })
  .meta({ id: 'QuarantineCounts' });

export const Redriven = z
  .object({
    operation: z.string().nullable(),
    dryRun: z.boolean(),
    records: z.number().int(),
    accepted: z.number().int(),
    duplicates: z.number().int(),
    quarantined: z.record(z.string(), z.number().int()),
    alreadyClosed: z.number().int(),
    results: z.array(
      z.object({
        id: z.string(),
        result: z.string(),
        code: z.string().nullable(),
        reason: z.string().nullable(),
        keptAs: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'Redriven' });
export const Discarded = z
  .object({ operation: z.string(), discarded: z.number().int(), alreadyClosed: z.number().int() })
  .meta({ id: 'Discarded' });
