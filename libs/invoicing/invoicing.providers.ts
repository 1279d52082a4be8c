import type { Provider, Type } from '@nestjs/common';
import type { Subscription } from '#event-store/subscription.js';
import { Drafter } from './drafting/drafter.js';
import { RunDrafting } from './drafting/run-drafting.js';
import { ListDraftsHandler } from './list-drafts/list-drafts.js';
import { ShowBillRunHandler } from './show-bill-run/show-bill-run.js';
import { ShowDraftInvoiceHandler } from './show-draft-invoice/show-draft-invoice.js';
import { StartBillRunHandler } from './start-bill-run/start-bill-run.js';
import { BillRunReader } from './store/bill-run-reader.js';

/** Whoever composes these also provides `PendingRatings`. */
export const invoicingProviders: Provider[] = [
  BillRunReader,
  Drafter,
  RunDrafting,
  StartBillRunHandler,
  ShowBillRunHandler,
  ShowDraftInvoiceHandler,
  ListDraftsHandler,
];

/** Invoicing follows nothing: a bill run is started by a person and reads what is there. */
export const invoicingSubscriptions: Type<Subscription>[] = [];
