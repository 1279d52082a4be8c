import type { Provider } from '@nestjs/common';
import { CallLogWriter } from '#call-log/store-batch/call-log-writer.js';
import { type Instant, instant } from '#calendar/instant.js';
import type { EventDefinition } from '#event-store/event.js';
import { EventStore } from '#event-store/event-store.js';
import { SubscriptionRunner } from '#event-store/subscription.js';
import { invoicingEvents } from '#invoicing/events/events.js';
import { invoicingProviders } from '#invoicing/invoicing.providers.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import type { Database } from '#platform/database/database.js';
import { bucketOf } from '#platform/identity/ids.js';
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
    providers: [...invoicingProviders, ...retroRatingProviders, ...(more.providers ?? [])],
    events: [...invoicingEvents, ...retroRatingEvents, ...(more.events ?? [])],
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
      const records = recordsOf(calls, sent);
      sent += calls.length;
      await fairline.module.get(CallLogWriter).storeBatch({ origin: 'test', records }, await clock.now());
    },
  };
}

/** Accounts as finance loads them: one subscription each, one user `<id>-u`. */
export function accountsOf(
  ids: readonly string[],
  terms: { readonly plan: string; readonly seats: number; readonly from: string },
): string {
  return ids
    .map((id) =>
      JSON.stringify({
        kind: 'account',
        id,
        name: id,
        users: [`${id}-u`],
        subscriptions: [terms],
      }),
    )
    .join('\n');
}

/** Made-up account ids that all lie in one bucket. */
export function accountsOfOneBucket(count: number, prefix: string, bucket = bucketOf(prefix)): string[] {
  const ids: string[] = [];
  for (let n = 0; ids.length < count; n += 1) {
    if (bucketOf(`${prefix}-${n}`) === bucket) ids.push(`${prefix}-${n}`);
  }
  return ids;
}

/** What the log, the usage and a bill know of an account's charges, in micro-euros; three ways to the same sum. */
export async function chargesOf(database: Database, account: string) {
  const [log] = await database.query<{ calls: number; charge: number; regular: number }>(
    `SELECT count(*) AS calls, coalesce(sum(coalesce(r.charge, c.charge)), 0)::bigint AS charge,
       coalesce(sum(coalesce(r.regular_charge, c.regular_charge)), 0)::bigint AS regular
     FROM cdr.call_record c
     LEFT JOIN LATERAL (SELECT r.charge, r.regular_charge FROM cdr.call_rating r WHERE r.bucket = c.bucket AND r.call_key = c.call_key
       ORDER BY r.seq DESC LIMIT 1) r ON true
     WHERE c.bucket = $1 AND c.account_id = $2`,
    [bucketOf(account), account],
  );
  const [usage] = await database.query<{ calls: number; charge: number; regular: number }>(
    `SELECT coalesce(sum(calls), 0)::bigint AS calls, coalesce(sum(charge), 0)::bigint AS charge, coalesce(sum(regular_charge), 0)::bigint AS regular
     FROM usage.current WHERE bucket = $1 AND account_id = $2`,
    [bucketOf(account), account],
  );
  return { log, usage };
}

/** Calls in the form in which a switch sends them. */
export function recordsOf(calls: readonly SentCall[], after = 0) {
  return calls.map((call, index) => ({ position: after + index + 1, bytes: recordOf(call) }));
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
