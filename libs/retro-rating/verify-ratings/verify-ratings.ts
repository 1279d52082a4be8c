import { formatInstant } from '#calendar/instant.js';
import type { ReferenceData } from '#call-log/domain/rate-record.js';
import { type RatedCallRow, ratedCallsOfBucket } from '#call-log/store/rated-call-reader.js';
import type { ReferenceDataReader } from '#call-log/store/reference-data-reader.js';
import { readReferenceHead } from '#catalogue/store/reference-head.js';
import type { Database, Queryable } from '#platform/database/database.js';
import { BUCKETS } from '#platform/identity/ids.js';
import { type Check, MAXIMUM_DIFFERENCES } from '#platform/verification/check.js';
import { type CallOfLog, differences, rerate } from '../domain/reratings.js';
import { changesNotFollowed } from '../rerate/pending-accounts.js';

/**
 * Every call's current rating, compared with what the reference data make of it now, and every later rating with the one it replaced: bucket
 * by bucket, each in one snapshot, page by page. While an account's change is being carried out, its calls may be rated by the terms before
 * or after it, and nothing else.
 */
export async function verifyRatings(database: Database, reference: ReferenceDataReader): Promise<Check> {
  const found = new Findings();
  for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
    await database.snapshot(async (snapshot) => {
      if (await isEmpty(snapshot, bucket)) return;
      const now = await reference.at(await readReferenceHead(snapshot));
      const pending = await changesNotFollowed(snapshot);
      for await (const page of ratedCallsOfBucket(snapshot, bucket)) {
        await comparePage(page, now, pending, reference, found);
      }
      await compareChain(snapshot, bucket, found);
    });
  }
  return { name: 'ratings', compared: found.compared, differences: found.sentences };
}

async function comparePage(
  page: readonly RatedCallRow[],
  now: ReferenceData,
  pending: ReadonlyMap<string, number>,
  reference: ReferenceDataReader,
  found: Findings,
): Promise<void> {
  const { rerated, unratable } = rerate(page, now);
  found.compared += page.length;
  for (const { call, reason } of unratable)
    found.add(`${nameOf(call, page)} has no price any more: ${reason}`);
  for (const one of rerated.filter((each) => each.changes)) {
    const changedAt = pending.get(one.call.account);
    if (changedAt !== undefined && isRatedBy(one.call, await reference.at(changedAt - 1))) continue;
    found.add(
      `${nameOf(one.call, page)} is stored otherwise than it is rated: ${differences(one.call, one.after).join(', ')}`,
    );
  }
}

function isRatedBy(call: CallOfLog, before: ReferenceData): boolean {
  return rerate([call], before).rerated.some((one) => !one.changes);
}

function nameOf(call: CallOfLog, page: readonly RatedCallRow[]): string {
  const row = page.find((one) => one.callKey === call.callKey);
  return `call ${row?.source ?? ''} ${row?.id ?? call.callKey} of ${call.account} (${formatInstant(call.startedAt)})`;
}

async function isEmpty(snapshot: Queryable, bucket: number): Promise<boolean> {
  const [head] = await snapshot.query<{ last_seq: number }>(
    'SELECT last_seq FROM cdr.bucket_head WHERE bucket = $1',
    [bucket],
  );
  if (head === undefined) throw new Error(`cdr.bucket_head has no bucket ${bucket}; the schema is damaged`);
  return head.last_seq === 0;
}

async function compareChain(snapshot: Queryable, bucket: number, found: Findings): Promise<void> {
  const [count] = await snapshot.query<{ ratings: number }>(
    'SELECT count(*) AS ratings FROM cdr.call_rating WHERE bucket = $1',
    [bucket],
  );
  if (count === undefined || count.ratings === 0) return;
  found.compared += count.ratings;
  const broken = await snapshot.query<{ call_key: string; seq: number; account_id: string }>(BROKEN_CHAIN, [
    bucket,
    MAXIMUM_DIFFERENCES + 1,
  ]);
  for (const { call_key, seq, account_id } of broken) {
    found.add(
      `rating ${seq} of call ${call_key} of ${account_id} (bucket ${bucket}) says it replaced other amounts than the rating before it has`,
    );
  }
}

/** A later rating whose "before" is not what the call had, or whose call is not there. */
const BROKEN_CHAIN = `
  SELECT call_key, seq, account_id FROM (
    SELECT r.call_key, r.seq, r.account_id, c.seq IS NULL AS orphan,
      (r.charge_before, r.regular_charge_before, r.covered_before, r.class_before) IS DISTINCT FROM
        CASE WHEN lag(r.seq) OVER w IS NULL THEN (c.charge, c.regular_charge, c.covered, c.class)
             ELSE (lag(r.charge) OVER w, lag(r.regular_charge) OVER w, lag(r.covered) OVER w, lag(r.class) OVER w) END AS broken
    FROM cdr.call_rating r
    LEFT JOIN cdr.call_record c ON c.bucket = r.bucket AND c.call_key = r.call_key AND c.started_at = r.started_at
    WHERE r.bucket = $1
    WINDOW w AS (PARTITION BY r.call_key ORDER BY r.seq)
  ) ratings
  WHERE orphan OR broken ORDER BY seq LIMIT $2`;

/** Differences up to the limit; the last sentence says that there are more. */
class Findings {
  compared = 0;
  readonly sentences: string[] = [];

  add(sentence: string): void {
    if (this.sentences.length < MAXIMUM_DIFFERENCES) this.sentences.push(sentence);
    else if (this.sentences.length === MAXIMUM_DIFFERENCES)
      this.sentences.push('and more; the rest is not listed');
  }
}
