import { readDeliveryReport } from './delivery-report.js';

const NOTICE = '2a7d1c44-0f0e-5b62-8c55-90a1b2c3d4e5';
const MESSAGE_ID = `<notice-${NOTICE}@fairline.example>`;

/** As Postfix writes it. */
const report = (options: {
  action: string;
  status: string;
  envelopeId?: string;
  returned?: string;
  recipients?: string;
}) => `Return-Path: <>
From: MAILER-DAEMON@mx.korenaar.example (Mail Delivery System)
To: fair-use@fairline.example
Subject: Delivery Status
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="4D2F1A0C3B.1790000000/mx.korenaar.example"

This is a MIME-encapsulated message.

--4D2F1A0C3B.1790000000/mx.korenaar.example
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.korenaar.example.

--4D2F1A0C3B.1790000000/mx.korenaar.example
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.korenaar.example
${options.envelopeId === undefined ? '' : `Original-Envelope-Id: ${options.envelopeId}\n`}X-Postfix-Queue-ID: 4D2F1A0C3B
Arrival-Date: Fri, 16 Oct 2026 10:00:03 +0200 (CEST)

Final-Recipient: rfc822; directie@korenaar.example
Original-Recipient: rfc822;directie@korenaar.example
Action: ${options.action}
Status: ${options.status}
Remote-MTA: dns; store.korenaar.example
Diagnostic-Code: smtp; 250 2.0.0 Ok:
    queued as 9A1
${options.recipients ?? ''}
--4D2F1A0C3B.1790000000/mx.korenaar.example
Content-Description: Message Headers
Content-Type: ${options.returned ?? 'text/rfc822-headers'}

Return-Path: <fair-use@fairline.example>
From: Fairline <fair-use@fairline.example>
Message-ID:
 ${MESSAGE_ID}
Subject: Buitensporig gebruik

--4D2F1A0C3B.1790000000/mx.korenaar.example--
`;

describe('a delivery report', () => {
  it('of a delivered mail names the mail by envelope and Message-ID', () => {
    expect(readDeliveryReport(report({ action: 'delivered', status: '2.0.0', envelopeId: NOTICE }))).toEqual({
      envelopeId: NOTICE,
      messageId: MESSAGE_ID,
      action: 'delivered',
      statusCode: '2.0.0',
    });
  });

  it('of a failure gives the status, also with the whole message returned and network line ends', () => {
    const mail = report({ action: 'failed', status: '5.1.1 (unknown user)', returned: 'message/rfc822' });
    expect(readDeliveryReport(mail.replaceAll('\n', '\r\n'))).toEqual({
      envelopeId: null,
      messageId: MESSAGE_ID,
      action: 'failed',
      statusCode: '5.1.1',
    });
  });

  it.each(['delayed', 'relayed', 'expanded'] as const)('tells %s apart from delivered', (action) =>
    expect(readDeliveryReport(report({ action, status: '4.4.1' }))?.action).toBe(action),
  );

  it('reads parts that a relay encoded', () => {
    const plain = report({ action: 'Failed', status: '5.2.2' });
    const [before = '', status = '', after = ''] = plain.split(
      /(?<=Content-Type: message\/delivery-status\n)\n|(?=\n--4D2F1A0C3B.1790000000\/mx.korenaar.example\nContent-Description: Message)/,
    );
    const encoded = `${before}Content-Transfer-Encoding: base64\n\n${Buffer.from(status).toString('base64')}${after}`;
    expect(readDeliveryReport(encoded)).toMatchObject({ action: 'failed', statusCode: '5.2.2' });
  });

  it('does not take an answer, an out-of-office message, a read receipt or several fates for a report', () => {
    const good = report({ action: 'delivered', status: '2.0.0' });
    expect(
      readDeliveryReport('From: a@b.example\nContent-Type: text/plain\n\nWe have stopped.'),
    ).toBeUndefined();
    expect(
      readDeliveryReport(good.replace('report-type=delivery-status', 'report-type=disposition-notification')),
    ).toBeUndefined();
    expect(
      readDeliveryReport(good.replace('message/delivery-status', 'application/octet-stream')),
    ).toBeUndefined();
    expect(
      readDeliveryReport(good.replace('Action: delivered', 'Action: delivered-sort-of')),
    ).toBeUndefined();
    const other = '\nFinal-Recipient: rfc822; x@korenaar.example\nAction: failed\nStatus: 5.1.1\n';
    expect(
      readDeliveryReport(report({ action: 'delivered', status: '2.0.0', recipients: other })),
    ).toBeUndefined();
    for (const mail of ['', '\n\n', 'Content-Type: multipart/report; report-type=delivery-status\n\nx']) {
      expect(readDeliveryReport(mail)).toBeUndefined();
    }
  });
});
