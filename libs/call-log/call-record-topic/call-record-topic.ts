import { z } from 'zod';
import type { ReceivedTopic } from '#publication/async-api/async-api.js';
import { DIRECTIONS, DISPOSITIONS } from '../domain/call-record.js';

const Moment = z.string().describe('RFC 3339 with offset.');
const Key = z.string().min(1).max(64);

/**
 * A call record for people and tools that write to the topic. It describes what `parseCallRecord` takes and is not what reads records:
 * every call passes there, and each refusal names field and value.
 */
export const CallRecordOnTopic = z.object({
  type: z.enum(['call.answered', 'call.ended']).optional().describe('Default call.ended.'),
  source: z.string().min(1).max(64).describe('The switch; with the id it identifies the call.'),
  id: z.string().min(1).max(128),
  account: Key.nullish().describe('Absent: found by user, forwardedBy, then from or to.'),
  user: Key.nullish(),
  forwardedBy: Key.nullish().describe('It pays this leg; from is then only the caller shown.'),
  direction: z.enum(DIRECTIONS).describe('As the account sees it.'),
  from: z.string().nullish().describe('E.164 with +, or as dialled in the Netherlands; absent or anonymous.'),
  to: z.string(),
  startedAt: Moment,
  answeredAt: Moment.nullish(),
  endedAt: Moment.nullish().describe('Of a call that has ended.'),
  durationSeconds: z.int().min(0).optional().describe('Talk time; absent: from answer to end.'),
  disposition: z.enum(DISPOSITIONS).nullish(),
  ip: z.string().nullish(),
  trunk: Key.nullish(),
});

export const callRecordTopic: ReceivedTopic = {
  topic: 'cdr.v1',
  title: 'Call records',
  description:
    'Calls of the switches, one JSON object per message, at most 16 KiB; the same object may come in a CloudEvents 1.0 envelope, structured or binary. What can not be taken lies in quarantine with its reason.',
  key: "The account's id if the switch knows it, else the calling number: one account's calls stay in order.",
  messages: [
    {
      type: 'call-record',
      title: 'Call record',
      description:
        'call.answered tells of a call that is still open; call.ended with the same id completes it.',
      schema: CallRecordOnTopic,
      example: {
        type: 'call.ended',
        source: 'switch-1',
        id: 'c-20261016-000017',
        account: 'A10017',
        user: '201',
        direction: 'outbound',
        from: '+31201234567',
        to: '+31612345678',
        startedAt: '2026-10-16T09:00:00+02:00',
        answeredAt: '2026-10-16T09:00:07+02:00',
        endedAt: '2026-10-16T09:03:07+02:00',
        durationSeconds: 180,
        disposition: 'answered',
      },
    },
  ],
};
