import type { Outcome } from '#outcome/outcome.js';
import type { DraftInvoice } from './draft-lines.js';
import type { VatTreatment } from './vat-treatment.js';

/** Why a draft can't go out as it is, and what to do about it. */
export interface ParkedReason {
  readonly code: string;
  readonly message: string;
}

/** Open quarantine records of an account in the period, by code. */
export type OpenRecords = ReadonlyMap<string, number>;

export interface Circumstances {
  readonly hasAddress: boolean;
  readonly treatment: Outcome<VatTreatment>;
  readonly ratingsPending: boolean;
  readonly openRecords: OpenRecords;
}

/** Everything that keeps a draft from being approved; none: it is ready. What concerns the letter counts only where there is one. */
export function reasonsToPark(draft: DraftInvoice, circumstances: Circumstances): ParkedReason[] {
  const { hasAddress, treatment, ratingsPending, openRecords } = circumstances;
  const reasons: ParkedReason[] = draft.problems.map(({ code, message }) => ({ code, message }));
  if (ratingsPending) {
    reasons.push({
      code: 'ratings-pending',
      message:
        'A change of subscription is decided and the ratings of its calls have not followed yet; start the run again when they have.',
    });
  }
  for (const [code, records] of [...openRecords].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    reasons.push({
      code: 'open-quarantine',
      message: `${records} record(s) of the period lie in quarantine as ${code}; redrive or discard them.`,
    });
  }
  if (draft.lines.length > 0) {
    if (!hasAddress) {
      reasons.push({
        code: 'no-address',
        message: 'The account has no address, which an invoice must state; load one.',
      });
    } else if (!treatment.ok) {
      reasons.push({ code: treatment.refusal.code, message: treatment.refusal.message });
    }
  }
  return reasons;
}
