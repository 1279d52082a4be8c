import MailComposer from 'nodemailer/lib/mail-composer';
import type { Instant } from '#calendar/instant.js';
import type { Letter, LetterSender } from '../domain/letter-facts.js';
import { letterAsHtml, letterAsText } from '../domain/letter-forms.js';

export interface ComposedMail {
  readonly messageId: string;
  readonly text: string;
  readonly html: string;
  /** Headers and body, 7-bit. */
  readonly mail: string;
}

/** The same notice has the same Message-ID however often it is sent, so that mail programs show it once. */
export function messageIdOf(noticeId: string, sender: LetterSender): string {
  return `<notice-${noticeId}@${sender.address.split('@')[1] ?? 'fairline.invalid'}>`;
}

/**
 * The mail of a letter: text and HTML side by side. It says that a machine sent it (RFC 3834), so that no out-of-office message
 * answers; an answer of a person goes to the sender.
 */
export async function composeMail(
  letter: Letter,
  to: {
    readonly noticeId: string;
    readonly recipient: string | null;
    readonly sender: LetterSender;
    readonly at: Instant;
  },
): Promise<ComposedMail> {
  const { noticeId, recipient, sender, at } = to;
  const messageId = messageIdOf(noticeId, sender);
  const text = letterAsText(letter);
  const html = letterAsHtml(letter);
  const built = await new MailComposer({
    from: { name: sender.name, address: sender.address },
    ...(recipient === null ? {} : { to: recipient }),
    subject: letter.subject,
    messageId,
    date: new Date(at),
    text,
    html,
    textEncoding: 'quoted-printable',
    // Parts are named by the notice and not by chance: composing again gives the same bytes.
    baseBoundary: noticeId,
    headers: { 'Auto-Submitted': 'auto-generated', 'Content-Language': letter.language },
    disableFileAccess: true,
    disableUrlAccess: true,
  })
    .compile()
    .build();
  // As it goes over the wire (RFC 5321, section 2.3.8), so that what is kept is what was sent.
  return { messageId, text, html, mail: built.toString('utf8').replace(/\r?\n/g, '\r\n') };
}
