import type { Provider } from '@nestjs/common';
import { CallLogWriter } from '#call-log/store-batch/call-log-writer.js';
import { type Instant, instant } from '#calendar/instant.js';
import type { EventDefinition } from '#event-store/event.js';
import { EventStore } from '#event-store/event-store.js';
import { SubscriptionRunner } from '#event-store/subscription.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import { retroRatingEvents } from '#retro-rating/events/events.js';
import { RerateSubscription } from '#retro-rating/rerate/rerate-subscription.js';
import { retroRatingProviders } from '#retro-rating/retro-rating.providers.js';
import { type CallLogUnderTest, startCallLog } from './reference.js';

export interface RetroRatingUnderTest extends CallLogUnderTest {
  /** The ratings follow what was decided. */
  follow(): Promise<void>;
  /** Stores calls as a switch would send them. */
  send(calls: readonly SentCall[]): Promise<void>;
  now(): Promise<Instant>;
}

/** A call of the examples' accounts; the rest is made up. */
export interface SentCall {
  readonly id: string;
  readonly account: string;
  readonly user?: string;
  readonly to: string;
  readonly startedAt: Instant;
  /** 0: nobody answered. */
  readonly talkSeconds: number;
}

/** The contexts up to retroactive rating, with the business clock at an instant. */
export async function startRetroRating(
  now = '2026-10-31T12:00:00+01:00',
  more: { providers?: readonly Provider[]; events?: readonly EventDefinition[] } = {},
): Promise<RetroRatingUnderTest> {
  const fairline = await startCallLog({
    providers: [...retroRatingProviders, ...(more.providers ?? [])],
    events: [...retroRatingEvents, ...(more.events ?? [])],
  });
  const clock = fairline.module.get(BusinessClock);
  await clock.stepTo(instant(now));
  const runner = new SubscriptionRunner(fairline.module.get(EventStore), fairline.test.database, [
    fairline.module.get(RerateSubscription),
  ]);
  let sent = 0;
  return {
    ...fairline,
    follow: () => runner.drain(),
    now: () => clock.now(),
    send: async (calls) => {
      const records = calls.map((call) => ({ position: (sent += 1), bytes: recordOf(call) }));
      await fairline.module.get(CallLogWriter).storeBatch({ origin: 'test', records }, await clock.now());
    },
  };
}

function recordOf(call: SentCall): Buffer {
  const answered = call.talkSeconds > 0;
  const at = (millis: number) => new Date(millis).toISOString();
  return Buffer.from(
    JSON.stringify({
      source: 'switch-test',
      id: call.id,
      account: call.account,
      user: call.user,
      direction: 'outbound',
      to: call.to,
      startedAt: at(call.startedAt),
      answeredAt: answered ? at(call.startedAt + 2_000) : null,
      endedAt: at(call.startedAt + 2_000 + call.talkSeconds * 1000),
      durationSeconds: call.talkSeconds,
    }),
  );
}
