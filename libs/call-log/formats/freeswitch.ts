import type { Disposition } from '../domain/call-record.js';
import type { RecordContent } from '../domain/record-from.js';
import { type Row, type RowReading, contentOfCall, secondsFrom } from './row.js';

/** Names of switch_channel.c `CAUSE_CHART`; what is not here is a failure. */
const UNANSWERED: ReadonlyMap<string, Exclude<Disposition, 'answered'>> = new Map([
  ['USER_BUSY', 'busy'],
  ['CALL_REJECTED', 'busy'],
  ['NO_ANSWER', 'no-answer'],
  ['NO_USER_RESPONSE', 'no-answer'],
  ['ALLOTTED_TIMEOUT', 'no-answer'],
  ['PROGRESS_TIMEOUT', 'no-answer'],
  ['MEDIA_TIMEOUT', 'no-answer'],
  ['NORMAL_CLEARING', 'no-answer'],
  ['SUBSCRIBER_ABSENT', 'no-answer'],
  ['ORIGINATOR_CANCEL', 'cancelled'],
  ['LOSE_RACE', 'cancelled'],
  ['PICKED_OFF', 'cancelled'],
]);

export function unansweredBy(cause: string): Exclude<Disposition, 'answered'> {
  return UNANSWERED.get(cause) ?? 'failed';
}

/** A row of mod_cdr_csv in one of the stock templates. */
export function contentOfFreeswitch(row: Row, reading: RowReading): RecordContent {
  // Of a call that was not answered mod_cdr_csv writes nothing, old versions the beginning of the epoch in local time.
  const answer = /^(?:19(?:69-12-31|70-01-01)|$)/.test(row('answer_stamp')) ? null : row('answer_stamp');
  return contentOfCall(
    {
      id: row('uuid'),
      context: row('context'),
      from: row('caller_id_number'),
      to: row('destination_number'),
      fromUser: '',
      toUser: '',
      accountCode: row('accountcode'),
      times: {
        start: row('start_stamp'),
        answer,
        end: row('end_stamp'),
        totalSeconds: secondsFrom(row('duration')),
        talkSeconds: answer === null ? undefined : secondsFrom(row('billsec')),
      },
      unanswered: unansweredBy(row('hangup_cause')),
    },
    reading,
    row,
  );
}
