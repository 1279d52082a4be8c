import { callLog, recordingContexts } from '../contexts.js';
import { runService } from '../service.js';
import { ingestWork, startTimers } from '../timers.js';

/** Prepares the call log for what comes in; call records come by the API and by files. */
await runService({
  name: 'ingest',
  contexts: recordingContexts,
  subscriptions: callLog.subscriptions,
  run: (program, logger) => Promise.resolve(startTimers(program, logger, ingestWork)),
});
