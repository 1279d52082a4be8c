import { z } from 'zod';
import { parseLocalDate } from '#calendar/local-date.js';

/** A local day as text; what is no day does not pass. */
export const Day = z.string().transform((text, context) => {
  const day = parseLocalDate(text);
  if (day !== undefined) return day;
  context.addIssue({ code: 'custom', message: `${text} is not a day such as 2026-10-25` });
  return z.NEVER;
});

/** An instant in UTC as people can read it in the log. */
const Moment = z.iso.datetime();

/** How it is known that the customer got the notice, from weakest to strongest (fair-use rules, "Delivered"). */
export const DELIVERY_EVIDENCE = [
  'accepted-by-server',
  'delivery-report',
  'acknowledged',
  'recorded-letter',
] as const;
export type DeliveryEvidence = (typeof DELIVERY_EVIDENCE)[number];

export const MEASURE_KINDS = ['limit', 'suspend', 'end-unlimited'] as const;
export type MeasureKind = (typeof MEASURE_KINDS)[number];

/** Every event names its case and account, so that who follows the feed needs no look-up. */
const inCase = { case: z.uuid(), account: z.string() };

export const FindingReference = z.object({
  findingId: z.string(),
  rule: z.string(),
  /** First of the days on which the breach was held. */
  firstDay: Day,
  lastDay: Day,
  /** First day of the window that was judged. */
  windowFrom: Day,
});
export type FindingReference = z.infer<typeof FindingReference>;

/** What was measured after the deadline, per rule. */
export const FigureAfterDeadline = z.object({
  rule: z.string(),
  value: z.number(),
  limit: z.number(),
  exceeded: z.boolean(),
});
export type FigureAfterDeadline = z.infer<typeof FigureAfterDeadline>;

const judgement = { ...inCase, from: Day, through: Day, figures: z.array(FigureAfterDeadline) };
const measure = { ...inCase, measureId: z.uuid(), kind: z.enum(MEASURE_KINDS) };

/** The data of each type of event of a case, current versions. No personal data: ids, days and figures. */
export const caseEventSchemas = {
  'case.opened': z.object({
    ...inCase,
    plan: z.string(),
    policy: z.string(),
    policyVersion: z.number().int(),
    openedOn: Day,
    /** Days after delivery within which to stop, and days judged after that: as the policy had them. */
    deadlineDays: z.number().int().min(1),
    afterDays: z.number().int().min(1),
  }),
  'case.finding-added': z.object({ ...inCase, ...FindingReference.shape }),
  'case.notice-requested': z.object({
    ...inCase,
    noticeId: z.uuid(),
    requestedBy: z.string(),
    findings: z.array(z.string()),
    /** What the customer is told of; only this can be judged as continued. */
    rules: z.array(z.string()),
    deadlineDays: z.number().int(),
    /** What going on would cost on the regular tariffs, in whole cents, when somebody worked it out. */
    estimateCents: z.number().int().nullable(),
  }),
  'case.notice-delivered': z.object({
    ...inCase,
    noticeId: z.uuid(),
    deliveredAt: Moment,
    evidence: z.enum(DELIVERY_EVIDENCE),
    /** Last day, inclusive, on which to stop. */
    deadline: Day,
  }),
  'case.notice-failed': z.object({ ...inCase, noticeId: z.uuid(), cause: z.string() }),
  'case.cured': z.object(judgement),
  'case.continued': z.object(judgement),
  'case.measure-proposed': z.object({
    ...measure,
    /** First day of the change; null for measures that begin when they are applied. */
    from: Day.nullable(),
    /** The day is another than the one after the deadline: somebody else than the proposer has to approve. */
    otherDate: z.boolean(),
    proposedBy: z.string(),
    reason: z.string().nullable(),
    hindrance: z.string().nullable(),
    previewHash: z.string().nullable(),
  }),
  'case.measure-approved': z.object({
    ...measure,
    from: Day.nullable(),
    previewHash: z.string().nullable(),
    proposedBy: z.string(),
    approvedBy: z.string(),
  }),
  'case.measure-applied': z.object({ ...measure, appliedOn: Day }),
  'case.measure-undone': z.object({
    ...measure,
    wasApplied: z.boolean(),
    undoneBy: z.string(),
    reason: z.string(),
  }),
  'case.dismissed': z.object({
    ...inCase,
    dismissedBy: z.string(),
    reason: z.string(),
    /** Last day up to which the same behaviour opens no case. */
    until: Day,
    rules: z.array(z.string()),
  }),
  'case.exception-granted': z.object({
    ...inCase,
    rule: z.string().nullable(),
    user: z.string().nullable(),
    /** Reference to the excepted number; the number itself is kept beside the events. */
    numberId: z.uuid().nullable(),
    from: Day,
    until: Day,
    grantedBy: z.string(),
    reason: z.string(),
  }),
  'case.closed': z.object({ ...inCase, closedBy: z.string(), reason: z.string().nullable() }),
} as const;

export type CaseEventType = keyof typeof caseEventSchemas;
export type CaseEventData<Type extends CaseEventType> = z.infer<(typeof caseEventSchemas)[Type]>;

/** One thing that happened to a case. */
export type CaseEvent = {
  [Type in CaseEventType]: { readonly type: Type; readonly data: CaseEventData<Type> };
}[CaseEventType];
