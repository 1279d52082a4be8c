import { AMSTERDAM } from '#calendar/billing-zone.js';
import type { Instant } from '#calendar/instant.js';
import type { LocalDate } from '#calendar/local-date.js';
import type { AppendingTransaction, EventStore } from '#event-store/event-store.js';
import { RefusedError, acceptedOrThrow, refused } from '#outcome/outcome.js';
import { type AccountRecord, recordFingerprint } from '../domain/account-record.js';
import {
  type SubscriptionEvent,
  type SubscriptionTerms,
  type Subscriptions,
  decideSubscription,
  evolveSubscriptions,
} from '../domain/subscriptions.js';
import { accountChanged, subscriptionChanged, subscriptionStarted } from '../events/events.js';
import { AccountDetailsEntity, AccountEntity } from '../store/account-store.js';
import { assignNumbers, assignUsers, readHeld, startAddOns } from '../store/assignment-store.js';
import { subscriptionStreamOf, subscriptionsFrom, writeSubscriptions } from '../store/subscription-store.js';
import { addOnsOf, detailsOf, numbersOf, subscriptionsOf, usersOf } from './register-accounts.js';

/**
 * Records a changed account from its effective day on: new details, numbers, users and add-ons, and what its subscriptions become. What the
 * file does not mention stays.
 * @throws RefusedError when a subscription can't change that way
 */
export async function changeAccount(
  store: EventStore,
  transaction: AppendingTransaction,
  record: AccountRecord,
  at: Instant,
): Promise<number> {
  const { effectiveFrom } = record;
  if (effectiveFrom === undefined) throw new Error(`${record.id} is changed without an effective date`);
  const fingerprint = recordFingerprint(record);
  const history = await store.readStream(`account-${record.id}`, transaction);
  const changed = await transaction.append(
    `account-${record.id}`,
    history.length,
    [{ definition: accountChanged, data: { account: record.id, effectiveFrom, fingerprint } }],
    at,
  );
  let position = changed.events.at(-1)?.position ?? 0;
  await transaction.entities.update(AccountEntity, { id: record.id }, { fingerprint });
  await transaction.entities.insert(AccountDetailsEntity, detailsOf(record, effectiveFrom, position));
  position = Math.max(position, await changeSubscriptions(store, transaction, record, at));
  const held = await readHeld(transaction, record.id);
  const start = AMSTERDAM.startOfDay(effectiveFrom);
  const fromThen = <T extends { from: Instant }>(assigned: T): T => ({
    ...assigned,
    from: Math.max(assigned.from, start) as Instant,
  });
  await assignNumbers(
    transaction,
    numbersOf(record)
      .filter((one) => !held.numbers.has(one.number))
      .map(fromThen),
    position,
  );
  await assignUsers(
    transaction,
    usersOf(record)
      .filter((one) => !held.users.has(one.user))
      .map(fromThen),
    position,
  );
  await startAddOns(
    transaction,
    addOnsOf(record).filter((one) => !held.addOns.has(one.addOn)),
    position,
  );
  return position;
}

async function changeSubscriptions(
  store: EventStore,
  transaction: AppendingTransaction,
  record: AccountRecord,
  at: Instant,
): Promise<number> {
  const stream = subscriptionStreamOf(record.id);
  const history = await store.readStream(stream, transaction);
  const before = subscriptionsFrom(history);
  const events = decideAll(record, before);
  if (events.length === 0) return 0;
  const appended = await transaction.append(
    stream,
    history.length,
    events.map((event) =>
      event.type === 'subscription.started'
        ? { definition: subscriptionStarted, data: event.data }
        : { definition: subscriptionChanged, data: event.data },
    ),
    at,
  );
  const position = appended.events.at(-1)?.position ?? 0;
  await writeSubscriptions(
    transaction,
    record.id,
    before,
    events.reduce(evolveSubscriptions, before),
    position,
  );
  return position;
}

function decideAll(record: AccountRecord, before: Subscriptions): SubscriptionEvent[] {
  const events: SubscriptionEvent[] = [];
  let state = before;
  for (const wanted of subscriptionsOf(record)) {
    const known = state.filter((terms) => terms.subscription === wanted.subscription).at(-1);
    if (known !== undefined && known.to !== wanted.to) throw endsOtherwise(record.id, known, wanted.to);
    if (known !== undefined && known.plan === wanted.plan && known.seats === wanted.seats) continue;
    const { effectiveFrom } = record;
    if (effectiveFrom === undefined)
      throw new RefusedError({ code: 'no-effective-date', message: `${record.id} needs effectiveFrom.` });
    const { account, subscription, plan, seats } = wanted;
    const decided = acceptedOrThrow(
      decideSubscription(
        known === undefined
          ? { kind: 'start', ...wanted }
          : { kind: 'change', account, subscription, plan, seats, from: effectiveFrom },
        state,
      ),
    );
    events.push(...decided);
    state = decided.reduce(evolveSubscriptions, state);
  }
  return events;
}

/** Not taken in silence: the customer would go on paying, or stop. */
function endsOtherwise(account: string, known: SubscriptionTerms, to: LocalDate | null): RefusedError {
  return new RefusedError(
    refused(
      'subscription-end',
      `${account}: ${known.subscription} ends ${known.to ?? 'on no day'}, the record says ${to ?? 'on no day'}. A load does not move the end of a subscription; leave "to" as it was.`,
    ).refusal,
  );
}
