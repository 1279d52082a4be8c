import { acceptedOrThrow } from '#outcome/outcome.js';
import { NoticesUnderTest } from '../testing/notices-under-test.js';
import { MailTransport, type SentMail } from '../transport/mail-transport.js';
import { TakeDeliveryReport, TakeDeliveryReportHandler } from './take-delivery-report.js';

class Taking extends MailTransport {
  async send(): Promise<SentMail> {
    return { result: { kind: 'accepted', responseCode: 250, by: 'smtp' }, said: '250 queued' };
  }

  whereIs(): null {
    return null;
  }
}

const report = (action: string, status: string, messageId: string, envelopeId = '') =>
  [
    'Content-Type: multipart/report; report-type=delivery-status; boundary=b1',
    '',
    '--b1',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mx.korenaar.example',
    ...(envelopeId === '' ? [] : [`Original-Envelope-Id: ${envelopeId}`]),
    '',
    'Final-Recipient: rfc822; directie@korenaar.example',
    `Action: ${action}`,
    `Status: ${status}`,
    '',
    '--b1',
    'Content-Type: text/rfc822-headers',
    '',
    `Message-ID: ${messageId}`,
    '',
    '--b1--',
  ].join('\r\n');

describe('a delivery report that comes back', () => {
  let notices: NoticesUnderTest;
  let take: TakeDeliveryReportHandler;
  let notice: { caseId: string; noticeId: string };
  const messageId = () => `<notice-${notice.noticeId}@fairline.example>`;

  beforeAll(async () => {
    notices = await NoticesUnderTest.start(new Taking());
    take = new TakeDeliveryReportHandler(notices.book, notices.reader);
  });
  afterAll(async () => notices.close());
  beforeEach(async () => {
    const account = await notices.account('en', [{ role: 'billing', email: 'directie@korenaar.example' }]);
    notice = await notices.requestNotice(account);
    await notices.drain();
  });

  it('is evidence of delivery, once, and reaches the case without moving its deadline', async () => {
    const mail = report('delivered', '2.0.0', messageId());
    const deadline = (await notices.caseReader.byId(notice.caseId))?.deadline;
    expect(deadline).toBe('2026-10-23');
    expect(acceptedOrThrow(await take.execute(new TakeDeliveryReport(mail)))).toEqual({
      noticeId: notice.noticeId,
      recorded: 'delivery-report',
      changed: true,
    });
    expect(acceptedOrThrow(await take.execute(new TakeDeliveryReport(mail))).changed).toBe(false);
    await notices.drain();
    expect(await notices.caseReader.byId(notice.caseId)).toMatchObject({
      noticeEvidence: 'delivery-report',
      deadline,
    });
    expect([...(await notices.reader.reports(notice.noticeId)).values()]).toContain(mail);
  });

  it('of a failure is a bounce; the case is open again', async () => {
    acceptedOrThrow(await take.execute(new TakeDeliveryReport(report('failed', '5.1.1', messageId()))));
    await notices.drain();
    expect(await notices.reader.byId(notice.noticeId)).toMatchObject({ status: 'bounced', cause: '5.1.1' });
    expect(await notices.caseReader.byId(notice.caseId)).toMatchObject({
      status: 'open',
      noticeStatus: 'failed',
    });
  });

  it('is found by its envelope when the server returns no Message-ID of ours', async () => {
    const mail = report('delivered', '2.0.0', '<something@else>', notice.noticeId);
    expect(acceptedOrThrow(await take.execute(new TakeDeliveryReport(mail)))).toMatchObject({
      noticeId: notice.noticeId,
      recorded: 'delivery-report',
    });
  });

  it('of a delay says nothing, of somebody else’s mail it is refused', async () => {
    const delayed = report('delayed', '4.4.1', messageId());
    expect(acceptedOrThrow(await take.execute(new TakeDeliveryReport(delayed))).recorded).toBe('nothing');
    expect(await notices.story(notice.noticeId)).toEqual(['prepared', 'attempted', 'accepted']);
    const foreign = report('delivered', '2.0.0', '<a@b>', "x' OR true --");
    expect(await take.execute(new TakeDeliveryReport(foreign))).toMatchObject({
      ok: false,
      refusal: { code: 'unknown-message' },
    });
    expect(await take.execute(new TakeDeliveryReport('Subject: hello\n\nhi'))).toMatchObject({
      ok: false,
      refusal: { code: 'no-delivery-report' },
    });
  });
});
