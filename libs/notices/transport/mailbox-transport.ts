import { mkdir, open, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MailTransport, type OutgoingMail, type SentMail } from './mail-transport.js';

/**
 * The mailbox in the data directory: used when no mail server is configured. A mail that lies here went to nobody outside; it counts as
 * accepted by the receiving server and as nothing more, so a retroactive charge still needs evidence that a person records.
 */
export class MailboxTransport extends MailTransport {
  constructor(private readonly dataDirectory: string) {
    super();
  }

  async send(mail: OutgoingMail): Promise<SentMail> {
    const path = this.whereIs(mail.noticeId);
    try {
      await writeDurably(path, mail.mail);
      return { result: { kind: 'accepted', responseCode: null, by: 'mailbox' }, said: path };
    } catch (error) {
      return {
        result: { kind: 'not-now', cause: 'mailbox-not-writable', responseCode: null },
        said: error instanceof Error ? error.message : String(error),
      };
    }
  }

  whereIs(noticeId: string): string {
    return join(this.dataDirectory, 'mailbox', `${noticeId}.eml`);
  }
}

/** Whole or not at all, also when the machine stops: written aside, synced, renamed, and the folder synced. */
async function writeDurably(path: string, content: string): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true });
  const aside = `${path}.part`;
  const file = await open(aside, 'w', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(aside, path);
  const parent = await open(folder, 'r');
  await parent.sync().finally(() => parent.close());
}
