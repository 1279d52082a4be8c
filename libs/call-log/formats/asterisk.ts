import { hash } from 'node:crypto';
import type { Disposition } from '../domain/call-record.js';
import type { RecordContent } from '../domain/record-from.js';
import { type Row, type RowReading, contentOfCall, secondsFrom } from './row.js';

/** Words of main/cdr.c `ast_cdr_disp2str`; numbers of include/asterisk/cdr.h `enum ast_cdr_disposition`, for `disposition(int64)`. */
const UNANSWERED: ReadonlyMap<string, Exclude<Disposition, 'answered'>> = new Map([
  ['NO ANSWER', 'no-answer'],
  ['0', 'no-answer'],
  ['1', 'no-answer'],
  ['BUSY', 'busy'],
  ['4', 'busy'],
  ['FAILED', 'failed'],
  ['2', 'failed'],
  ['CONGESTION', 'failed'],
  ['16', 'failed'],
]);
const ANSWERED = new Set(['ANSWERED', '8']);
/** Technology, peer and a number of its own: `PJSIP/1001-0000002a`. */
const CHANNEL = /^(?:PJSIP|SIP|IAX2|SCCP|SKINNY|UNISTIM)\/(.{1,64})-[0-9a-fA-F]{1,16}(?:;[12])?$/;

/** A row of cdr_csv or cdr_custom; both write the same fields of a CDR, in an order of their own. */
export function contentOfAsterisk(row: Row, raw: string, reading: RowReading): RecordContent {
  const id = row('id') === '' ? idOf(row, raw) : row('id');
  const disposition = row('disposition').toUpperCase();
  const unanswered = UNANSWERED.get(disposition);
  if (unanswered === undefined && !ANSWERED.has(disposition)) {
    return {
      ok: false,
      rejection: {
        code: 'invalid',
        reason: `disposition ${JSON.stringify(disposition.slice(0, 40))} must be one of ANSWERED, NO ANSWER, BUSY, FAILED, CONGESTION.`,
      },
      source: reading.source,
      id,
    };
  }
  const talkSeconds = secondsFrom(row('billsec'));
  // A dial plan that answers before it dials leaves a time of answer on a call that nobody took.
  const isAnswered = row('answer') !== '' && (unanswered === undefined || (talkSeconds ?? 0) > 0);
  const caller = peerOf(row('channel'));
  const called = peerOf(row('dstchannel'));
  const content = contentOfCall(
    {
      id,
      context: row('dcontext'),
      from: row('src'),
      to: row('dst'),
      fromUser: caller,
      toUser: called,
      accountCode: row('accountcode'),
      times: {
        start: row('start'),
        answer: isAnswered ? row('answer') : null,
        end: row('end'),
        totalSeconds: secondsFrom(row('duration')),
        talkSeconds,
      },
      unanswered: unanswered ?? 'no-answer',
    },
    reading,
    // The column of Asterisk has words of its own for what the contracts call the same.
    (field) => (field === 'disposition' || field === 'id' ? '' : row(field)),
  );
  if (!content.ok) return content;
  const trunk = content.fields.direction === 'inbound' ? caller : called;
  const fields = { ...content.fields };
  if (fields.trunk === undefined && fields.direction !== 'internal' && trunk !== '') fields.trunk = trunk;
  if (fields.answeredAt !== null && unanswered !== undefined) fields.disposition = unanswered;
  if (fields.answeredAt === null && unanswered === undefined) fields.disposition = 'answered';
  return { ok: true, fields };
}

function peerOf(channel: string): string {
  return CHANNEL.exec(channel)?.[1] ?? '';
}

/**
 * Forks and transfers write several CDRs under one uniqueid; the sequence tells them apart (CDR specification, `sequence`). A Master.csv
 * without a uniqueid has none of its own, so the row itself is the identity: the same row twice is a duplicate.
 */
function idOf(row: Row, raw: string): string {
  const uniqueId = row('uniqueid');
  if (uniqueId === '') return `row-${hash('sha256', raw, 'hex').slice(0, 32)}`;
  return row('sequence') === '' ? uniqueId : `${uniqueId}#${row('sequence')}`;
}
