import type { Instant } from '#calendar/instant.js';
import type { QuarantineCode } from '../../domain/call-record.js';

export const QUARANTINE_STATUSES = ['open', 'redriven', 'discarded'] as const;
export type QuarantineStatus = (typeof QUARANTINE_STATUSES)[number];

/** Which records; what is absent does not narrow. */
export interface QuarantineFilter {
  readonly code?: QuarantineCode;
  readonly source?: string;
  readonly account?: string;
  /** As batches have it: `file:october.jsonl`, `http`, `kafka:cdr.v1/3`. */
  readonly origin?: string;
  readonly status?: QuarantineStatus;
  /** When it was received: inclusive. */
  readonly receivedFrom?: Instant;
  /** Exclusive. */
  readonly receivedBefore?: Instant;
  /** Part of the switch's id of the call. */
  readonly callId?: string;
}

/** Values of `MATCHES`, in its order. */
export function filterValues(filter: QuarantineFilter): unknown[] {
  return [
    filter.code ?? null,
    filter.source ?? null,
    filter.account ?? null,
    filter.origin ?? null,
    filter.status ?? null,
    filter.receivedFrom ?? null,
    filter.receivedBefore ?? null,
    filter.callId ?? null,
  ];
}

/** $1 to $8; a statement that is planned with its values loses the conditions that are not asked for. */
export const MATCHES = `
  ($1::text IS NULL OR code = $1) AND ($2::text IS NULL OR source = $2) AND ($3::text IS NULL OR account_id = $3)
  AND ($4::text IS NULL OR origin = $4) AND ($5::text IS NULL OR status = $5)
  AND ($6::double precision IS NULL OR received_at >= to_timestamp($6::double precision / 1000))
  AND ($7::double precision IS NULL OR received_at < to_timestamp($7::double precision / 1000))
  AND ($8::text IS NULL OR position($8 IN call_id) > 0)`;

/** The filter as it stands in the access log: without the text of a call id, which may be anything. */
export function describeFilter(filter: QuarantineFilter): string {
  return Object.entries({ ...filter, callId: filter.callId === undefined ? undefined : '...' })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${value}`)
    .toSorted()
    .join(' ');
}
