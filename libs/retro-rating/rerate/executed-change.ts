import type { SubscriptionChanged } from '#accounts/domain/subscriptions.js';
import { AMSTERDAM } from '#calendar/billing-zone.js';
import { readBucketHead } from '#call-log/store/rated-call-reader.js';
import type { RecordedEvent } from '#event-store/event.js';
import type { EventStore } from '#event-store/event-store.js';
import { formatMicroEuros, microEuros } from '#money/money.js';
import type { Database, Queryable } from '#platform/database/database.js';
import { bucketOf, causedId } from '#platform/identity/ids.js';
import type { ArrivedSince } from '../domain/retroactive-change.js';
import { retroRatingExecuted } from '../events/events.js';
import type { StoredPreview } from '../store/preview-store.js';

/** Ends in the same event however often it is asked: the first time counts. */
export async function appendExecuted(
  database: Database,
  store: EventStore,
  change: RecordedEvent,
  changed: SubscriptionChanged,
  preview: StoredPreview,
): Promise<void> {
  const { result, cursorSeq } = preview;
  const { account, subscription, from } = changed;
  const outcome = await database.snapshot(async (snapshot) => ({
    ratings: await ratingsBecauseOf(snapshot, account, change.eventId, cursorSeq),
    arrivedSince: await arrivedAfter(snapshot, changed, cursorSeq),
  }));
  await store.appending((transaction) =>
    transaction.append(
      `retro-rating-${result.hash}`,
      0,
      [
        {
          definition: retroRatingExecuted,
          data: {
            account,
            subscription,
            from,
            oldPlan: result.oldPlan,
            newPlan: result.newPlan,
            previewHash: result.hash,
            caseId: changed.cause === null ? null : (change.metadata.correlationId ?? null),
            measureId: changed.cause,
            ...outcome.ratings,
            net: result.net,
            vat: result.vat,
            total: result.total,
            arrivedSince: outcome.arrivedSince,
          },
          eventId: causedId('retro-rating.executed', change.eventId),
          metadata: {
            actor: 'retro-rating',
            causationId: change.eventId,
            ...(change.metadata.correlationId === undefined
              ? {}
              : { correlationId: change.metadata.correlationId }),
          },
        },
      ],
      change.occurredAt,
    ),
  );
}

/** What the log says was done for the calls of the preview; not copied from the preview, so that the two can be compared. */
async function ratingsBecauseOf(reader: Queryable, account: string, cause: string, cursorSeq: number) {
  const [row] = await reader.query<{ calls: number; before: number; after: number }>(
    `SELECT count(*) AS calls, coalesce(sum(r.charge_before), 0)::bigint AS before, coalesce(sum(r.charge), 0)::bigint AS after
     FROM cdr.call_rating r JOIN cdr.call_record c ON c.bucket = r.bucket AND c.call_key = r.call_key AND c.started_at = r.started_at
     WHERE r.bucket = $1 AND r.account_id = $2 AND r.cause = $3 AND c.seq <= $4`,
    [bucketOf(account), account, cause, cursorSeq],
  );
  return {
    calls: row?.calls ?? 0,
    callChargesBefore: formatMicroEuros(microEuros(row?.before ?? 0)),
    callChargesAfter: formatMicroEuros(microEuros(row?.after ?? 0)),
  };
}

async function arrivedAfter(
  reader: Queryable,
  changed: SubscriptionChanged,
  cursorSeq: number,
): Promise<ArrivedSince> {
  const bucket = bucketOf(changed.account);
  const head = await readBucketHead(reader, bucket);
  const [row] = await reader.query<{ calls: number; seconds: number; charge: number }>(
    `SELECT count(*) AS calls, coalesce(sum(c.talk_seconds), 0)::bigint AS seconds, coalesce(sum(coalesce(r.charge, c.charge)), 0)::bigint AS charge
     FROM cdr.call_record c
     LEFT JOIN LATERAL (
       SELECT r.charge FROM cdr.call_rating r WHERE r.bucket = c.bucket AND r.call_key = c.call_key ORDER BY r.seq DESC LIMIT 1
     ) r ON true
     WHERE c.bucket = $1 AND c.account_id = $2 AND c.started_at >= to_timestamp($3::double precision / 1000) AND c.seq > $4 AND c.seq <= $5`,
    [bucket, changed.account, AMSTERDAM.startOfDay(changed.from), cursorSeq, head.lastSeq],
  );
  return {
    calls: row?.calls ?? 0,
    seconds: row?.seconds ?? 0,
    charge: formatMicroEuros(microEuros(row?.charge ?? 0)),
  };
}
