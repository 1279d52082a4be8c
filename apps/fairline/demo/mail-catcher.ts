import { mkdirSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';

export interface CaughtMail {
  readonly messageId: string;
  readonly recipient: string;
  readonly path: string;
}

/** A mail server on this machine that keeps what it is given as files and delivers nothing. */
export class MailCatcher {
  readonly mails: CaughtMail[] = [];
  private readonly server: SMTPServer;

  constructor(private readonly directory: string) {
    mkdirSync(directory, { recursive: true });
    this.server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['AUTH', 'STARTTLS'],
      logger: false,
      onData: (stream, session, callback) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          this.keep(Buffer.concat(chunks).toString('utf8'), session.envelope.rcptTo[0]?.address ?? '');
          callback();
        });
      },
    });
  }

  /** @returns the URL that mail is sent to */
  async listen(): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(0, '127.0.0.1', resolve);
    });
    return `smtp://127.0.0.1:${(this.server.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.close(resolve);
    });
  }

  private keep(mail: string, recipient: string): void {
    const messageId = /^message-id:\s*<([^>]+)>/im.exec(mail)?.[1] ?? '';
    const path = join(this.directory, `${messageId.replaceAll(/[^A-Za-z0-9._-]/g, '_')}.eml`);
    writeFileSync(path, mail);
    this.mails.push({ messageId, recipient, path });
  }
}

/** What the receiving mail server sends back when a letter lies in the customer's mailbox (RFC 3464). */
export function deliveryReportOf(mail: CaughtMail, sender: string, date: Date): string {
  const host = mail.recipient.split('@')[1] ?? 'localhost';
  return [
    `From: Mail Delivery System <mailer-daemon@${host}>`,
    `To: ${sender}`,
    'Subject: Successful Mail Delivery Report',
    `Date: ${date.toUTCString()}`,
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="report"',
    '',
    '--report',
    'Content-Type: text/plain; charset=utf-8',
    '',
    'Your message was delivered to the mailbox.',
    '',
    '--report',
    'Content-Type: message/delivery-status',
    '',
    `Reporting-MTA: dns; ${host}`,
    '',
    `Final-Recipient: rfc822; ${mail.recipient}`,
    'Action: delivered',
    'Status: 2.0.0',
    '',
    '--report',
    'Content-Type: text/rfc822-headers',
    '',
    `Message-ID: <${mail.messageId}>`,
    '',
    '--report--',
    '',
  ].join('\r\n');
}
