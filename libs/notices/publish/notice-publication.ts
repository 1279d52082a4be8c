import { z } from 'zod';
import { announce, defineMessage, definePublication, tell } from '#publication/publication.js';
import type { Publication } from '#publication/publication.js';
import { Account } from '#publication/public-types.js';
import { noticeEventSchemas } from '../domain/notice-event.js';

const ofNotice = { account: Account, case: z.uuid(), notice: z.uuid() };
const example = {
  account: 'A10017',
  case: '6f1e6a0e-5f43-5c1b-9d4e-0b6f5d1c7a01',
  notice: '2a7d1c44-0f0e-5b62-8c55-90a1b2c3d4e5',
};

export const noticeSent = defineMessage({
  type: 'fairline.notice.sent.v1',
  title: 'Notice sent',
  description: 'The mail server took the notice. It can still bounce.',
  schema: z.object({
    ...ofNotice,
    by: z.enum(['smtp', 'mailbox']).describe('mailbox: no mail server is set up; it lies in a directory.'),
  }),
  example: { ...example, by: 'smtp' },
});

export const noticeDelivered = defineMessage({
  type: 'fairline.notice.delivered.v1',
  title: 'Notice delivered',
  description: 'There is evidence that the customer got the notice.',
  schema: z.object({
    ...ofNotice,
    evidence: z.enum(['delivery-report', 'acknowledged', 'recorded-letter']),
  }),
  example: { ...example, evidence: 'delivery-report' },
});

export const noticeBounced = defineMessage({
  type: 'fairline.notice.bounced.v1',
  title: 'Notice bounced',
  description: 'The notice came back after it had been taken.',
  schema: z.object({
    ...ofNotice,
    statusCode: z
      .string()
      .nullable()
      .describe('Enhanced status code of the report (RFC 3463), if there was one.'),
  }),
  example: { ...example, statusCode: '5.1.1' },
});

export const noticeFailed = defineMessage({
  type: 'fairline.notice.failed.v1',
  title: 'Notice failed',
  description:
    'The notice could not be sent and is not tried again; a person has to correct something first.',
  schema: z.object({ ...ofNotice, cause: z.string().describe('A fixed word, such as rejected.') }),
  example: { ...example, cause: 'rejected' },
});

type OfNotice = { readonly account: string; readonly case: string; readonly noticeId: string };

const about = (data: OfNotice) => ({ account: data.account, subject: data.noticeId });
const ids = (data: OfNotice) => ({ account: data.account, case: data.case, notice: data.noticeId });

/** What became of a notice. Attempts, deferrals and doubts are inner steps: one of these four follows, or a person decides. */
export const noticePublication: Publication = definePublication({
  topic: 'notice.v1',
  title: 'Notices',
  description: 'What became of a letter to a customer: sent, delivered, bounced, failed.',
  source: '/fairline/notices',
  identity: 'event',
  messages: [noticeSent, noticeDelivered, noticeBounced, noticeFailed],
  tells: [
    tell('notice.accepted', noticeEventSchemas['notice.accepted'], (data) =>
      announce(noticeSent, about(data), { ...ids(data), by: data.by }),
    ),
    tell('notice.acknowledged', noticeEventSchemas['notice.acknowledged'], (data) =>
      announce(noticeDelivered, about(data), { ...ids(data), evidence: data.evidence }),
    ),
    tell('notice.bounced', noticeEventSchemas['notice.bounced'], (data) =>
      announce(noticeBounced, about(data), { ...ids(data), statusCode: data.statusCode }),
    ),
    tell('notice.failed', noticeEventSchemas['notice.failed'], (data) =>
      announce(noticeFailed, about(data), { ...ids(data), cause: data.cause }),
    ),
  ],
});
