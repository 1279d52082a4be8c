import { z } from 'zod';
import { type Instant, parseInstant } from '#calendar/instant.js';
import { type LocalDate, type Period, parseLocalDate, parsePeriod } from '#calendar/local-date.js';
import { CASE_STATUSES } from '#fair-use/case/domain/case-state.js';
import { MEASURE_KINDS } from '#fair-use/case/domain/case-event.js';
import { TEXT_KEY } from '#platform/identity/ids.js';

/** What comes in: each is checked before a controller sees it, and described in the OpenAPI document. */

const parsed = <T extends string | number>(
  parse: (text: string) => T | undefined,
  shape: string,
  example: string,
) =>
  z
    .string()
    .refine((text) => parse(text) !== undefined, { error: `must be ${shape} such as ${example}` })
    .meta({ example });

export const DayText = parsed(parseLocalDate, 'a day', '2026-10-25');
export const PeriodText = parsed(parsePeriod, 'a month', '2026-10');
export const InstantText = parsed(parseInstant, 'an instant with its offset', '2026-10-05T10:00:00+02:00');

/** @throws Error for text that no schema has let through */
export function day(text: string): LocalDate {
  return known(parseLocalDate(text), text);
}

export function month(text: string): Period {
  return known(parsePeriod(text), text);
}

export function at(text: string): Instant {
  return known(parseInstant(text), text);
}

function known<T>(value: T | undefined, text: string): T {
  if (value === undefined) throw new Error(`${text} passed its schema and can't be read`);
  return value;
}

export const Key = z
  .string()
  .regex(TEXT_KEY, { error: 'must be 1 to 64 of letters, digits, dot, hyphen and underscore' });
export const Id = z.guid({ error: 'must be an id such as 0f8fad5b-d9cb-569f-a165-70867728950e' });
export const By = Key.describe('Who decides.');
export const Reason = z.string().trim().min(1).max(1_000);
export const Limit = z.coerce.number().int().min(1).max(1_000).optional();

const inOrder = (days: { from: string; to: string }) => days.from <= days.to;
const ORDER = { error: 'must not be before "from"; both days are inclusive', path: ['to'] };

export const DaysQuery = z.object({ from: DayText, to: DayText }).refine(inOrder, ORDER);
export const CallsQuery = z
  .object({ from: DayText, to: DayText, limit: Limit, after: z.string().max(100).optional() })
  .refine(inOrder, ORDER);
export const RateQuery = z.object({
  tariff: Key,
  to: z.string().min(1).max(40),
  at: InstantText,
  seconds: z.coerce.number().int().min(1).max(604_800),
});
export const CasesQuery = z.object({
  status: z.enum(CASE_STATUSES).optional(),
  account: Key.optional(),
  limit: Limit,
  after: Id.optional(),
});
export const Evaluation = z
  .object({ through: DayText, force: z.boolean().optional(), by: By })
  .meta({ id: 'Evaluation' });
export const NoticeAction = z
  .object({
    by: By,
    requestId: z.string().min(1).max(100).optional().describe('The same request twice is one notice.'),
  })
  .meta({ id: 'NoticeAction' });
export const ProposalAction = z
  .object({
    by: By,
    kind: z.enum(MEASURE_KINDS),
    reason: Reason.optional(),
    hindrance: Reason.optional(),
    from: DayText.optional(),
    previewHash: z.string().min(1).max(128).optional(),
    requestId: z.string().min(1).max(100).optional(),
  })
  .meta({ id: 'ProposalAction' });
export const MeasureAction = z.object({ by: By, measureId: Id }).meta({ id: 'MeasureAction' });
export const ReasonAction = z.object({ by: By, reason: Reason }).meta({ id: 'ReasonAction' });
export const DismissAction = z
  .object({ by: By, reason: Reason, until: DayText })
  .meta({ id: 'DismissAction' });
export const ExceptionAction = z
  .object({
    by: By,
    reason: Reason,
    until: DayText,
    rule: Key.optional(),
    user: z.string().min(1).max(128).optional(),
    number: z.string().min(1).max(40).optional(),
  })
  .meta({ id: 'ExceptionAction' });
export const CloseAction = z.object({ by: By, reason: Reason.optional() }).meta({ id: 'CloseAction' });

const change = {
  from: DayText,
  plan: Key.optional(),
  seats: z.number().int().min(0).max(1_000_000).optional(),
  subscription: Key.optional(),
  by: By,
};
export const PreviewRequest = z
  .object(change)
  .refine(({ plan, seats }) => plan !== undefined || seats !== undefined, {
    error: 'must be given, or seats, or both: else nothing would change',
    path: ['plan'],
  })
  .meta({ id: 'PreviewRequest' });
export const ConfirmRequest = z
  .object({ ...change, hash: z.string().min(1).max(128) })
  .meta({ id: 'ConfirmRequest' });
export const BillRunRequest = z
  .object({
    by: By,
    allowOpen: z.boolean().optional().describe('Also a month that is not over.'),
  })
  .meta({ id: 'BillRunRequest' });
export const LiveQuery = z.object({ live: z.enum(['true', 'false']).optional() });
