import { formatInstant } from '#calendar/instant.js';
import { addDays } from '#calendar/local-date.js';
import { type Outcome, accepted, refused } from '#outcome/outcome.js';
import type { CommandOf, JudgeCaseAfterDeadline, RequestNoticeOfCase } from './case-command.js';
import type { CaseEvent } from './case-event.js';
import { type Case, type CaseStatus, type NoticeState, isStronger, rulesOf } from './case-state.js';
import { dayAfter, deadlineOf, isPast } from './deadline.js';
import { wrongState } from './refusals.js';

type Decision = Outcome<CaseEvent[]>;

const AFTER_NOTICE: readonly CaseStatus[] = ['noticed', 'continued', 'measure-proposed', 'measure-applied'];

/** Of these, `measure-proposed` only while nobody has approved. */
const BEFORE_APPROVAL: readonly CaseStatus[] = ['open', 'noticed', 'continued', 'measure-proposed'];

/** A customer is told of a breach once. Only a notice that demonstrably did not arrive can be followed by another. */
export function requestNotice(the: Case, command: RequestNoticeOfCase): Decision {
  if (AFTER_NOTICE.includes(the.status)) {
    return refused(
      'already-noticed',
      `The customer of case ${the.id} has been told of this breach by notice ${the.notice?.noticeId}; a second notice of the same breach is not sent.`,
    );
  }
  if (the.status !== 'open') return wrongState('a notice', the, ['open']);
  if (the.notice?.status === 'requested') {
    return refused(
      'notice-under-way',
      `Notice ${the.notice.noticeId} of case ${the.id} is under way; wait until it is delivered or has failed.`,
    );
  }
  return accepted([
    {
      type: 'case.notice-requested',
      data: {
        case: the.id,
        account: the.account,
        noticeId: command.noticeId,
        requestedBy: command.by,
        findings: the.findings.map((finding) => finding.findingId),
        rules: rulesOf(the),
        deadlineDays: the.deadlineDays,
        estimateCents: command.estimateCents,
      },
    },
  ]);
}

/**
 * The first evidence of delivery dates the deadline. Stronger evidence that comes later is added and moves nothing: the customer
 * had the notice already.
 */
export function recordNoticeDelivered(the: Case, command: CommandOf<'record-notice-delivered'>): Decision {
  const notice = noticeOf(the, command.noticeId);
  if (!notice.ok) return notice;
  const { deliveredAt, deadline, evidence } = notice.value;
  if (deliveredAt !== null && deadline !== null) {
    if (!isStronger(command.evidence, evidence)) return accepted([]);
    return accepted([deliveryOf(the, command, deliveredAt, deadline)]);
  }
  // Dismissed or closed in the meantime: the delivery is on record with the notice and starts no deadline here.
  if (the.status !== 'open') return accepted([]);
  const at = formatInstant(command.at);
  return accepted([deliveryOf(the, command, at, deadlineOf(command.at, the.deadlineDays))]);
}

function deliveryOf(
  the: Case,
  { noticeId, evidence }: CommandOf<'record-notice-delivered'>,
  deliveredAt: string,
  deadline: NonNullable<NoticeState['deadline']>,
): CaseEvent {
  return {
    type: 'case.notice-delivered',
    data: { case: the.id, account: the.account, noticeId, deliveredAt, evidence, deadline },
  };
}

/**
 * A mail that bounces was not delivered, whatever its first server said; a customer who confirmed it has it. Until a measure is approved
 * the case goes back to where the customer has to be told: a deadline that nobody knew of has not passed, and what was judged by it falls.
 */
export function recordNoticeFailed(the: Case, command: CommandOf<'record-notice-failed'>): Decision {
  const notice = noticeOf(the, command.noticeId);
  if (!notice.ok) return notice;
  if (notice.value.status === 'failed') return accepted([]);
  if (notice.value.evidence !== null && notice.value.evidence !== 'accepted-by-server') return accepted([]);
  const decided = the.hadMeasure || the.measure?.approvedBy != null;
  if (decided || !BEFORE_APPROVAL.includes(the.status)) {
    return wrongState('recording that its notice failed', the, BEFORE_APPROVAL);
  }
  const { noticeId, cause } = command;
  return accepted([
    { type: 'case.notice-failed', data: { case: the.id, account: the.account, noticeId, cause } },
  ]);
}

/**
 * Cured or continued: from the day after the deadline, over at least `afterDays` complete days, by the rules that the customer was
 * told of. No day up to the deadline counts.
 */
export function judgeAfterDeadline(the: Case, command: JudgeCaseAfterDeadline): Decision {
  const deadline = the.notice?.deadline ?? null;
  if (the.status !== 'noticed' || deadline === null) return wrongState('this judgement', the, ['noticed']);
  const first = dayAfter(deadline);
  const earliest = addDays(deadline, the.afterDays);
  if (command.through < earliest || !isPast(command.through, command.at)) {
    return refused(
      'too-early',
      `Case ${the.id} can be judged once ${earliest} is over: its deadline is the end of ${deadline}, and ${the.afterDays} complete days after it are needed.`,
      { deadline, earliest },
    );
  }
  const told = the.notice?.rules ?? [];
  const unmeasured = told.filter((rule) => !command.figures.some((figure) => figure.rule === rule));
  if (unmeasured.length > 0) {
    return refused(
      'figures-missing',
      `Case ${the.id} can't be judged without a figure for each rule that the notice names; ${unmeasured.join(', ')} has none.`,
    );
  }
  const exceeded = command.figures.filter((figure) => figure.exceeded && told.includes(figure.rule));
  if ((command.result === 'continued') !== exceeded.length > 0) {
    return refused(
      'figures-disagree',
      `Case ${the.id} can't be ${command.result}: ${exceeded.length} of the rules that the notice names (${told.join(', ')}) are exceeded by these figures.`,
    );
  }
  const data = {
    case: the.id,
    account: the.account,
    from: first,
    through: command.through,
    figures: [...command.figures],
  };
  return accepted([
    command.result === 'cured' ? { type: 'case.cured', data } : { type: 'case.continued', data },
  ]);
}

function noticeOf(the: Case, noticeId: string): Outcome<NoticeState> {
  if (the.notice?.noticeId === noticeId) return accepted(the.notice);
  return refused(
    'other-notice',
    `Notice ${noticeId} is not the one of case ${the.id} (${the.notice?.noticeId ?? 'it has none'}).`,
  );
}
