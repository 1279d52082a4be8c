import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:net';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';

/** How the server treats the next mail: takes it, refuses it with a reply, hangs up, or hangs up after the whole mail. */
export type Treatment =
  | 'take'
  | 'drop-at-sender'
  | 'drop-after-content'
  | { readonly at: 'sender' | 'recipient' | 'content'; readonly code: number; readonly text: string };

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly mail: string;
  /** What was asked of delivery reports. */
  readonly envelopeId: string | undefined;
  readonly notify: readonly string[];
}

/** A real SMTP server on a free port of this machine. */
export class MailServer {
  readonly received: ReceivedMail[] = [];
  /** In order; when empty, mails are taken. */
  readonly treatments: Treatment[] = [];
  private now: Treatment = 'take';
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: SMTPServer,
    readonly port: number,
  ) {}

  static async start(): Promise<MailServer> {
    const holder: { it?: MailServer } = {};
    const it = () => {
      if (holder.it === undefined) throw new Error('The server is not started');
      return holder.it;
    };
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS', 'AUTH'],
      disableReverseLookup: true,
      logger: false,
      hideDSN: false,
      onMailFrom: (_address, _session, done) => {
        it().now = it().treatments.shift() ?? 'take';
        if (it().now === 'drop-at-sender') return it().hangUp();
        done(it().refusal('sender'));
      },
      onRcptTo: (_address, _session, done) => done(it().refusal('recipient')),
      onData: (stream, session, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          if (it().now === 'drop-after-content') {
            it().take(session, Buffer.concat(chunks));
            it().hangUp();
            return;
          }
          const refusal = it().refusal('content');
          if (refusal === null) it().take(session, Buffer.concat(chunks));
          done(refusal);
        });
      },
    });
    server.on('error', () => undefined);
    server.server.on('connection', (socket: Socket) => {
      it().sockets.add(socket);
      socket.on('close', () => it().sockets.delete(socket));
    });
    server.listen(0, '127.0.0.1');
    await once(server.server, 'listening');
    holder.it = new MailServer(server, (server.server.address() as AddressInfo).port);
    return holder.it;
  }

  get url(): string {
    return `smtp://127.0.0.1:${this.port}`;
  }

  async stop(): Promise<void> {
    this.hangUp();
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
    });
  }

  private hangUp(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  private refusal(at: 'sender' | 'recipient' | 'content'): Error | null {
    const { now } = this;
    if (typeof now === 'string' || now.at !== at) return null;
    return Object.assign(new Error(now.text), { responseCode: now.code });
  }

  private take(session: SMTPServerSession, content: Buffer): void {
    const { mailFrom, rcptTo } = session.envelope;
    const asked = session.envelope as { dsn?: { envid?: string } };
    const recipient = rcptTo[0] as { dsn?: { notify?: string[] } } | undefined;
    this.received.push({
      from: mailFrom === false ? '' : mailFrom.address,
      to: rcptTo.map((one) => one.address),
      mail: content.toString('utf8'),
      envelopeId: asked.dsn?.envid,
      notify: recipient?.dsn?.notify ?? [],
    });
  }
}

/** A port on which nobody listens. */
export async function deadPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
