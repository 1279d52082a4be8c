import type { Instant } from '#calendar/instant.js';
import type { LocalDate } from '#calendar/local-date.js';
import { type Outcome, accepted, refused } from '#outcome/outcome.js';
import type { ApproveMeasureInCase, CommandOf, ProposeMeasureInCase } from './case-command.js';
import type { CaseEvent } from './case-event.js';
import { type Case, type MeasureState, firstDayOf } from './case-state.js';
import { canStillBounce, dayAfter, isPast, todayAt } from './deadline.js';
import { isStated, reasonMissing, wrongState } from './refusals.js';

type Decision = Outcome<CaseEvent[]>;

/**
 * A measure needs the notice delivered, its deadline passed, `continued`, and a stated hindrance or a reason (fair-use rules). The end
 * of unlimited calling is dated: the day after the deadline unless another day is given with a reason.
 */
export function proposeMeasure(the: Case, command: ProposeMeasureInCase): Decision {
  const replaces = the.status === 'measure-proposed' && the.measure?.approvedBy === null;
  if (the.measure?.approvedBy && the.status === 'measure-proposed') return underWay(the);
  if (the.status !== 'continued' && !replaces) {
    return wrongState('proposing a measure', the, ['continued', 'measure-proposed']);
  }
  if (!isStated(command.reason) && !isStated(command.hindrance)) {
    return reasonMissing('A measure without a stated hindrance');
  }
  const day = command.kind === 'end-unlimited' ? firstDayOfEnd(the, command) : noDay(command);
  if (!day.ok) return day;
  return accepted([
    {
      type: 'case.measure-proposed',
      data: {
        case: the.id,
        account: the.account,
        measureId: command.measureId,
        kind: command.kind,
        ...day.value,
        proposedBy: command.by,
        reason: command.reason,
        hindrance: command.hindrance,
        previewHash: command.previewHash,
      },
    },
  ]);
}

type DayOfMeasure = Pick<Extract<CaseEvent, { type: 'case.measure-proposed' }>['data'], 'from' | 'otherDate'>;

function noDay(command: ProposeMeasureInCase): Outcome<DayOfMeasure> {
  if (command.from === null) return accepted({ from: null, otherDate: false });
  return refused(
    'not-retroactive',
    `The measure "${command.kind}" begins when it is applied; a day (${command.from}) is possible only with "end-unlimited".`,
  );
}

/** "Retroactive charge from the day after the deadline (default), or another date with a reason ..., never before the first day of the finding." */
function firstDayOfEnd(the: Case, command: ProposeMeasureInCase): Outcome<DayOfMeasure> {
  const { notice } = the;
  if (notice === null || notice.deadline === null || notice.deliveredAt === null) {
    return refused(
      'not-delivered',
      `The notice of case ${the.id} is not delivered, so nothing can be charged.`,
    );
  }
  const usual = dayAfter(notice.deadline);
  const from = command.from ?? usual;
  const earliest = firstDayOf(the);
  if (from < earliest) {
    return refused(
      'before-first-day',
      `A charge from ${from} would reach back before the first day of the finding; ${earliest} is the earliest day possible.`,
    );
  }
  const otherDate = from !== usual;
  if (otherDate && !isStated(command.reason)) {
    return reasonMissing(`Another day (${from}) than the one after the deadline (${usual})`);
  }
  const chargeable = chargeableBack(the, { from, previewHash: command.previewHash }, command.at);
  return chargeable.ok ? accepted({ from, otherDate }) : chargeable;
}

/** What reaches back before today charges for calls already made, so it needs more than a mail that was accepted. */
function chargeableBack(
  the: Case,
  { from, previewHash }: { readonly from: LocalDate | null; readonly previewHash: string | null },
  at: Instant,
): Outcome<null> {
  if (from === null || from >= todayAt(at)) return accepted(null);
  const { notice } = the;
  if (notice === null || notice.evidence === null || notice.evidence === 'accepted-by-server') {
    return refused(
      'evidence-missing',
      `A retroactive charge needs a delivery report, the customer's acknowledgement or a recorded letter; notice ${notice?.noticeId} was only accepted by the receiving server. Record the evidence, or choose another measure.`,
    );
  }
  if (!isStated(previewHash)) {
    return refused(
      'preview-missing',
      `A retroactive charge is proposed with the preview of its amounts: make the preview for ${from} and give its hash.`,
    );
  }
  return accepted(null);
}

