import { createHash } from 'node:crypto';
import { type Instant, instant } from '#calendar/instant.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import { RecordBounce, RecordBounceHandler } from '../record-delivery/record-delivery.js';
import { ResendNotice, ResendNoticeHandler } from '../resend-notice/resend-notice.js';
import { ShowNotice, ShowNoticeHandler } from '../show-notice/show-notice.js';
import { MailServer, deadPort } from '../testing/mail-server.js';
import { NoticesUnderTest, WRITTEN_AT } from '../testing/notices-under-test.js';
import { MailTransport, type SentMail } from '../transport/mail-transport.js';
import { SmtpTransport } from '../transport/smtp-transport.js';
import { SendDueNoticesHandler } from './send-due-notices.js';

const FAIR_USE = { role: 'fair-use', email: 'directie@korenaar.example' };
const BILLING = { role: 'billing', email: 'administratie@korenaar.example' };

describe('a notice on its way', () => {
  let server: MailServer;
  let notices: NoticesUnderTest;

  beforeAll(async () => {
    server = await MailServer.start();
    notices = await NoticesUnderTest.start(smtpOf(server));
  });
  afterAll(async () => {
    await notices.close();
    await server.stop();
  });
  beforeEach(async () => {
    server.received.length = 0;
    server.treatments.length = 0;
    await notices.forgetUnfinished();
  });

  const requested = async (contacts = [BILLING, FAIR_USE]) =>
    notices.requestNotice(await notices.account('nl', contacts));
  const sendDue = async () =>
    acceptedOrThrow(
      await new SendDueNoticesHandler(notices.reader, notices.postman, notices.clock).execute(),
    );
  const resend = async (noticeId: string) =>
    new ResendNoticeHandler(notices.book).execute(
      new ResendNotice(noticeId, 'not in the log of the server', 'anna'),
    );

  it('goes to the contact for fair use, is accepted by its server, and dates the deadline of its case', async () => {
    const { caseId, noticeId } = await requested();
    await notices.drain();
    expect(server.received).toMatchObject([
      {
        from: 'fair-use@fairline.example',
        to: ['directie@korenaar.example'],
        envelopeId: noticeId,
        notify: ['SUCCESS', 'FAILURE'],
      },
    ]);
    expect(await notices.story(noticeId)).toEqual(['prepared', 'attempted', 'accepted']);
    expect(await notices.reader.byId(noticeId)).toMatchObject({
      status: 'accepted',
      evidence: 'accepted-by-server',
      responseCode: 250,
      messageId: `<notice-${noticeId}@fairline.example>`,
      acceptedAt: WRITTEN_AT,
      stopBy: '2026-10-23',
    });
    expect(await notices.caseReader.byId(caseId)).toMatchObject({
      status: 'noticed',
      noticeEvidence: 'accepted-by-server',
      deadline: '2026-10-23',
    });
  });

  it.each([
    ['nl', 'wij vragen u direct te stoppen', 'vrijdag 23 oktober 2026', '96,4 minuten', '€ 1.482,50'],
    ['en', 'we ask you to stop at once', 'Friday 23 October 2026', '96.4 minutes', '€1,482.50'],
  ] as const)(
    'reads, in %s, as the account wants it, with the figures and the date',
    async (language, subject, date, figure, amount) => {
      const { noticeId } = await notices.requestNotice(await notices.account(language, [FAIR_USE]));
      await notices.drain();
      const mail = server.received[0]?.mail ?? '';
      const head = mail.slice(0, mail.indexOf('\r\n\r\n')).replace(/\r\n\s+/g, ' ');
      for (const field of [
        'From: Fairline <fair-use@fairline.example>',
        `To: ${FAIR_USE.email}`,
        'Date: Fri, 16 Oct 2026 08:00:00 +0000',
        `Message-ID: <notice-${noticeId}@fairline.example>`,
        'Auto-Submitted: auto-generated',
        `Content-Language: ${language}`,
      ]) {
        expect(head.split('\r\n')).toContain(field);
      }
      expect(head).toContain(subject);
      expect(head).toContain('multipart/alternative');
      const [, text = '', html = ''] = mail.split(/--\S+Part_1\r\n/).map(readable);
      expect(text).toContain('Content-Type: text/plain; charset=utf-8');
      expect(html).toContain('Content-Type: text/html; charset=utf-8');
      for (const part of [text, html])
        for (const words of [date, figure, amount]) expect(part).toContain(words);
    },
  );

  it('keeps the mail exactly as it was sent, with its hash in the event, and no address in any event', async () => {
    const { noticeId } = await requested();
    await notices.drain();
    const letter = await notices.reader.letter(noticeId);
    expect(server.received[0]?.mail.trimEnd()).toBe(letter?.mail.trimEnd());
    const events = await notices.store.readStream(`notice-${noticeId}`);
    expect(events[0]?.data).toMatchObject({
      letterHash: createHash('sha256')
        .update(letter?.mail ?? '')
        .digest('hex'),
    });
    expect(JSON.stringify(events)).not.toContain('korenaar');
  });

  it('goes to the contact for invoices when there is none for fair use, and to nobody else', async () => {
    const withBilling = await requested([{ role: 'technical', email: 'it@korenaar.example' }, BILLING]);
    const withNobody = await requested([{ role: 'technical', email: 'it@korenaar.example' }]);
    await notices.drain();
    expect(server.received.map((mail) => mail.to)).toEqual([[BILLING.email]]);
    expect(await notices.story(withBilling.noticeId)).toContain('accepted');
    expect(await notices.story(withNobody.noticeId)).toEqual(['prepared', 'failed']);
    expect(await notices.reader.byId(withNobody.noticeId)).toMatchObject({ cause: 'no-recipient' });
    expect(await notices.caseReader.byId(withNobody.caseId)).toMatchObject({
      status: 'open',
      noticeStatus: 'failed',
    });
  });

  it('waits after a refusal for the time being, and goes when it is due and not before', async () => {
    server.treatments.push({ at: 'recipient', code: 451, text: 'Greylisted, come back later' });
    const { noticeId } = await requested();
    await notices.drain();
    expect(server.received).toEqual([]);
    const waiting = await notices.reader.byId(noticeId);
    expect(waiting).toMatchObject({
      status: 'waiting',
      cause: 'server-refused-for-now',
      responseCode: 451,
    });
    expect(await sendDue()).toEqual({ tried: [], cutOff: [] });
    await notices.stepTo(waiting?.notBefore as Instant);
    expect(await sendDue()).toEqual({ tried: [{ noticeId, status: 'accepted' }], cutOff: [] });
    expect(await notices.story(noticeId)).toEqual([
      'prepared',
      'attempted',
      'deferred',
      'attempted',
      'accepted',
    ]);
    expect(server.received).toHaveLength(1);
  });

  it('waits when nobody listens, and fails visibly after nine attempts', async () => {
    const dead = new SmtpTransport(`smtp://127.0.0.1:${await deadPort()}`);
    const { noticeId, caseId } = await requested();
    await notices.drain(dead);
    expect(await notices.reader.byId(noticeId)).toMatchObject({
      status: 'waiting',
      cause: 'server-not-reached',
    });
    const postman = notices.postmanWith(dead);
    const round = new SendDueNoticesHandler(notices.reader, postman, notices.clock);
    for (let day = 17; day < 25; day += 1) {
      await notices.stepTo(instant(`2026-10-${day}T08:00:00Z`));
      await round.execute();
    }
    expect(await notices.reader.byId(noticeId)).toMatchObject({ status: 'failed', attempts: 9 });
    await notices.drain();
    expect(await notices.caseReader.byId(caseId)).toMatchObject({ noticeStatus: 'failed' });
    expect(server.received).toEqual([]);
  });

  it('fails at once on a permanent refusal; the case is open again and takes a new notice', async () => {
    server.treatments.push({ at: 'recipient', code: 550, text: 'No such user directie@korenaar.example' });
    const { noticeId, caseId } = await requested();
    await notices.drain();
    expect(await notices.reader.byId(noticeId)).toMatchObject({
      status: 'failed',
      cause: 'rejected',
      responseCode: 550,
    });
    expect(await resend(noticeId)).toMatchObject({ ok: false, refusal: { code: 'new-notice-needed' } });
    const second = await notices.requestAgain(caseId, 'second');
    await notices.drain();
    expect(await notices.story(second)).toEqual(['prepared', 'attempted', 'accepted']);
    expect(server.received).toHaveLength(1);
  });

  it('waits when the connection drops before the mail went over: nothing can have arrived', async () => {
    server.treatments.push('drop-at-sender');
    const { noticeId } = await requested();
    await notices.drain();
    expect(await notices.reader.byId(noticeId)).toMatchObject({
      status: 'waiting',
      cause: 'connection-lost',
    });
  });

  it('is uncertain when the connection drops after the mail went over, and is not sent again by itself', async () => {
    server.treatments.push('drop-after-content');
    const { noticeId, caseId } = await requested();
    await notices.drain();
    expect(await notices.reader.byId(noticeId)).toMatchObject({
      status: 'uncertain',
      cause: 'connection-lost',
    });
    await notices.stepTo(instant('2026-11-16T08:00:00Z'));
    await notices.drain();
    await sendDue();
    // The server had it: a second mail would have told the customer twice.
    expect(server.received).toHaveLength(1);
    expect(await notices.caseReader.byId(caseId)).toMatchObject({
      status: 'open',
      noticeStatus: 'requested',
    });
  });

  it('a person sends an uncertain notice again: the same bytes with the same Message-ID', async () => {
    server.treatments.push('drop-after-content');
    const { noticeId } = await requested();
    await notices.drain();
    acceptedOrThrow(await resend(noticeId));
    await notices.drain();
    expect(await notices.reader.byId(noticeId)).toMatchObject({ status: 'accepted', attempts: 2 });
    expect(server.received).toHaveLength(2);
    expect(server.received[1]?.mail).toBe(server.received[0]?.mail);
    expect(await resend(noticeId)).toMatchObject({ ok: false, refusal: { code: 'wrong-state' } });
  });

  it('is uncertain when the process dies in the middle of the dialogue, whatever the server does afterwards', async () => {
    const { noticeId } = await requested();
    const killed = new KilledAfterSending(server);
    await expect(notices.drain(killed)).rejects.toThrow('killed');
    expect(await notices.reader.byId(noticeId)).toMatchObject({ status: 'attempted' });
    expect(server.received).toHaveLength(1);
    // Started again: the feed gives the event once more.
    await notices.drain();
    expect(await notices.story(noticeId)).toEqual(['prepared', 'attempted', 'uncertain']);
    expect(server.received).toHaveLength(1);
  });

  it('is uncertain when a later attempt was cut off, once nobody can be in its dialogue any more', async () => {
    server.treatments.push({ at: 'content', code: 452, text: 'No space left' });
    const { noticeId } = await requested();
    await notices.drain();
    await notices.stepTo(instant('2026-10-17T08:00:00Z'));
    const killed = notices.postmanWith(new KilledAfterSending(server));
    await expect(killed.send(noticeId, 'test')).rejects.toThrow('killed');
    expect(await sendDue()).toEqual({ tried: [], cutOff: [] });
    // As the row looks when the attempt is from a quarter of an hour ago.
    await notices.test.database.query(
      `UPDATE notices.notice SET updated_position = (SELECT position FROM es.event WHERE stream_id = $1 AND stream_version = 1) WHERE id = $2`,
      [`notice-${noticeId}`, noticeId],
    );
    await notices.test.database.query(
      "ALTER TABLE es.event DISABLE TRIGGER event_append_only; UPDATE es.event SET recorded_at = now() - interval '16 minutes' WHERE event_type = 'notice.prepared'; ALTER TABLE es.event ENABLE TRIGGER event_append_only",
    );
    expect(await sendDue()).toEqual({ tried: [], cutOff: [noticeId] });
    expect(server.received).toHaveLength(1);
  });

  it('two postmen at once send one mail', async () => {
    server.treatments.push({ at: 'sender', code: 421, text: 'Too busy' });
    const { noticeId } = await requested();
    await notices.drain();
    await notices.stepTo(instant('2026-10-17T08:00:00Z'));
    const sent = await Promise.all(
      [1, 2, 3, 4].map((one) => notices.postmanWith(smtpOf(server)).send(noticeId, `postman-${one}`)),
    );
    expect(sent.filter((one) => one.ok)).toHaveLength(1);
    expect(server.received).toHaveLength(1);
  });

  it('the same request read from the feed again writes and sends nothing', async () => {
    const { noticeId } = await requested();
    await notices.drain();
    await notices.test.database.query('UPDATE es.checkpoint SET position = 0');
    await notices.drain();
    expect(await notices.story(noticeId)).toEqual(['prepared', 'attempted', 'accepted']);
    expect(server.received).toHaveLength(1);
  });

  it('shows the letter, its story with what the server said, and that the mail is not here', async () => {
    const { noticeId } = await requested();
    await notices.drain();
    const show = new ShowNoticeHandler(notices.reader, notices.store, smtpOf(server));
    const shown = acceptedOrThrow(await show.execute(new ShowNotice(noticeId)));
    expect(shown.letter.recipient).toBe(FAIR_USE.email);
    expect(shown.timeline.map(({ type, by }) => [type, by])).toEqual([
      ['notice.prepared', 'notice-writing'],
      ['notice.attempted', 'notice-sending'],
      ['notice.accepted', 'notice-sending'],
    ]);
    expect(shown.timeline[2]?.said).toMatch(/^250/);
    expect(shown.mailLiesAt).toBeNull();
    expect(await show.execute(new ShowNotice('nonsense'))).toMatchObject({ ok: false });
  });

  it('a bounce after acceptance takes the delivery back', async () => {
    const { noticeId, caseId } = await requested();
    await notices.drain();
    const bounce = new RecordBounceHandler(notices.book);
    acceptedOrThrow(await bounce.execute(new RecordBounce(noticeId, 'mailbox is full', 'anna')));
    await notices.drain();
    expect(await notices.caseReader.byId(caseId)).toMatchObject({
      status: 'open',
      noticeStatus: 'failed',
      deadline: null,
    });
  });
});

/** Quoted-printable undone and lines joined, so that words can be looked for. */
function readable(part: string): string {
  const bytes = part
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8').replace(/\s+/g, ' ');
}

function smtpOf(server: MailServer): SmtpTransport {
  return new SmtpTransport(server.url, { connectMillis: 5_000, silenceMillis: 5_000 });
}

/** The mail is with the server, and the process is gone before it can record that. */
class KilledAfterSending extends MailTransport {
  constructor(private readonly server: MailServer) {
    super();
  }

  async send(mail: Parameters<MailTransport['send']>[0]): Promise<SentMail> {
    await smtpOf(this.server).send(mail);
    throw new Error('killed');
  }

  whereIs(): null {
    return null;
  }
}
