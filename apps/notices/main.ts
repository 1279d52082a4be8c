import { allContexts } from '../contexts.js';
import { runService } from '../service.js';

/** Sends letters to customers and records what became of them. */
await runService({ name: 'notices', contexts: allContexts, subscriptions: [] });
