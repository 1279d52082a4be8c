import { type Instant, instant } from '#calendar/instant.js';
import { localDate } from '#calendar/local-date.js';
import { decideCase } from '../case.js';
import type { CaseCommand, CommandOf } from '../case-command.js';
import type { CaseEvent, DeliveryEvidence, FindingReference } from '../case-event.js';
import { type CaseState, evolveCase } from '../case-state.js';

export const CASE = '6f1e6a0e-5f43-5c1b-9d4e-0b6f5d1c7a01';
export const NOTICE = '2a7d1c44-0f0e-5b62-8c55-90a1b2c3d4e5';
export const MEASURE = '3b8e2d55-1f1f-5c73-9d66-a1b2c3d4e5f6';

/** A case in the order in which it runs: told on the 16th, to stop by the 23rd, judged up to the 30th, measures from the 31st on. */
export const OPENED_AT = instant('2026-10-16T06:00:00Z');
export const DELIVERED_AT = instant('2026-10-16T09:00:00Z');
export const JUDGED_AT = instant('2026-10-31T06:00:00Z');
export const DECIDED_AT = instant('2026-11-02T09:00:00Z');
/** So late that a measure is due in any case of this story. */
export const LONG_AFTER = instant('2027-06-01T09:00:00Z');

export function finding(changes: Partial<FindingReference> = {}): FindingReference {
  return {
    findingId: 'f1',
    rule: 'excess-over-average',
    firstDay: localDate('2026-10-13'),
    lastDay: localDate('2026-10-15'),
    windowFrom: localDate('2026-09-18'),
    ...changes,
  };
}

export function openCase(changes: Partial<CommandOf<'open-case'>> = {}): CaseCommand {
  return {
    type: 'open-case',
    caseId: CASE,
    account: 'A10017',
    plan: 'unlimited',
    policy: 'standard',
    policyVersion: 1,
    deadlineDays: 7,
    afterDays: 7,
    findings: [finding()],
    at: OPENED_AT,
    ...changes,
  };
}

export function requestNotice(noticeId = NOTICE): CaseCommand {
  return { type: 'request-notice', noticeId, by: 'anna', estimateCents: null };
}

export function noticeDelivered(
  evidence: DeliveryEvidence = 'accepted-by-server',
  at: Instant = DELIVERED_AT,
): CaseCommand {
  return { type: 'record-notice-delivered', noticeId: NOTICE, evidence, at };
}

export const noticeFailed: CaseCommand = {
  type: 'record-notice-failed',
  noticeId: NOTICE,
  cause: 'bounced',
};

export function judge(
  result: 'cured' | 'continued',
  changes: Partial<CommandOf<'judge-after-deadline'>> = {},
): CaseCommand {
  const exceeded = result === 'continued';
  return {
    type: 'judge-after-deadline',
    result,
    through: localDate('2026-10-30'),
    figures: [{ rule: 'excess-over-average', value: exceeded ? 90 : 10, limit: 60, exceeded }],
    at: JUDGED_AT,
    ...changes,
  };
}

export function propose(changes: Partial<CommandOf<'propose-measure'>> = {}): CaseCommand {
  return {
    type: 'propose-measure',
    measureId: MEASURE,
    kind: 'limit',
    by: 'anna',
    reason: 'went on after the notice',
    hindrance: null,
    from: null,
    previewHash: null,
    at: DECIDED_AT,
    ...changes,
  };
}

/** The end of unlimited calling with everything that a retroactive charge needs. */
export function proposeEnd(changes: Partial<CommandOf<'propose-measure'>> = {}): CaseCommand {
  return propose({ kind: 'end-unlimited', previewHash: 'abc', ...changes });
}

export function approve(changes: Partial<CommandOf<'approve-measure'>> = {}): CaseCommand {
  return {
    type: 'approve-measure',
    measureId: MEASURE,
    by: 'bob',
    fourEyes: true,
    at: DECIDED_AT,
    ...changes,
  };
}

export const applied: CaseCommand = { type: 'record-measure-applied', measureId: MEASURE, at: DECIDED_AT };
export const notExecuted: CaseCommand = {
  type: 'record-measure-not-executed',
  measureId: MEASURE,
  by: 'retro-rating',
  reason: 'the preview no longer holds',
};
export const undo: CaseCommand = { type: 'undo-measure', by: 'anna', reason: 'they have stopped' };
export const close: CaseCommand = { type: 'close', by: 'anna', reason: null };

export function dismiss(changes: Partial<CommandOf<'dismiss'>> = {}): CaseCommand {
  return {
    type: 'dismiss',
    by: 'anna',
    reason: 'a trade fair',
    until: localDate('2026-12-31'),
    at: DECIDED_AT,
    ...changes,
  };
}

export function except(changes: Partial<CommandOf<'grant-exception'>> = {}): CaseCommand {
  return {
    type: 'grant-exception',
    rule: null,
    user: null,
    numberId: null,
    until: localDate('2026-12-31'),
    by: 'anna',
    reason: 'an election office',
    at: DECIDED_AT,
    ...changes,
  };
}

/** Carries commands out one after the other. @throws Error for one that is refused */
export function given(...commands: readonly CaseCommand[]): CaseState {
  return commands.reduce<CaseState>((state, command) => {
    const decided = decideCase(command, state);
    if (!decided.ok) throw new Error(`${command.type}: ${decided.refusal.message}`);
    return decided.value.reduce<CaseState>(evolveCase, state);
  }, null);
}

/** Types of the events without `case.`, joined by a plus sign; or the code of the refusal. */
export function outcomeOf(state: CaseState, command: CaseCommand): string {
  const decided = decideCase(command, state);
  if (!decided.ok) return decided.refusal.code;
  return decided.value.map((event) => event.type.slice('case.'.length)).join(' + ') || 'nothing';
}

/** Data of the one event of a type that a command gives. @throws Error when it gives another number of them */
export function eventOf(
  type: CaseEvent['type'],
  state: CaseState,
  command: CaseCommand,
): Readonly<Record<string, unknown>> {
  const decided = decideCase(command, state);
  if (!decided.ok) throw new Error(decided.refusal.message);
  const found = decided.value.filter((event) => event.type === type);
  const [only] = found;
  if (only === undefined || found.length > 1) throw new Error(`${found.length} events ${type}`);
  return { ...only.data };
}
