import { z } from 'zod';
import { type Period, parsePeriod } from '#calendar/local-date.js';
import { type Outcome, accepted } from '#outcome/outcome.js';

/** All drafts of a period that lie under one build, what they rest on and what they come to. Amounts in cents. */
export const DraftsOfRun = z.object({
  period: z.custom<Period>((value) => typeof value === 'string' && parsePeriod(value) !== undefined),
  build: z.uuid(),
  /** The period was over when they were made. */
  complete: z.boolean(),
  /** Accounts, subscriptions and catalogue as known at this position. */
  referencePosition: z.int().min(0),
  /** Calls and ratings up to this seq, of buckets 0 to 255. */
  logCursor: z.array(z.int().min(0)).length(256),
  /** Of every draft and every reason to park one. */
  checksum: z.string().regex(/^[0-9a-f]{64}$/),
  ready: z.object({ documents: z.int().min(0), net: z.int(), vat: z.int(), total: z.int() }),
  parked: z.object({
    accounts: z.int().min(0),
    documents: z.int().min(0),
    net: z.int(),
    vat: z.int(),
    total: z.int(),
  }),
});
export type DraftsOfRun = z.infer<typeof DraftsOfRun>;

export type BillRunEvent =
  | { readonly type: 'bill-run.started'; readonly data: DraftsOfRun }
  | { readonly type: 'bill-run.refreshed'; readonly data: DraftsOfRun };

export interface BillRun {
  readonly revision: number;
  readonly drafts: DraftsOfRun;
}

export type BillRunState = BillRun | null;

/** Drafts have been made of everything there is to bill: they become the ones that count. */
export interface TakeDrafts {
  readonly type: 'take-drafts';
  readonly drafts: DraftsOfRun;
}

/** The life of a bill run up to reviewed drafts. */
export const billRunDecider = {
  initialState: null as BillRunState,
  decide(command: TakeDrafts, state: BillRunState): Outcome<BillRunEvent[]> {
    if (state === null) return accepted([{ type: 'bill-run.started', data: command.drafts }]);
    const { drafts } = state;
    // The same amounts on the same accounts: what came in since is of other months, so the drafts stay true at their own cursor.
    if (drafts.checksum === command.drafts.checksum && drafts.complete === command.drafts.complete)
      return accepted([]);
    return accepted([{ type: 'bill-run.refreshed', data: command.drafts }]);
  },
  evolve(state: BillRunState, event: BillRunEvent): BillRunState {
    return { revision: (state?.revision ?? 0) + 1, drafts: event.data };
  },
};

export function billRunStreamOf(period: Period): string {
  return `bill-run-${period}`;
}
