import type { LocalDate } from '#calendar/local-date.js';
import { type Outcome, accepted, refused } from '#outcome/outcome.js';
import type { CaseCommand, CommandOf, GrantExceptionInCase } from './case-command.js';
import type { CaseEvent, FindingReference } from './case-event.js';
import { type Case, type CaseState, type CaseStatus, evolveCase, firstDayOf, rulesOf } from './case-state.js';
import { todayAt } from './deadline.js';
import {
  approveMeasure,
  proposeMeasure,
  recordMeasureApplied,
  recordMeasureNotExecuted,
  underWay,
  undoMeasure,
} from './measure-rules.js';
import {
  judgeAfterDeadline,
  recordNoticeDelivered,
  recordNoticeFailed,
  requestNotice,
} from './notice-rules.js';
import { isStated, reasonMissing, wrongState } from './refusals.js';

type Decision = Outcome<CaseEvent[]>;

const BEFORE_MEASURE: readonly CaseStatus[] = ['open', 'noticed', 'cured', 'continued', 'measure-proposed'];

/** What is decided in a case: one of these, in the state the case is in, or a refusal that says what is missing. */
export function decideCase(command: CaseCommand, state: CaseState): Decision {
  if (command.type === 'open-case') return openCase(state, command);
  if (state === null) {
    return refused('no-such-case', 'There is no such case; list the cases to find the right one.');
  }
  return decideInCase(command, state);
}

function decideInCase(command: Exclude<CaseCommand, { type: 'open-case' }>, the: Case): Decision {
  switch (command.type) {
    case 'add-finding':
      return addFinding(the, command.finding);
    case 'request-notice':
      return requestNotice(the, command);
    case 'record-notice-delivered':
      return recordNoticeDelivered(the, command);
    case 'record-notice-failed':
      return recordNoticeFailed(the, command);
    case 'judge-after-deadline':
      return judgeAfterDeadline(the, command);
    case 'propose-measure':
      return proposeMeasure(the, command);
    case 'approve-measure':
      return approveMeasure(the, command);
    case 'record-measure-applied':
      return recordMeasureApplied(the, command);
    case 'record-measure-not-executed':
      return recordMeasureNotExecuted(the, command);
    case 'undo-measure':
      return undoMeasure(the, command);
    case 'dismiss':
      return dismiss(the, command);
    case 'grant-exception':
      return grantException(the, command);
    case 'close':
      return close(the, command);
  }
}

function openCase(state: CaseState, command: CommandOf<'open-case'>): Decision {
  if (state !== null) return refused('case-exists', `Case ${command.caseId} is open already.`);
  const { caseId, account, plan, policy, policyVersion, deadlineDays, afterDays, findings } = command;
  if (findings.length === 0) {
    return refused('finding-missing', `A case of account ${account} needs a finding to open it.`);
  }
  return accepted([
    {
      type: 'case.opened',
      data: {
        case: caseId,
        account,
        plan,
        policy,
        policyVersion,
        openedOn: todayAt(command.at),
        deadlineDays,
        afterDays,
      },
    },
    ...findings.map((finding) => findingAdded(caseId, account, finding)),
  ]);
}

function addFinding(the: Case, finding: FindingReference): Decision {
  if (the.findings.some((known) => known.findingId === finding.findingId)) return accepted([]);
  const live: readonly CaseStatus[] = [...BEFORE_MEASURE, 'measure-applied'];
  if (!live.includes(the.status)) return wrongState('adding a finding', the, live);
  return accepted([findingAdded(the.id, the.account, finding)]);
}

function findingAdded(caseId: string, account: string, finding: FindingReference): CaseEvent {
  return { type: 'case.finding-added', data: { case: caseId, account, ...finding } };
}

/** "`dismissed` from any state before a measure"; the same behaviour opens no case up to the last day given. */
function dismiss(the: Case, command: CommandOf<'dismiss'>): Decision {
  const allowed = mayStillBeLetGo(the, 'dismissing');
  if (!allowed.ok) return allowed;
  if (!isStated(command.reason)) return reasonMissing('Dismissing a case');
  const { by, reason, until } = command;
  if (until < todayAt(command.at)) return untilIsPast(until);
  return accepted([dismissed(the, { by, reason, until })]);
}

/**
 * An exception for the whole account, or for every rule of the case (with those granted before), leaves nothing to decide: it dismisses
 * the case too. One for a user, a number or some of the rules leaves the rest of the case as it is.
 */
function grantException(the: Case, command: GrantExceptionInCase): Decision {
  const allowed = mayStillBeLetGo(the, 'an exception');
  if (!allowed.ok) return allowed;
  if (!isStated(command.reason)) return reasonMissing('An exception');
  const { rule, user, numberId, until, by, reason } = command;
  if (until < todayAt(command.at)) return untilIsPast(until);
  const granted = {
    type: 'case.exception-granted' as const,
    data: {
      case: the.id,
      account: the.account,
      rule,
      user,
      numberId,
      from: firstDayOf(the),
      until,
      grantedBy: by,
      reason,
    },
  };
  const covered = coveredUntil(the, [...the.exceptions, granted.data], todayAt(command.at));
  if (covered === undefined) return accepted([granted]);
  return accepted([granted, dismissed(the, { by, reason, until: covered })]);
}

/** Last day on which exceptions keep every rule of the case out; undefined when they do not. */
function coveredUntil(the: Case, exceptions: Case['exceptions'], today: LocalDate): LocalDate | undefined {
  const whole = exceptions.filter((one) => one.user === null && one.numberId === null && one.until >= today);
  const perRule = rulesOf(the).map((rule) =>
    whole
      .filter((one) => one.rule === null || one.rule === rule)
      .map((one) => one.until)
      .sort()
      .at(-1),
  );
  if (perRule.some((until) => until === undefined)) return undefined;
  return perRule.sort()[0];
}

/** A case that ran its course: cured, or its measure applied (or undone again). */
function close(the: Case, command: CommandOf<'close'>): Decision {
  const undone = the.status === 'continued' && the.hadMeasure;
  if (the.status !== 'cured' && the.status !== 'measure-applied' && !undone) {
    return wrongState('closing', the, ['cured', 'measure-applied']);
  }
  return accepted([
    {
      type: 'case.closed',
      data: { case: the.id, account: the.account, closedBy: command.by, reason: command.reason },
    },
  ]);
}

function mayStillBeLetGo(the: Case, what: string): Outcome<null> {
  if (!BEFORE_MEASURE.includes(the.status) || the.hadMeasure) return wrongState(what, the, BEFORE_MEASURE);
  if (the.status === 'measure-proposed' && the.measure?.approvedBy) return underWay(the);
  return accepted(null);
}

function dismissed(
  the: Case,
  { by, reason, until }: Pick<CommandOf<'dismiss'>, 'by' | 'reason' | 'until'>,
): CaseEvent {
  return {
    type: 'case.dismissed',
    data: { case: the.id, account: the.account, dismissedBy: by, reason, until, rules: rulesOf(the) },
  };
}

function untilIsPast(until: string): Outcome<never> {
  return refused('until-in-the-past', `${until} is over; give the last day up to which this is to hold.`);
}

/** The decider of the stream `case-<id>`. */
export const caseDecider = {
  initialState: null as CaseState,
  decide: decideCase,
  evolve: evolveCase,
};

export function caseStreamOf(caseId: string): string {
  return `case-${caseId}`;
}
