import { z } from 'zod';
import { type Publication, defineMessage, definePublication } from '#publication/publication.js';
import { Account, Amount, Day } from '#publication/public-types.js';

export const invoiceFinalised = defineMessage({
  type: 'fairline.invoice.finalised.v1',
  title: 'Invoice or credit note finalised',
  description: 'A document got its number and does not change any more.',
  schema: z.object({
    account: Account,
    kind: z.enum(['invoice', 'credit-note']),
    number: z.string(),
    period: z.string().regex(/^\d{4}-(?:0[1-9]|1[0-2])$/),
    issuedOn: Day,
    currency: z.literal('EUR'),
    net: Amount,
    vat: Amount,
    total: Amount,
    corrects: z.string().nullable().describe('Number of the invoice that a credit note corrects.'),
    documents: z.string().describe('Where to get the documents: a path of the API.'),
  }),
  example: {
    account: 'A10017',
    kind: 'invoice',
    number: '2026-000123',
    period: '2026-10',
    issuedOn: '2026-11-02',
    currency: 'EUR',
    net: '482.50',
    vat: '101.33',
    total: '583.83',
    corrects: null,
    documents: '/v1/invoices/2026-000123',
  },
});

/** Declared, so that receivers can prepare; nothing is sent, since nothing is finalised yet: bill runs end with drafts. */
export const invoicePublication: Publication = definePublication({
  topic: 'invoice.v1',
  title: 'Invoices',
  description:
    'Finalised invoices and credit notes. Reserved: this version drafts and finalises nothing, so nothing is sent here, and the message may still change.',
  source: '/fairline/invoicing',
  identity: 'event',
  messages: [invoiceFinalised],
  tells: [],
});
