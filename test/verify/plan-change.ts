import {
  type ChangeSubscription,
  decideSubscription,
  evolveSubscriptions,
} from '#accounts/domain/subscriptions.js';
import { subscriptionChanged } from '#accounts/events/events.js';
import {
  subscriptionStreamOf,
  subscriptionsFrom,
  writeSubscriptions,
} from '#accounts/store/subscription-store.js';
import { AMSTERDAM } from '#calendar/billing-zone.js';
import { LogProjection } from '#call-log/domain/log-entry.js';
import { ReferenceDataReader } from '#call-log/store/reference-data-reader.js';
import { advanceReferenceHead, lockReferenceHead } from '#catalogue/store/reference-head.js';
import { EventStore } from '#event-store/event-store.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import type { VerifiedDatabase } from '#platform/verification/verified-database.js';
import type { TestDatabase } from '#platform/testing/test-database.js';
import { RerateSettings, Rerater } from '#retro-rating/rerate/rerater.js';
import type { CallLogUnderTest } from '../harness/reference.js';

/** A backdated change of plan, decided and with its ratings: what gives calls a second rating. */
export async function changePlan(
  fairline: CallLogUnderTest,
  change: Omit<ChangeSubscription, 'kind'>,
): Promise<void> {
  const { module, test } = fairline;
  const store = module.get(EventStore);
  const at = await module.get(BusinessClock).now();
  const stream = subscriptionStreamOf(change.account);
  const changed = await store.appending(async (transaction) => {
    await lockReferenceHead(transaction);
    const history = await store.readStream(stream, transaction);
    const before = subscriptionsFrom(history);
    const [event] = acceptedOrThrow(decideSubscription({ kind: 'change', ...change }, before));
    if (event?.type !== 'subscription.changed') throw new Error('nothing was decided');
    const { events } = await transaction.append(
      stream,
      history.length,
      [{ definition: subscriptionChanged, data: event.data }],
      at,
    );
    const [appended] = events;
    if (appended === undefined) throw new Error('nothing was appended');
    const { position } = appended;
    await writeSubscriptions(
      transaction,
      change.account,
      before,
      evolveSubscriptions(before, event),
      position,
    );
    await advanceReferenceHead(transaction, position);
    return appended;
  });
  const rerater = new Rerater(
    test.database,
    module.get(ReferenceDataReader),
    module.get(LogProjection),
    new RerateSettings(),
  );
  await rerater.rerate({
    eventId: changed.eventId,
    position: changed.position,
    account: change.account,
    from: AMSTERDAM.startOfDay(change.from),
  });
}

/** Thrown to roll back; never seen outside. */
const UNDO = new Error('undone');

/** Tampers with the database in a transaction, looks at it from inside, and takes everything back. */
export async function tampered(
  test: TestDatabase,
  sql: string,
  look: (database: VerifiedDatabase) => Promise<void>,
): Promise<void> {
  const undone = test.database.transaction(async (transaction) => {
    await transaction.query(sql);
    await look({ query: transaction.query, snapshot: (work) => work(transaction) });
    throw UNDO;
  });
  await undone.catch((error: unknown) => {
    if (error !== UNDO) throw error;
  });
}
