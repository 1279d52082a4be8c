import type { RecordContent } from '../domain/record-from.js';
import { CONTRACT_FIELDS } from './columns.js';
import { type Row, type RowReading, contentOfCall, secondsFrom } from './row.js';

/** A row of CSV with the contracts' own names: an empty field is absent. Times may be local where a zone was named. */
export function contentOfFairlineRow(row: Row, reading: RowReading): RecordContent {
  const fields: Record<string, unknown> = {};
  for (const field of CONTRACT_FIELDS) {
    const value = row(field);
    if (value !== '') fields[field] = field === 'durationSeconds' ? secondsOrText(value) : value;
  }
  if (fields.source === undefined && reading.source !== undefined) fields.source = reading.source;
  if (reading.timeZone === undefined || fields.type === 'call.answered') return { ok: true, fields };
  const { source, id } = fields;
  const talkSeconds = secondsFrom(row('durationSeconds'));
  const timed = contentOfCall(
    {
      id: row('id'),
      context: '',
      from: '',
      to: '',
      fromUser: '',
      toUser: '',
      accountCode: '',
      times: {
        start: row('startedAt'),
        answer: row('answeredAt') === '' ? null : row('answeredAt'),
        end: row('endedAt'),
        talkSeconds,
      },
      unanswered: 'no-answer',
    },
    reading,
    () => '',
  );
  if (!timed.ok) return { ...timed, source, id };
  const { startedAt, answeredAt, endedAt } = timed.fields;
  return { ok: true, fields: { ...fields, startedAt, answeredAt, endedAt } };
}

function secondsOrText(value: string): number | string {
  return secondsFrom(value) ?? value;
}
