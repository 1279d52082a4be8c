import type { Disposition } from '../domain/call-record.js';
import type { RecordContent } from '../domain/record-from.js';
import { isSeat } from './direction.js';
import { type Row, type RowReading, contentOfCall } from './row.js';

/** A row of the 3CX CDR service. Its `duration` is not used: versions differ on whether it begins at the set-up or at the answer. */
export function contentOfThreeCx(row: Row, reading: RowReading): RecordContent {
  const from = withoutExt(row('from-no'));
  const dialled = withoutExt(row('dial-no'));
  const to = withoutExt(row('to-no'));
  const isFromInside = isInside(row('from-type'), row('from-no'), from);
  const isToInside = isInside(row('to-type'), row('to-no'), to);
  const answer = row('time-answered');
  return contentOfCall(
    {
      // One history has a row for each leg, each with a callid of its own.
      id: row('callid'),
      context: '',
      from,
      // Towards the outside `to-no` may be the line; what was dialled is the number.
      to: dialled !== '' && !isToInside ? dialled : to,
      fromUser: isFromInside ? from : '',
      toUser: isToInside ? to : '',
      accountCode: '',
      times: { start: row('time-start'), answer: answer === '' ? null : answer, end: row('time-end') },
      unanswered: unansweredBy(row('reason-terminated')),
      isInside: { from: isFromInside, to: isToInside },
      trunk: isFromInside === isToInside ? '' : withoutExt(isFromInside ? row('to-dn') : row('from-dn')),
    },
    reading,
    row,
  );
}

function withoutExt(number: string): string {
  return number.trim().replace(/^Ext\.\s*/i, '');
}

function isInside(type: string, written: string, number: string): boolean {
  if (type !== '') return !/external|line|trunk|provider|bridge/i.test(type);
  return /^\s*Ext\./i.test(written) || isSeat(number);
}

function unansweredBy(reason: string): Exclude<Disposition, 'answered'> {
  if (/busy/i.test(reason)) return 'busy';
  if (/TerminatedBySrc|SrcParticipantTerminated|cancel/i.test(reason)) return 'cancelled';
  return /fail|NotAvailable|NoRoute|reject|invalid|license/i.test(reason) ? 'failed' : 'no-answer';
}
