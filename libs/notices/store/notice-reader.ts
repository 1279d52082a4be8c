import { Injectable } from '@nestjs/common';
import type { Instant } from '#calendar/instant.js';
import { Database, type Queryable } from '#platform/database/database.js';
import { type NoticeFile, SELECT_NOTICE_FILE } from './notice-file.js';

/** A letter as it was written; `mail` is the whole message as sent. */
export interface StoredLetter {
  readonly noticeId: string;
  readonly recipient: string | null;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly messageId: string;
  readonly mail: string;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Longer than a dialogue can take, with room for a slow machine. */
const ATTEMPT_IS_CUT_AFTER = '15 minutes';

/** The questions that are asked of all notices. */
@Injectable()
export class NoticeReader {
  constructor(private readonly database: Database) {}

  /** Undefined for an id that no notice has, and for what is no id at all. */
  async byId(noticeId: string): Promise<NoticeFile | undefined> {
    if (!UUID.test(noticeId)) return undefined;
    const [file] = await this.database.query<NoticeFile>(`${SELECT_NOTICE_FILE} WHERE id = $1`, [noticeId]);
    return file;
  }

  /** In the order in which they become due. */
  async due(at: Instant, limit: number): Promise<NoticeFile[]> {
    return this.database.query<NoticeFile>(
      `${SELECT_NOTICE_FILE} WHERE status = 'waiting' AND not_before <= to_timestamp($1::double precision / 1000)
       ORDER BY not_before, id LIMIT $2`,
      [at, limit],
    );
  }

  /** Dialogues that began so long ago, by the system's time, that nobody can be in them any more. */
  async cutAttempts(limit: number): Promise<NoticeFile[]> {
    return this.database.query<NoticeFile>(
      `${SELECT_NOTICE_FILE} WHERE status = 'attempted' AND EXISTS
         (SELECT FROM es.event e WHERE e.position = updated_position AND e.recorded_at < now() - $1::interval)
       ORDER BY id LIMIT $2`,
      [ATTEMPT_IS_CUT_AFTER, limit],
    );
  }

  async letter(noticeId: string): Promise<StoredLetter | undefined> {
    const [letter] = await this.database.query<StoredLetter>(
      `SELECT notice_id AS "noticeId", recipient, subject, text_body AS text, html_body AS html, message_id AS "messageId", mail
       FROM notices.letter WHERE notice_id = $1`,
      [noticeId],
    );
    return letter;
  }

  /** The notice that a message or an envelope is of. */
  async noticeOfMail(messageId: string | null, envelopeId: string | null): Promise<string | undefined> {
    const [row] = await this.database.query<{ id: string }>(
      'SELECT notice_id AS id FROM notices.letter WHERE message_id = $1 OR notice_id = $2 ORDER BY message_id = $1 DESC LIMIT 1',
      [messageId, envelopeId !== null && UUID.test(envelopeId) ? envelopeId : null],
    );
    return row?.id;
  }

  /** What mail servers said of a notice, by the event that recorded it. */
  async reports(noticeId: string): Promise<Map<string, string>> {
    const rows = await this.database.query<{ id: string; content: string }>(
      'SELECT event_id AS id, content FROM notices.report WHERE notice_id = $1',
      [noticeId],
    );
    return new Map(rows.map((row) => [row.id, row.content]));
  }
}

export async function writeLetterRow(writer: Queryable, letter: StoredLetter): Promise<void> {
  await writer.query(
    `INSERT INTO notices.letter (notice_id, recipient, subject, text_body, html_body, message_id, mail)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [
      letter.noticeId,
      letter.recipient,
      letter.subject,
      letter.text,
      letter.html,
      letter.messageId,
      letter.mail,
    ],
  );
}

const LONGEST_REPORT_CHARACTERS = 100_000;

/** Keeps what a mail server said beside the event that rests on it. */
export async function writeReport(
  writer: Queryable,
  report: { readonly eventId: string; readonly noticeId: string; readonly content: string },
): Promise<void> {
  // A text column takes no zero byte, and a report needs none.
  const content = report.content.replaceAll('\u0000', '').slice(0, LONGEST_REPORT_CHARACTERS);
  await writer.query('INSERT INTO notices.report (event_id, notice_id, content) VALUES ($1, $2, $3)', [
    report.eventId,
    report.noticeId,
    content,
  ]);
}
