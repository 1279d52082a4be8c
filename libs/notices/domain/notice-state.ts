import type { LocalDate } from '#calendar/local-date.js';
import { ACKNOWLEDGEMENTS, type Acknowledgement, type Language, type NoticeEvent } from './notice-event.js';

/** The life of a letter (docs/decisions/0004-notice-is-sent-once.md). */
export const NOTICE_STATUSES = [
  'prepared',
  'attempted',
  'waiting',
  'uncertain',
  'accepted',
  'acknowledged',
  'failed',
  'bounced',
] as const;
export type NoticeStatus = (typeof NOTICE_STATUSES)[number];

/** A notice as its events made it. */
export interface Notice {
  readonly id: string;
  readonly case: string;
  readonly account: string;
  readonly status: NoticeStatus;
  readonly language: Language;
  readonly writtenOn: LocalDate;
  readonly stopBy: LocalDate;
  readonly letterHash: string;
  /** Dialogues with a mail server that were begun. */
  readonly attempts: number;
  /** When a waiting notice is due again. */
  readonly notBefore: string | null;
  readonly messageId: string | null;
  readonly evidence: 'accepted-by-server' | Acknowledgement | null;
  /** Why it waits, is uncertain, failed or bounced. */
  readonly cause: string | null;
  readonly responseCode: number | null;
}

/** Null: no such notice yet. */
export type NoticeState = Notice | null;

/** Whether `evidence` says more than what is known already. */
export function isStronger(evidence: Acknowledgement, than: Notice['evidence']): boolean {
  if (than === null || than === 'accepted-by-server') return true;
  return ACKNOWLEDGEMENTS.indexOf(evidence) > ACKNOWLEDGEMENTS.indexOf(than);
}

/** Folds one event; an event that its state does not allow was never appended, so nothing is checked here. */
export function evolveNotice(state: NoticeState, event: NoticeEvent): NoticeState {
  if (event.type === 'notice.prepared') {
    const { noticeId, case: caseId, account, language, writtenOn, stopBy, letterHash } = event.data;
    return {
      id: noticeId,
      case: caseId,
      account,
      status: 'prepared',
      language,
      writtenOn,
      stopBy,
      letterHash,
      attempts: 0,
      notBefore: null,
      messageId: null,
      evidence: null,
      cause: null,
      responseCode: null,
    };
  }
  if (state === null) throw new Error(`${event.type} of ${event.data.noticeId} comes before the letter`);
  return { ...state, ...changeBy(event) };
}

/** What an event does not name (the cause of an earlier attempt) is over with it. */
const NOTHING_WRONG = { notBefore: null, cause: null, responseCode: null };

function changeBy(event: Exclude<NoticeEvent, { type: 'notice.prepared' }>): Partial<Notice> {
  switch (event.type) {
    case 'notice.attempted':
      return { ...NOTHING_WRONG, status: 'attempted', attempts: event.data.attempt };
    case 'notice.deferred': {
      const { cause, responseCode, notBefore } = event.data;
      return { status: 'waiting', cause, responseCode, notBefore };
    }
    case 'notice.uncertain':
      return { status: 'uncertain', cause: event.data.cause };
    case 'notice.accepted': {
      const { messageId, responseCode } = event.data;
      return {
        ...NOTHING_WRONG,
        status: 'accepted',
        messageId,
        responseCode,
        evidence: 'accepted-by-server',
      };
    }
    case 'notice.failed':
      return {
        status: 'failed',
        notBefore: null,
        cause: event.data.cause,
        responseCode: event.data.responseCode,
      };
    case 'notice.bounced':
      return {
        status: 'bounced',
        notBefore: null,
        cause: event.data.statusCode ?? 'bounced',
        evidence: null,
      };
    case 'notice.acknowledged':
      return { ...NOTHING_WRONG, status: 'acknowledged', evidence: event.data.evidence };
    case 'notice.resend-requested':
      return { ...NOTHING_WRONG, status: 'prepared' };
  }
}
