import { AMSTERDAM } from '#calendar/billing-zone.js';
import type { Instant } from '#calendar/instant.js';
import type { LocalDate } from '#calendar/local-date.js';
import type { AppendingTransaction } from '#event-store/event-store.js';
import { type AccountRecord, recordFingerprint, subscriptionIdOf } from '../domain/account-record.js';
import type { SubscriptionStarted } from '../domain/subscriptions.js';
import { accountRegistered, subscriptionStarted } from '../events/events.js';
import { AccountDetailsEntity, AccountEntity } from '../store/account-store.js';
import {
  type AddOnToStart,
  type NumberToAssign,
  type UserToAssign,
  assignNumbers,
  assignUsers,
  startAddOns,
} from '../store/assignment-store.js';
import { subscriptionStreamOf, writeSubscriptions } from '../store/subscription-store.js';

/** @returns the position of the last event; 0 when there was nothing to register */
export async function registerAccounts(
  transaction: AppendingTransaction,
  records: readonly AccountRecord[],
  at: Instant,
): Promise<number> {
  let position = 0;
  for (const record of records) position = await registerAccount(transaction, record, at);
  if (position === 0) return 0;
  await assignNumbers(transaction, records.flatMap(numbersOf), position);
  await assignUsers(transaction, records.flatMap(usersOf), position);
  await startAddOns(transaction, records.flatMap(addOnsOf), position);
  return position;
}

async function registerAccount(
  transaction: AppendingTransaction,
  record: AccountRecord,
  at: Instant,
): Promise<number> {
  const fingerprint = recordFingerprint(record);
  const registered = await transaction.append(
    `account-${record.id}`,
    0,
    [
      {
        definition: accountRegistered,
        data: { account: record.id, reseller: record.reseller ?? null, fingerprint },
      },
    ],
    at,
  );
  let position = registered.events.at(-1)?.position ?? 0;
  await transaction.entities.insert(AccountEntity, {
    id: record.id,
    reseller: record.reseller ?? null,
    fingerprint,
    position,
  });
  await transaction.entities.insert(AccountDetailsEntity, detailsOf(record, firstDayOf(record), position));
  const started = subscriptionsOf(record);
  if (started.length > 0) {
    const appended = await transaction.append(
      subscriptionStreamOf(record.id),
      0,
      started.map((data) => ({ definition: subscriptionStarted, data })),
      at,
    );
    position = appended.events.at(-1)?.position ?? position;
    await writeSubscriptions(transaction, record.id, [], started, position);
  }
  return position;
}

/** The day from which what has no date of its own holds: the first subscription's, else the effective date. */
export function firstDayOf(record: AccountRecord): LocalDate {
  const days = record.subscriptions.map((subscription) => subscription.from).toSorted();
  return days[0] ?? record.effectiveFrom ?? ('2000-01-01' as LocalDate);
}

export function detailsOf(record: AccountRecord, effectiveFrom: LocalDate, position: number) {
  return {
    account: record.id,
    effectiveFrom,
    position,
    name: record.name,
    language: record.language,
    address: record.address ?? null,
    kvk: record.kvk ?? null,
    vatNumber: record.vatNumber ?? null,
    iban: record.iban ?? null,
    mandate: record.mandate ?? null,
    contacts: record.contacts,
    allowedNetworks: record.allowedNetworks,
  };
}

export function subscriptionsOf(record: AccountRecord): SubscriptionStarted[] {
  return record.subscriptions.map((subscription, index) => ({
    account: record.id,
    subscription: subscription.id ?? subscriptionIdOf(record.id, index),
    plan: subscription.plan,
    seats: subscription.seats,
    from: subscription.from,
    to: subscription.to ?? null,
  }));
}

export function numbersOf(record: AccountRecord): NumberToAssign[] {
  const start = AMSTERDAM.startOfDay(firstDayOf(record));
  return record.numbers.map((assigned) => ({
    account: record.id,
    number: assigned.number,
    from: ('from' in assigned ? assigned.from : undefined) ?? start,
    to: ('to' in assigned ? assigned.to : undefined) ?? null,
  }));
}

export function usersOf(record: AccountRecord): UserToAssign[] {
  const start = AMSTERDAM.startOfDay(firstDayOf(record));
  return record.users.map((user) => {
    const full =
      'number' in user || 'from' in user || 'test' in user || 'subscription' in user ? user : { id: user.id };
    return {
      account: record.id,
      user: user.id,
      number: ('number' in full ? full.number : undefined) ?? null,
      subscription: ('subscription' in full ? full.subscription : undefined) ?? null,
      test: ('test' in full ? full.test : undefined) ?? false,
      from: ('from' in full ? full.from : undefined) ?? start,
      to: ('to' in full ? full.to : undefined) ?? null,
    };
  });
}

export function addOnsOf(record: AccountRecord): AddOnToStart[] {
  return record.addOns.map((addOn) => ({
    account: record.id,
    addOn: addOn.id,
    retentionDays: addOn.retentionDays ?? null,
    from: addOn.from,
    to: addOn.to ?? null,
  }));
}
