import { definePublication, announce, tell } from '#publication/publication.js';
import { caseEventSchemas } from '../case/domain/case-event.js';
import {
  caseClosed,
  caseContinued,
  caseCured,
  caseDismissed,
  caseNoticed,
  caseOpened,
  findingAdded,
  measureApplied,
  measureApproved,
  measureProposed,
  measureUndone,
} from './case-messages.js';

type InCase = { readonly case: string; readonly account: string };

const about = (data: InCase) => ({ account: data.account, subject: data.case });
const ids = ({ account, case: caseId }: InCase) => ({ account, case: caseId });

/** Of a judgement after the deadline. */
const judgement = (
  data: InCase & {
    readonly from: string;
    readonly through: string;
    readonly figures: readonly { rule: string; value: number; limit: number; exceeded: boolean }[];
  },
) => ({
  ...ids(data),
  from: data.from,
  through: data.through,
  figures: data.figures.map(({ rule, value, limit, exceeded }) => ({ rule, value, limit, exceeded })),
});

/**
 * What a case lived through, without who decided it and why in words: staff and reasons are no business of receivers, and free text can
 * name persons. Not told: that a notice was asked for or failed (notice.v1 says what became of it), and granted exceptions.
 */
export const fairUsePublication = definePublication({
  topic: 'fair-use.v1',
  title: 'Fair-use cases',
  description:
    'What becomes of a case of excessive use: opened, findings added, customer noticed, cured or continued, measure decided, closed. Revised findings are not published yet: no decision tells of them.',
  source: '/fairline/fair-use',
  identity: 'event',
  messages: [
    caseOpened,
    findingAdded,
    caseNoticed,
    caseCured,
    caseContinued,
    measureProposed,
    measureApproved,
    measureApplied,
    measureUndone,
    caseDismissed,
    caseClosed,
  ],
  tells: [
    tell('case.opened', caseEventSchemas['case.opened'], (data) =>
      announce(caseOpened, about(data), {
        ...ids(data),
        plan: data.plan,
        policy: data.policy,
        openedOn: data.openedOn,
      }),
    ),
    tell('case.finding-added', caseEventSchemas['case.finding-added'], (data) =>
      announce(findingAdded, about(data), {
        ...ids(data),
        finding: data.findingId,
        rule: data.rule,
        firstDay: data.firstDay,
        lastDay: data.lastDay,
        windowFrom: data.windowFrom,
      }),
    ),
    tell('case.notice-delivered', caseEventSchemas['case.notice-delivered'], (data) =>
      announce(caseNoticed, about(data), {
        ...ids(data),
        notice: data.noticeId,
        deliveredAt: data.deliveredAt,
        evidence: data.evidence,
        deadline: data.deadline,
      }),
    ),
    tell('case.cured', caseEventSchemas['case.cured'], (data) =>
      announce(caseCured, about(data), judgement(data)),
    ),
    tell('case.continued', caseEventSchemas['case.continued'], (data) =>
      announce(caseContinued, about(data), judgement(data)),
    ),
    tell('case.measure-proposed', caseEventSchemas['case.measure-proposed'], (data) =>
      announce(measureProposed, about(data), {
        ...ids(data),
        measure: data.measureId,
        kind: data.kind,
        from: data.from,
      }),
    ),
    tell('case.measure-approved', caseEventSchemas['case.measure-approved'], (data) =>
      announce(measureApproved, about(data), {
        ...ids(data),
        measure: data.measureId,
        kind: data.kind,
        from: data.from,
      }),
    ),
    tell('case.measure-applied', caseEventSchemas['case.measure-applied'], (data) =>
      announce(measureApplied, about(data), {
        ...ids(data),
        measure: data.measureId,
        kind: data.kind,
        appliedOn: data.appliedOn,
      }),
    ),
    tell('case.measure-undone', caseEventSchemas['case.measure-undone'], (data) =>
      announce(measureUndone, about(data), {
        ...ids(data),
        measure: data.measureId,
        kind: data.kind,
        wasApplied: data.wasApplied,
      }),
    ),
    tell('case.dismissed', caseEventSchemas['case.dismissed'], (data) =>
      announce(caseDismissed, about(data), { ...ids(data), until: data.until, rules: data.rules }),
    ),
    tell('case.closed', caseEventSchemas['case.closed'], (data) =>
      announce(caseClosed, about(data), ids(data)),
    ),
  ],
});
