import { formatInstant } from '#calendar/instant.js';
import { DIRECTIONS } from '../domain/call-record.js';
import type { RatedBy } from '../domain/rate-record.js';
import { envelopeOf } from './batch.js';
import type { Candidate } from './read-batch.js';

/** A call on its way to the open ones. */
export interface OpenCallToStore {
  readonly candidate: Candidate;
  readonly ratedBy: RatedBy;
  /** Under which its bytes are kept if it never ends. */
  readonly quarantineId: string;
  readonly origin: string;
}

/** Open calls in the form of `cdr.store_batch`: few beside the calls, so JSON is enough. */
export function openCallDocument(calls: Iterable<OpenCallToStore>): string {
  return JSON.stringify([...calls].map(documentOf));
}

function documentOf({ candidate, ratedBy, quarantineId, origin }: OpenCallToStore) {
  const { record, raw } = candidate;
  return {
    call_key: candidate.callKey,
    quarantine_id: quarantineId,
    account_id: candidate.account,
    source: record.source,
    call_id: record.id,
    user_id: candidate.userId,
    direction: DIRECTIONS.indexOf(record.direction),
    from_number: record.from,
    to_number: record.to,
    forwarded_by: record.forwardedBy,
    ip: record.ip,
    trunk: record.trunk,
    started_at: formatInstant(record.startedAt),
    answered_at: formatInstant(record.answeredAt ?? record.startedAt),
    subscription_id: ratedBy.subscription,
    plan: ratedBy.plan,
    class: ratedBy.rating.class,
    prefix: ratedBy.rating.prefix,
    tariff: ratedBy.rating.tariff,
    covered: ratedBy.rating.covered,
    test: ratedBy.test,
    origin,
    at_position: raw.position,
    raw: raw.bytes.toString('base64'),
    headers: envelopeOf(raw),
  };
}
