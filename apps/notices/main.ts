import { fairUse, notices, recordingContexts } from '../contexts.js';
import { runService } from '../service.js';
import { noticesWork, startTimers } from '../timers.js';

/** Sends letters to customers and records what became of them. */
await runService({
  name: 'notices',
  contexts: [...recordingContexts, fairUse, notices],
  subscriptions: notices.subscriptions,
  run: (program, logger) => Promise.resolve(startTimers(program, logger, noticesWork)),
});
