import { allContexts } from '../contexts.js';
import { runService } from '../service.js';

/** Carries out retroactive changes and prepares invoices. */
await runService({ name: 'billing', contexts: allContexts, subscriptions: [] });
