import { z } from 'zod';
import { defineMessage } from '#publication/publication.js';
import { Account, Day, Moment } from '#publication/public-types.js';

const ACCOUNT = 'A10017';
const CASE = '6f1e6a0e-5f43-5c1b-9d4e-0b6f5d1c7a01';
const MEASURE = '9b0f2d33-7a61-5e0c-a1c2-44d5e6f70812';

const ofCase = { account: Account, case: z.uuid() };
const inCase = { account: ACCOUNT, case: CASE };

const Rule = z.string().describe('The rule of the fair-use policy, such as excess-over-average.');
const Kind = z.enum(['limit', 'suspend', 'end-unlimited']);
const Evidence = z.enum(['accepted-by-server', 'delivery-report', 'acknowledged', 'recorded-letter']);

const ofMeasure = { ...ofCase, measure: z.uuid(), kind: Kind };
const inMeasure = { ...inCase, measure: MEASURE, kind: 'end-unlimited' } as const;

const Figure = z.object({ rule: Rule, value: z.number(), limit: z.number(), exceeded: z.boolean() });
const judged = { ...ofCase, from: Day, through: Day, figures: z.array(Figure) };

export const caseOpened = defineMessage({
  type: 'fairline.case.opened.v1',
  title: 'Case opened',
  description:
    'An account breached a rule of its fair-use policy and a case was opened for a person to look at.',
  schema: z.object({ ...ofCase, plan: z.string(), policy: z.string(), openedOn: Day }),
  example: { ...inCase, plan: 'unlimited', policy: 'standard', openedOn: '2026-10-16' },
});

export const findingAdded = defineMessage({
  type: 'fairline.case.finding-added.v1',
  title: 'Finding added',
  description:
    'A rule was found breached on the days given; the first finding of a case follows its opening.',
  schema: z.object({
    ...ofCase,
    finding: z.string(),
    rule: Rule,
    firstDay: Day,
    lastDay: Day,
    windowFrom: Day.describe('First day of the window that was judged.'),
  }),
  example: {
    ...inCase,
    finding: '0c9d8e7f-6a5b-5c4d-8e3f-2a1b0c9d8e7f',
    rule: 'excess-over-average',
    firstDay: '2026-10-13',
    lastDay: '2026-10-15',
    windowFrom: '2026-09-18',
  },
});

export const caseNoticed = defineMessage({
  type: 'fairline.case.noticed.v1',
  title: 'Customer noticed',
  description: 'The customer was given notice of the breach; the deadline is the last day on which to stop.',
  schema: z.object({
    ...ofCase,
    notice: z.uuid(),
    deliveredAt: Moment,
    evidence: Evidence.describe('How it is known that the notice arrived, from weakest to strongest.'),
    deadline: Day,
  }),
  example: {
    ...inCase,
    notice: '2a7d1c44-0f0e-5b62-8c55-90a1b2c3d4e5',
    deliveredAt: '2026-10-16T07:00:00Z',
    evidence: 'accepted-by-server',
    deadline: '2026-10-23',
  },
});

export const caseCured = defineMessage({
  type: 'fairline.case.cured.v1',
  title: 'Case cured',
  description: 'The days after the deadline were judged: the customer stopped.',
  schema: z.object(judged),
  example: {
    ...inCase,
    from: '2026-10-24',
    through: '2026-10-30',
    figures: [{ rule: 'excess-over-average', value: 14.5, limit: 41.25, exceeded: false }],
  },
});

export const caseContinued = defineMessage({
  type: 'fairline.case.continued.v1',
  title: 'Breach continued',
  description:
    'The days after the deadline were judged: the customer went on. A person may decide on a measure.',
  schema: z.object(judged),
  example: {
    ...inCase,
    from: '2026-10-24',
    through: '2026-10-30',
    figures: [{ rule: 'excess-over-average', value: 212.25, limit: 41.25, exceeded: true }],
  },
});

export const measureProposed = defineMessage({
  type: 'fairline.case.measure-proposed.v1',
  title: 'Measure proposed',
  description: 'Somebody proposed a measure; nothing happens to the account yet.',
  schema: z.object({
    ...ofMeasure,
    from: Day.nullable().describe('First day of the change; null where it begins when it is applied.'),
  }),
  example: { ...inMeasure, from: '2026-10-24' },
});

export const measureApproved = defineMessage({
  type: 'fairline.case.measure-approved.v1',
  title: 'Measure approved',
  description: 'The measure was approved and is going to be carried out.',
  schema: z.object({ ...ofMeasure, from: Day.nullable() }),
  example: { ...inMeasure, from: '2026-10-24' },
});

export const measureApplied = defineMessage({
  type: 'fairline.case.measure-applied.v1',
  title: 'Measure applied',
  description:
    'The measure is in force. What switches have to do because of a limit or a suspension is told on enforcement.v1.',
  schema: z.object({ ...ofMeasure, appliedOn: Day }),
  example: { ...inMeasure, appliedOn: '2026-11-01' },
});

export const measureUndone = defineMessage({
  type: 'fairline.case.measure-undone.v1',
  title: 'Measure undone',
  description: 'The measure is lifted, or was given up before it was applied.',
  schema: z.object({ ...ofMeasure, wasApplied: z.boolean() }),
  example: { ...inMeasure, kind: 'limit', wasApplied: true },
});

export const caseDismissed = defineMessage({
  type: 'fairline.case.dismissed.v1',
  title: 'Case dismissed',
  description:
    'A person found that there is nothing to it; up to the day given the same behaviour opens no case.',
  schema: z.object({ ...ofCase, until: Day, rules: z.array(Rule) }),
  example: { ...inCase, until: '2026-12-31', rules: ['excess-over-average'] },
});

export const caseClosed = defineMessage({
  type: 'fairline.case.closed.v1',
  title: 'Case closed',
  description: 'The case ran its course. A measure in force stays in force.',
  schema: z.object(ofCase),
  example: inCase,
});
