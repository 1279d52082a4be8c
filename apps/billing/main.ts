import { fairUse, invoicing, recordingContexts, retroRating } from '../contexts.js';
import { runService } from '../service.js';

/** Carries out retroactive changes and prepares invoices. */
await runService({
  name: 'billing',
  contexts: [...recordingContexts, fairUse, invoicing, retroRating],
  subscriptions: [...retroRating.subscriptions, ...invoicing.subscriptions],
});
