import { formatInstant, instant } from '#calendar/instant.js';
import { type Outcome, accepted, refused } from '#outcome/outcome.js';
import type { CommandOf, NoticeCommand } from './notice-command.js';
import type { NoticeEvent } from './notice-event.js';
import {
  type Notice,
  type NoticeState,
  type NoticeStatus,
  evolveNotice,
  isStronger,
} from './notice-state.js';
import { MAXIMUM_ATTEMPTS, dueAgain } from './retry-pause.js';

type Decision = Outcome<NoticeEvent[]>;

/** What is decided about a notice: told once, and never silently not (docs/decisions/0004-notice-is-sent-once.md). */
export function decideNotice(command: NoticeCommand, state: NoticeState): Decision {
  if (command.type === 'prepare') return prepare(state, command);
  if (state === null) {
    return refused('no-such-notice', 'There is no such notice; its case shows the id of the right one.');
  }
  switch (command.type) {
    case 'attempt':
      return attempt(state, command);
    case 'record-result':
      return recordResult(state, command);
    case 'give-up-attempt':
      return giveUpAttempt(state, command);
    case 'resend':
      return resend(state, command);
    case 'record-delivery':
      return recordDelivery(state, command);
    case 'record-bounce':
      return recordBounce(state, command);
  }
}

/** Written once: the second writing of the same notice is a repeat, and the first letter stays. */
function prepare(state: NoticeState, { letter }: CommandOf<'prepare'>): Decision {
  if (state !== null) return accepted([]);
  const prepared: NoticeEvent = { type: 'notice.prepared', data: letter };
  if (letter.recipientRole !== null) return accepted([prepared]);
  const { noticeId, account } = letter;
  const nobody = { noticeId, case: letter.case, account, cause: 'no-recipient', responseCode: null };
  return accepted([prepared, { type: 'notice.failed', data: nobody }]);
}

/** Who gets the event may talk to the mail server; everybody else gets a refusal, so two never send the same letter. */
function attempt(the: Notice, { at }: CommandOf<'attempt'>): Decision {
  const due = the.notBefore === null || instant(the.notBefore) <= at;
  if (the.status !== 'prepared' && the.status !== 'waiting') {
    return wrongStatus('sending', the, ['prepared', 'waiting']);
  }
  if (!due) return refused('not-due', `Notice ${the.id} is due again at ${the.notBefore}.`);
  return accepted([{ type: 'notice.attempted', data: { ...ids(the), attempt: the.attempts + 1 } }]);
}

function recordResult(the: Notice, command: CommandOf<'record-result'>): Decision {
  const { result, messageId } = command;
  const open = the.status === 'attempted' || the.status === 'uncertain';
  if (!open || command.attempt !== the.attempts) {
    return refused(
      'other-attempt',
      `Attempt ${command.attempt} of notice ${the.id} is over (${the.status}, attempt ${the.attempts}); its late result (${result.kind}) is not recorded.`,
    );
  }
  const data = { ...ids(the), attempt: command.attempt };
  switch (result.kind) {
    case 'accepted':
      return accepted([
        {
          type: 'notice.accepted',
          data: { ...data, messageId, responseCode: result.responseCode, by: result.by },
        },
      ]);
    case 'unknown':
      return the.status === 'uncertain'
        ? accepted([])
        : accepted([{ type: 'notice.uncertain', data: { ...data, cause: result.cause } }]);
    case 'refused':
      return accepted([failed(the, result.cause, result.responseCode)]);
    case 'not-now': {
      const { cause, responseCode } = result;
      if (command.attempt >= MAXIMUM_ATTEMPTS) return accepted([failed(the, cause, responseCode)]);
      const notBefore = formatInstant(dueAgain(command.at, command.attempt, command.jitter));
      return accepted([{ type: 'notice.deferred', data: { ...data, cause, responseCode, notBefore } }]);
    }
  }
}

function giveUpAttempt(the: Notice, command: CommandOf<'give-up-attempt'>): Decision {
  if (the.status !== 'attempted' || the.attempts !== command.attempt) return accepted([]);
  const data = { ...ids(the), attempt: command.attempt, cause: 'interrupted' };
  return accepted([{ type: 'notice.uncertain', data }]);
}

/** By a person who has looked (in the log of the mail server, by telephone), never by itself; also what waits can go at once. */
function resend(the: Notice, { by, reason }: CommandOf<'resend'>): Decision {
  if (the.status === 'failed' || the.status === 'bounced') {
    return refused(
      'new-notice-needed',
      `Notice ${the.id} ${the.status === 'failed' ? 'has failed' : 'bounced'} (${the.cause}); correct the account's contact and request a new notice of case ${the.case}.`,
    );
  }
  if (the.status !== 'uncertain' && the.status !== 'waiting') {
    return wrongStatus('sending it again', the, ['uncertain', 'waiting']);
  }
  if (reason.trim() === '') {
    return refused(
      'reason-missing',
      'Sending a notice again needs a reason (how is it known that it did not arrive?); state it and try again.',
    );
  }
  return accepted([{ type: 'notice.resend-requested', data: { ...ids(the), requestedBy: by, reason } }]);
}

/** A customer's word or a recorded letter counts whatever the mail did; a report of a mail server only for what was sent. */
function recordDelivery(the: Notice, { evidence, by }: CommandOf<'record-delivery'>): Decision {
  if (the.evidence !== null && !isStronger(evidence, the.evidence)) return accepted([]);
  const sent: readonly NoticeStatus[] = ['attempted', 'uncertain', 'accepted', 'acknowledged'];
  if (evidence === 'delivery-report' && !sent.includes(the.status)) {
    return wrongStatus('recording a delivery report', the, sent);
  }
  return accepted([{ type: 'notice.acknowledged', data: { ...ids(the), evidence, recordedBy: by } }]);
}

function recordBounce(the: Notice, { by, reason, statusCode }: CommandOf<'record-bounce'>): Decision {
  if (the.status === 'bounced') return accepted([]);
  const sent: readonly NoticeStatus[] = ['attempted', 'uncertain', 'accepted'];
  if (!sent.includes(the.status)) return wrongStatus('recording that it bounced', the, sent);
  return accepted([{ type: 'notice.bounced', data: { ...ids(the), recordedBy: by, reason, statusCode } }]);
}

function failed(the: Notice, cause: string, responseCode: number | null): NoticeEvent {
  return { type: 'notice.failed', data: { ...ids(the), cause, responseCode } };
}

function ids(the: Notice): { noticeId: string; case: string; account: string } {
  return { noticeId: the.id, case: the.case, account: the.account };
}

function wrongStatus(what: string, the: Notice, allowed: readonly NoticeStatus[]): Outcome<never> {
  return refused(
    'wrong-state',
    `Notice ${the.id} is ${the.status}; ${what} is possible only when it is ${allowed.join(' or ')}.`,
    { status: the.status, allowed },
  );
}

/** The decider of the stream `notice-<id>`. */
export const noticeDecider = {
  initialState: null as NoticeState,
  decide: decideNotice,
  evolve: evolveNotice,
};

export function noticeStreamOf(noticeId: string): string {
  return `notice-${noticeId}`;
}
