import { z } from 'zod';
import { formatInstant } from '#calendar/instant.js';
import { announce, defineMessage, definePublication, tell } from '#publication/publication.js';
import { Account, Moment } from '#publication/public-types.js';
import { caseEventSchemas } from '../case/domain/case-event.js';

const ofMeasure = {
  account: Account,
  case: z.uuid(),
  measure: z.uuid().describe('The same in the message that ends it.'),
  reason: z.enum(['fair-use']),
  emergencyNumbersExempt: z
    .literal(true)
    .describe('112 and the other emergency numbers can always be called, whatever is enforced.'),
};
const begun = {
  ...ofMeasure,
  since: Moment,
  until: Moment.nullable().describe('Null: until the message that ends it.'),
};
const ended = { ...ofMeasure, until: Moment.describe('Since when it is not to be enforced any more.') };

const example = {
  account: 'A10017',
  case: '6f1e6a0e-5f43-5c1b-9d4e-0b6f5d1c7a01',
  measure: '9b0f2d33-7a61-5e0c-a1c2-44d5e6f70812',
  reason: 'fair-use',
  emergencyNumbersExempt: true,
} as const;

export const limitSimultaneousCalls = defineMessage({
  type: 'fairline.enforcement.limit-simultaneous-calls.v1',
  title: 'Limit simultaneous calls',
  description: "Limit the account's simultaneous outbound calls.",
  schema: z.object({
    ...begun,
    maximumCalls: z
      .int()
      .min(1)
      .nullable()
      .describe('Null: no number was decided; the receiver takes the one that it is set up with.'),
  }),
  example: { ...example, since: '2026-11-01T08:00:00Z', until: null, maximumCalls: null },
});

export const endLimit = defineMessage({
  type: 'fairline.enforcement.end-limit-simultaneous-calls.v1',
  title: 'End the limit of simultaneous calls',
  description: 'The limit of this measure is lifted.',
  schema: z.object(ended),
  example: { ...example, until: '2026-11-14T10:30:00Z' },
});

export const suspend = defineMessage({
  type: 'fairline.enforcement.suspend.v1',
  title: 'Suspend',
  description: 'Suspend the account: no outbound calls but to emergency numbers. Inbound calls go on.',
  schema: z.object(begun),
  example: { ...example, since: '2026-11-01T08:00:00Z', until: null },
});

export const endSuspend = defineMessage({
  type: 'fairline.enforcement.end-suspend.v1',
  title: 'End the suspension',
  description: 'The suspension of this measure is lifted.',
  schema: z.object(ended),
  example: { ...example, until: '2026-11-14T10:30:00Z' },
});

type Measure = { readonly case: string; readonly account: string; readonly measureId: string };

const about = (data: Measure) => ({ account: data.account, subject: data.case });
const common = (data: Measure) => ({
  account: data.account,
  case: data.case,
  measure: data.measureId,
  reason: 'fair-use' as const,
  emergencyNumbersExempt: true as const,
});

/**
 * What switches have to do. Only what a decision says today is sent: limits and suspensions of cases, and their ends. The end of
 * unlimited calling is a change of price and nothing to enforce; a measure given up before it was applied was never announced.
 */
export const enforcementPublication = definePublication({
  topic: 'enforcement.v1',
  title: 'Enforcement',
  description:
    'What switches have to do to an account, and when it ends. Emergency numbers are always exempt. The names block-outbound, unblock-outbound, block-destinations, release-calls and block-login are kept for later versions: nothing decides them yet, so they are never sent.',
  source: '/fairline/fair-use',
  identity: 'derived',
  messages: [limitSimultaneousCalls, endLimit, suspend, endSuspend],
  tells: [
    tell('case.measure-applied', caseEventSchemas['case.measure-applied'], (data, event) => {
      const since = { since: formatInstant(event.occurredAt), until: null };
      if (data.kind === 'limit') {
        return announce(limitSimultaneousCalls, about(data), {
          ...common(data),
          ...since,
          maximumCalls: null,
        });
      }
      if (data.kind === 'suspend') return announce(suspend, about(data), { ...common(data), ...since });
      return null;
    }),
    tell('case.measure-undone', caseEventSchemas['case.measure-undone'], (data, event) => {
      if (!data.wasApplied || data.kind === 'end-unlimited') return null;
      return announce(data.kind === 'limit' ? endLimit : endSuspend, about(data), {
        ...common(data),
        until: formatInstant(event.occurredAt),
      });
    }),
  ],
});
