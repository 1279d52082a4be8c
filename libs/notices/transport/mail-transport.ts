import type { DialogueResult } from '../domain/notice-command.js';

/** One finished mail: the same bytes and ids however often it is sent. */
export interface OutgoingMail {
  readonly noticeId: string;
  readonly messageId: string;
  readonly sender: string;
  readonly recipient: string;
  /** The whole message, headers and body, 7-bit. */
  readonly mail: string;
}

export interface SentMail {
  readonly result: DialogueResult;
  /** What the server said, or where the mail lies; null when nobody answered. Can name addresses. */
  readonly said: string | null;
}

/** Hands a mail over. Port: a mail server, or a mailbox on disk. */
export abstract class MailTransport {
  /**
   * Never throws for what can go wrong on the way: the result says whether the mail was taken, certainly not taken, or nobody knows.
   * Ends within a bounded time.
   */
  abstract send(mail: OutgoingMail): Promise<SentMail>;

  /** Where a mail that was taken is to be found; null when that is not here. */
  abstract whereIs(noticeId: string): string | null;
}
