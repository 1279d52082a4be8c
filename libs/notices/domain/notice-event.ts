import { z } from 'zod';
import { parseLocalDate } from '#calendar/local-date.js';

const Day = z.string().transform((text, context) => {
  const day = parseLocalDate(text);
  if (day !== undefined) return day;
  context.addIssue({ code: 'custom', message: `${text} is not a day such as 2026-10-25` });
  return z.NEVER;
});

/** How it is known that the customer got the letter, from weakest to strongest; cases read the same words. */
export const ACKNOWLEDGEMENTS = ['delivery-report', 'acknowledged', 'recorded-letter'] as const;
export type Acknowledgement = (typeof ACKNOWLEDGEMENTS)[number];

export const LANGUAGES = ['nl', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Every event names its notice, case and account, so that who follows the feed needs no look-up. */
const ofNotice = { noticeId: z.uuid(), case: z.uuid(), account: z.string() };
/** Number of the dialogue with the mail server, from 1. */
const attempt = z.int().min(1);
/** Three digits of SMTP; null when no server answered. */
const responseCode = z.int().min(200).max(599).nullable();
/** In kebab-case; what the server wrote can name an address, so it is kept beside the events. */
const cause = z.string().regex(/^[a-z0-9-]{1,64}$/);

/** The data of each type of event of a notice, current versions. No address and no text of the letter: its hash. */
export const noticeEventSchemas = {
  'notice.prepared': z.object({
    ...ofNotice,
    language: z.enum(LANGUAGES),
    /** Which contact of the account is written to; null when it has none to write to. */
    recipientRole: z.enum(['fair-use', 'billing']).nullable(),
    findings: z.array(z.string()),
    rules: z.array(z.string()),
    writtenOn: Day,
    stopBy: Day,
    /** SHA-256, in hex, of the mail as it is sent. */
    letterHash: z.string().regex(/^[0-9a-f]{64}$/),
  }),
  /** Before the first byte goes to the mail server. What comes after is one of the results, or nobody knows. */
  'notice.attempted': z.object({ ...ofNotice, attempt }),
  /** Certainly not taken, and worth another try. */
  'notice.deferred': z.object({ ...ofNotice, attempt, cause, responseCode, notBefore: z.iso.datetime() }),
  /** The server may have taken it: the dialogue broke off after the mail began to go over, or its end was never recorded. */
  'notice.uncertain': z.object({ ...ofNotice, attempt, cause }),
  'notice.accepted': z.object({
    ...ofNotice,
    attempt,
    messageId: z.string(),
    responseCode,
    /** What took it: a mail server, or the mailbox in the data directory. */
    by: z.enum(['smtp', 'mailbox']),
  }),
  'notice.failed': z.object({ ...ofNotice, cause, responseCode }),
  'notice.bounced': z.object({
    ...ofNotice,
    recordedBy: z.string(),
    /** A person's words, or null for a report of a mail server. */
    reason: z.string().nullable(),
    /** Enhanced status code (RFC 3463), `5.1.1`. */
    statusCode: z.string().nullable(),
  }),
  'notice.acknowledged': z.object({
    ...ofNotice,
    evidence: z.enum(ACKNOWLEDGEMENTS),
    recordedBy: z.string(),
  }),
  'notice.resend-requested': z.object({ ...ofNotice, requestedBy: z.string(), reason: z.string() }),
} as const;

export type NoticeEventType = keyof typeof noticeEventSchemas;
export type NoticeEventData<Type extends NoticeEventType> = z.infer<(typeof noticeEventSchemas)[Type]>;

/** One thing that happened to a notice. */
export type NoticeEvent = {
  [Type in NoticeEventType]: { readonly type: Type; readonly data: NoticeEventData<Type> };
}[NoticeEventType];
