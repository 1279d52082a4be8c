import { fairUse, recordingContexts } from '../contexts.js';
import { runService } from '../service.js';
import { fairUseWork, startTimers } from '../timers.js';

/** Judges complete days and keeps the cases. */
await runService({
  name: 'fair-use',
  contexts: [...recordingContexts, fairUse],
  subscriptions: fairUse.subscriptions,
  run: (program, logger) => Promise.resolve(startTimers(program, logger, fairUseWork)),
});
