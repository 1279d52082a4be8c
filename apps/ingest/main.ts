import { callLog, recordingContexts } from '../contexts.js';
import { startKafkaIntake } from '../kafka-intake.js';
import { runService } from '../service.js';
import { ingestWork, startTimers } from '../timers.js';

/** Takes call records from Kafka where KAFKA_BROKERS is set, and prepares the call log for what else comes in: by the API and by files. */
await runService({
  name: 'ingest',
  contexts: recordingContexts,
  subscriptions: callLog.subscriptions,
  run: async (program, logger) => {
    const stopIntake = await startKafkaIntake(program, logger);
    const stopTimers = startTimers(program, logger, ingestWork);
    return async () => {
      await Promise.all([stopIntake(), stopTimers()]);
    };
  },
});