/** By a person; another than who proposed where four eyes are asked for, and always for another day than the usual one. */
export function approveMeasure(the: Case, command: ApproveMeasureInCase): Decision {
  const measure = proposed(the, command.measureId, 'approving a measure');
  if (!measure.ok) return measure;
  const { proposal, approvedBy } = measure.value;
  if (approvedBy !== null) return approvedBy === command.by ? accepted([]) : underWay(the);
  if ((command.fourEyes || proposal.otherDate) && proposal.proposedBy === command.by) {
    return refused(
      'four-eyes',
      `${command.by} proposed this measure; another person has to approve it${proposal.otherDate ? `, since it is from another day (${proposal.from}) than the usual one` : ''}.`,
    );
  }
  const notice = the.notice;
  if (notice?.deadline == null || notice.deliveredAt === null || !isPast(notice.deadline, command.at)) {
    return refused('too-early', `The deadline of case ${the.id} (${notice?.deadline}) has not passed.`);
  }
  if (notice.evidence === 'accepted-by-server' && canStillBounce(notice.deliveredAt, command.at)) {
    return refused('too-early', `The notice of case ${the.id} can still bounce; 24 hours have not passed.`);
  }
  // Its day may have passed since it was proposed for today or later.
  const chargeable = chargeableBack(the, proposal, command.at);
  if (!chargeable.ok) return chargeable;
  const { measureId, kind, from, previewHash, proposedBy } = proposal;
  return accepted([
    {
      type: 'case.measure-approved',
      data: {
        case: the.id,
        account: the.account,
        measureId,
        kind,
        from,
        previewHash,
        proposedBy,
        approvedBy: command.by,
      },
    },
  ]);
}

/** What was decided has been done: the limit set, or the retroactive change executed. */
export function recordMeasureApplied(the: Case, command: CommandOf<'record-measure-applied'>): Decision {
  if (the.status === 'measure-applied' && isMeasure(the, command.measureId)) return accepted([]);
  const measure = proposed(the, command.measureId, 'recording that its measure is applied');
  if (!measure.ok) return measure;
  const { proposal, approvedBy } = measure.value;
  if (approvedBy === null) return notApproved(the);
  const { measureId, kind } = proposal;
  const appliedOn = todayAt(command.at);
  return accepted([
    {
      type: 'case.measure-applied',
      data: { case: the.id, account: the.account, measureId, kind, appliedOn },
    },
  ]);
}

/** The approved measure could not be carried out as it was shown (its preview no longer holds); it can be proposed anew. */
export function recordMeasureNotExecuted(
  the: Case,
  command: CommandOf<'record-measure-not-executed'>,
): Decision {
  const measure = proposed(the, command.measureId, 'giving up its measure');
  if (!measure.ok) return measure;
  if (measure.value.approvedBy === null) return notApproved(the);
  return accepted([undone(the, measure.value, { wasApplied: false, ...command })]);
}

/** Of a measure in force, or of a proposal nobody approved yet. What is being carried out can't be stopped half-way. */
export function undoMeasure(the: Case, command: CommandOf<'undo-measure'>): Decision {
  if (!isStated(command.reason)) return reasonMissing('Undoing a measure');
  if (the.measure === null || (the.status !== 'measure-applied' && the.status !== 'measure-proposed')) {
    return wrongState('undoing a measure', the, ['measure-proposed', 'measure-applied']);
  }
  if (the.status === 'measure-proposed' && the.measure.approvedBy !== null) return underWay(the);
  return accepted([undone(the, the.measure, { wasApplied: the.status === 'measure-applied', ...command })]);
}

function notApproved(the: Case): Outcome<never> {
  return refused(
    'not-approved',
    `The measure of case ${the.id} is not approved; a person has to approve it first.`,
  );
}

export function underWay(the: Case): Outcome<never> {
  return refused(
    'measure-under-way',
    `Measure ${the.measure?.proposal.measureId} of case ${the.id} is approved and being carried out; wait until it is applied, then undo it if needed.`,
  );
}

function undone(
  the: Case,
  measure: MeasureState,
  { by, reason, wasApplied }: { by: string; reason: string; wasApplied: boolean },
): CaseEvent {
  const { measureId, kind } = measure.proposal;
  return {
    type: 'case.measure-undone',
    data: { case: the.id, account: the.account, measureId, kind, wasApplied, undoneBy: by, reason },
  };
}

function proposed(the: Case, measureId: string | undefined, what: string): Outcome<MeasureState> {
  if (the.status !== 'measure-proposed' || the.measure === null) {
    return wrongState(what, the, ['measure-proposed']);
  }
  if (isMeasure(the, measureId)) return accepted(the.measure);
  return refused(
    'other-measure',
    `Measure ${measureId} is not the one proposed in case ${the.id} (${the.measure.proposal.measureId}); look at the case again.`,
  );
}

function isMeasure(the: Case, measureId: string | undefined): boolean {
  return measureId === undefined || the.measure?.proposal.measureId === measureId;
}
