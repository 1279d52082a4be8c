import { type Instant, instant } from '#calendar/instant.js';
import type { LocalDate } from '#calendar/local-date.js';
import type { RecordedEvent } from '#event-store/event.js';
import type { Queryable } from '#platform/database/database.js';
import { type Language, type NoticeEvent, noticeEventSchemas } from '../domain/notice-event.js';
import { type Notice, type NoticeStatus, evolveNotice } from '../domain/notice-state.js';

/** A notice as lists show it: one row of the read model, without address and letter. */
export interface NoticeFile {
  readonly id: string;
  readonly caseId: string;
  readonly account: string;
  readonly status: NoticeStatus;
  readonly language: Language;
  readonly writtenOn: LocalDate;
  /** Last day on which to stop, for who gets the letter on the day it was written. */
  readonly stopBy: LocalDate;
  readonly letterHash: string;
  readonly attempts: number;
  readonly notBefore: Instant | null;
  readonly acceptedAt: Instant | null;
  readonly messageId: string | null;
  readonly evidence: Notice['evidence'];
  readonly cause: string | null;
  readonly responseCode: number | null;
  readonly streamVersion: number;
  readonly updatedPosition: number;
}

/** Column of each field, in one order for reading and writing. */
const COLUMNS: readonly (readonly [keyof NoticeFile, string])[] = [
  ['id', 'id'],
  ['caseId', 'case_id'],
  ['account', 'account'],
  ['status', 'status'],
  ['language', 'language'],
  ['writtenOn', 'written_on'],
  ['stopBy', 'stop_by'],
  ['letterHash', 'letter_hash'],
  ['attempts', 'attempts'],
  ['notBefore', 'not_before'],
  ['acceptedAt', 'accepted_at'],
  ['messageId', 'message_id'],
  ['evidence', 'evidence'],
  ['cause', 'cause'],
  ['responseCode', 'response_code'],
  ['streamVersion', 'stream_version'],
  ['updatedPosition', 'updated_position'],
];
const INSTANTS: ReadonlySet<keyof NoticeFile> = new Set(['notBefore', 'acceptedAt']);

export const SELECT_NOTICE_FILE = `SELECT ${COLUMNS.map(([field, column]) => `${column} AS "${field}"`).join(', ')} FROM notices.notice`;

const UPSERT_NOTICE_FILE = `
  INSERT INTO notices.notice (${COLUMNS.map(([, column]) => column).join(', ')})
  VALUES (${COLUMNS.map(([field], index) => (INSTANTS.has(field) ? `to_timestamp($${index + 1}::double precision / 1000)` : `$${index + 1}`)).join(', ')})
  ON CONFLICT (id) DO UPDATE SET ${COLUMNS.slice(1)
    .map(([, column]) => `${column} = excluded.${column}`)
    .join(', ')}`;

export async function writeNoticeFile(writer: Queryable, file: NoticeFile): Promise<void> {
  await writer.query(
    UPSERT_NOTICE_FILE,
    COLUMNS.map(([field]) => file[field]),
  );
}

/** The row that the whole history of a notice makes. @throws Error for an empty history */
export function noticeFileOf(events: readonly RecordedEvent[]): NoticeFile {
  const state = events.reduce<Notice | null>(
    (notice, event) => evolveNotice(notice, asNoticeEvent(event)),
    null,
  );
  const last = events.at(-1);
  if (state === null || last === undefined) throw new Error('A notice without events was asked for');
  const { case: caseId, notBefore, ...facts } = state;
  const taken = events.filter((event) => event.type === 'notice.accepted').at(-1);
  return {
    ...facts,
    caseId,
    notBefore: notBefore === null ? null : instant(notBefore),
    acceptedAt: taken?.occurredAt ?? null,
    streamVersion: last.streamVersion,
    updatedPosition: last.position,
  };
}

/** A recorded event of a notice, read as what it is. @throws Error when it is of another stream */
export function asNoticeEvent(event: RecordedEvent): NoticeEvent {
  if (!isNoticeEventType(event.type)) {
    throw new Error(`${event.streamId} holds ${event.type}, which is no event of a notice`);
  }
  // The store has checked the data against the schema of this type; the pair is only put together again.
  return { type: event.type, data: event.data } as NoticeEvent;
}

function isNoticeEventType(type: string): type is NoticeEvent['type'] {
  return Object.hasOwn(noticeEventSchemas, type);
}
