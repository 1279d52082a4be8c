import type { Subscriptions } from '#accounts/domain/subscriptions.js';
import { accountExists } from '#accounts/store/account-store.js';
import { subscriptionStreamOf, subscriptionsFrom } from '#accounts/store/subscription-store.js';
import { type LocalDate, type Period, periodOf } from '#calendar/local-date.js';
import { type BucketHead, readBucketHead } from '#call-log/store/rated-call-reader.js';
import { readReferenceHead } from '#catalogue/store/reference-head.js';
import type { EventStore } from '#event-store/event-store.js';
import type { Database, Queryable } from '#platform/database/database.js';
import { bucketOf } from '#platform/identity/ids.js';
import { publishedFingerprints } from '#rating/store/tariff-store.js';
import { type DraftFactsByMonth, readDraftFacts } from './draft-facts-reader.js';

/** What a change rests on, read in one snapshot. */
export interface ChangeFacts {
  readonly streamVersion: number;
  readonly terms: Subscriptions;
  readonly referencePosition: number;
  readonly head: BucketHead;
  /** An earlier change of the account is decided, and its ratings have not followed. */
  readonly pending: boolean;
  readonly drafts: DraftFactsByMonth;
}

/** @returns undefined when there is no such account */
export async function readChangeFacts(
  database: Database,
  store: EventStore,
  account: string,
  periods: readonly Period[],
): Promise<ChangeFacts | undefined> {
  return database.snapshot(async (snapshot) => {
    if (!(await accountExists(snapshot, account))) return undefined;
    const history = await store.readStream(subscriptionStreamOf(account), snapshot);
    const referencePosition = await readReferenceHead(snapshot);
    const head = await readBucketHead(snapshot, bucketOf(account));
    const terms = subscriptionsFrom(history);
    const lastChange = history.findLast((event) => event.type === 'subscription.changed');
    return {
      streamVersion: history.length,
      terms,
      referencePosition,
      head,
      pending: (lastChange?.position ?? 0) > head.referencePosition,
      drafts: await readDraftFacts(snapshot, account, sinceStartOf(terms, periods), referencePosition),
    };
  });
}

/** No month before an account's first subscription: a change from there is refused, however long ago. */
function sinceStartOf(terms: Subscriptions, periods: readonly Period[]): Period[] {
  const starts = terms.map((one) => periodOf(one.from)).toSorted();
  return periods.filter((period) => period >= (starts[0] ?? period));
}

/** Published versions of tariffs that hold up to a day, as `regular of 2026-10-20`. */
export async function readTariffVersions(
  reader: Queryable,
  tariffs: readonly string[],
  through: LocalDate,
): Promise<{ version: string; fingerprint: string }[]> {
  const published = await publishedFingerprints(reader, tariffs);
  return [...published]
    .map(([key, fingerprint]) => ({
      version: key.replace(' ', ' of '),
      validFrom: key.split(' ')[1] ?? '',
      fingerprint,
    }))
    .filter((one) => one.validFrom <= through)
    .map(({ version, fingerprint }) => ({ version, fingerprint }))
    .toSorted((a, b) => (a.version < b.version ? -1 : 1));
}
