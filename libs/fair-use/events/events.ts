import { z } from 'zod';
import { defineEvent } from '#event-store/event.js';
import { Day, FindingReference, caseEventSchemas } from '../case/domain/case-event.js';

/**
 * One day was judged by one policy. It carries what the process that opens cases needs, so that this follows from the event alone:
 * the terms of notice of the policy version, and per finding its account and the plan it was compared by.
 */
export const dayJudged = defineEvent({
  type: 'fair-use.day-judged',
  version: 1,
  schema: z.object({
    policy: z.string(),
    policyVersion: z.number().int(),
    day: Day,
    accountsJudged: z.number().int().min(0),
    deadlineDays: z.number().int().min(1),
    afterDays: z.number().int().min(1),
    findings: z.array(z.object({ ...FindingReference.shape, account: z.string(), plan: z.string() })),
  }),
});

export const caseEvents = [
  defineEvent({ type: 'case.opened', version: 1, schema: caseEventSchemas['case.opened'] }),
  defineEvent({ type: 'case.finding-added', version: 1, schema: caseEventSchemas['case.finding-added'] }),
  defineEvent({
    type: 'case.notice-requested',
    version: 1,
    schema: caseEventSchemas['case.notice-requested'],
  }),
  defineEvent({
    type: 'case.notice-delivered',
    version: 1,
    schema: caseEventSchemas['case.notice-delivered'],
  }),
  defineEvent({ type: 'case.notice-failed', version: 1, schema: caseEventSchemas['case.notice-failed'] }),
  defineEvent({ type: 'case.cured', version: 1, schema: caseEventSchemas['case.cured'] }),
  defineEvent({ type: 'case.continued', version: 1, schema: caseEventSchemas['case.continued'] }),
  defineEvent({
    type: 'case.measure-proposed',
    version: 1,
    schema: caseEventSchemas['case.measure-proposed'],
  }),
  defineEvent({
    type: 'case.measure-approved',
    version: 1,
    schema: caseEventSchemas['case.measure-approved'],
  }),
  defineEvent({ type: 'case.measure-applied', version: 1, schema: caseEventSchemas['case.measure-applied'] }),
  defineEvent({ type: 'case.measure-undone', version: 1, schema: caseEventSchemas['case.measure-undone'] }),
  defineEvent({ type: 'case.dismissed', version: 1, schema: caseEventSchemas['case.dismissed'] }),
  defineEvent({
    type: 'case.exception-granted',
    version: 1,
    schema: caseEventSchemas['case.exception-granted'],
  }),
  defineEvent({ type: 'case.closed', version: 1, schema: caseEventSchemas['case.closed'] }),
];

/** Everything that fair use writes to the event store. */
export const fairUseEvents = [dayJudged, ...caseEvents];
