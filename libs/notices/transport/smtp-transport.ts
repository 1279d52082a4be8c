import { Readable } from 'node:stream';
import SMTPConnection, { type SMTPConnectionOptions } from 'nodemailer/lib/smtp-connection';
import type { DialogueResult } from '../domain/notice-command.js';
import { MailTransport, type OutgoingMail, type SentMail } from './mail-transport.js';

/** How long each step may take. Together they bound a dialogue; servers that check content can answer late. */
export interface SmtpTimeouts {
  readonly connectMillis: number;
  readonly silenceMillis: number;
}

const TIMEOUTS: SmtpTimeouts = { connectMillis: 20_000, silenceMillis: 60_000 };

/** The step a dialogue was in when it ended decides what its end means. */
type Step = 'connecting' | 'envelope' | 'content';

/** One dialogue with a mail server (RFC 5321), over a connection of its own. Asks for reports of delivery and failure (RFC 3461). */
export class SmtpTransport extends MailTransport {
  private readonly options: SMTPConnectionOptions;
  private readonly credentials: { user: string; pass: string } | undefined;

  /** @param url `smtp://user:secret@host:587`, or `smtps://` for TLS from the first byte */
  constructor(url: string, timeouts: SmtpTimeouts = TIMEOUTS) {
    super();
    const { protocol, hostname, port, username, password } = new URL(url);
    const secure = protocol === 'smtps:';
    this.options = {
      host: hostname.replace(/^\[|\]$/g, ''),
      port: port === '' ? (secure ? 465 : 587) : Number(port),
      secure,
      connectionTimeout: timeouts.connectMillis,
      greetingTimeout: timeouts.connectMillis,
      dnsTimeout: timeouts.connectMillis,
      socketTimeout: timeouts.silenceMillis,
    };
    this.credentials =
      username === ''
        ? undefined
        : { user: decodeURIComponent(username), pass: decodeURIComponent(password) };
  }

  async send(mail: OutgoingMail): Promise<SentMail> {
    const connection = new SMTPConnection(this.options);
    let step: Step = 'connecting';
    try {
      const response = await new Promise<string>((resolve, reject) => {
        // Once the promise is settled, later errors of the same connection change nothing.
        connection.on('error', reject);
        connection.once('end', () => reject(new Error('The connection was closed')));
        const deliver = () => {
          step = 'envelope';
          const content = Readable.from(begun(mail.mail, () => (step = 'content')));
          connection.send(envelopeOf(mail), content, (error, sent) =>
            error ? reject(error) : resolve(sent?.response ?? ''),
          );
        };
        connection.connect((error) => {
          if (error) reject(error);
          else if (this.credentials === undefined || !connection.allowsAuth) deliver();
          else connection.login(this.credentials, (refusal) => (refusal ? reject(refusal) : deliver()));
        });
      });
      return {
        result: { kind: 'accepted', responseCode: codeOf(response), by: 'smtp' },
        said: response,
      };
    } catch (error) {
      return { result: meaningOf(error, step), said: saidIn(error) };
    } finally {
      connection.close();
    }
  }

  /** On its way, or with the customer. */
  whereIs(): null {
    return null;
  }
}

/** Tells when the server has asked for the content: from then on nobody but the server knows whether it took the mail. */
async function* begun(mail: string, onBegin: () => void): AsyncGenerator<Buffer> {
  onBegin();
  yield Buffer.from(mail, 'utf8');
}

function envelopeOf({ sender, recipient, noticeId }: OutgoingMail) {
  return {
    from: sender,
    to: [recipient],
    dsn: { ret: 'HDRS', envid: noticeId, notify: ['SUCCESS', 'FAILURE'], orcpt: `rfc822;${recipient}` },
  };
}

/**
 * A reply of 4xx or 5xx says that the mail was not taken. Without one: before the content nothing can have been taken, after it began the
 * server may have taken it.
 */
function meaningOf(error: unknown, step: Step): DialogueResult {
  const code = responseCodeOf(error);
  if (step === 'connecting') {
    return {
      kind: 'not-now',
      cause: code === null ? 'server-not-reached' : 'not-let-in',
      responseCode: code,
    };
  }
  if (code === null || code < 400) {
    return step === 'content'
      ? { kind: 'unknown', cause: 'connection-lost' }
      : { kind: 'not-now', cause: 'connection-lost', responseCode: null };
  }
  // 530: our sign-in is missing or wrong, which says nothing of the customer's address.
  if (code < 500 || code === 530) {
    return { kind: 'not-now', cause: 'server-refused-for-now', responseCode: code };
  }
  return { kind: 'refused', cause: 'rejected', responseCode: code };
}

function responseCodeOf(error: unknown): number | null {
  if (typeof error !== 'object' || error === null || !('responseCode' in error)) return null;
  const code = error.responseCode;
  return typeof code === 'number' && code >= 200 && code <= 599 ? code : null;
}

function codeOf(response: string): number | null {
  const code = Number(/^\d{3}/.exec(response)?.[0]);
  return code >= 200 && code <= 599 ? code : null;
}

function saidIn(error: unknown): string | null {
  return error instanceof Error ? error.message : null;
}
