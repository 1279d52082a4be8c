import { z } from 'zod';
import { defineEvent } from '#event-store/event.js';

const Partition = {
  topic: z.string(),
  partition: z.int().min(0),
  /** Below it everything was stored when this was decided. */
  storedBelow: z.int().min(0),
  /** Where reading goes on. */
  from: z.int().min(0),
  epoch: z.int().min(1),
  reason: z.string().min(1),
};

/** A person let a partition go on whose log had been cut off or made anew. */
export const intakeGapAccepted = defineEvent({
  type: 'intake.gap-accepted',
  version: 1,
  schema: z.object({ ...Partition, code: z.enum(['truncated', 'recreated']) }),
});

/** A person had a partition read again from where its log begins. */
export const intakeReplayStarted = defineEvent({
  type: 'intake.replay-started',
  version: 1,
  schema: z.object(Partition),
});

export const intakeEvents = [intakeGapAccepted, intakeReplayStarted];
