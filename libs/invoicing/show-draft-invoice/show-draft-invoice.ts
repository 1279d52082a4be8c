import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { accountExists } from '#accounts/store/account-store.js';
import type { Period } from '#calendar/local-date.js';
import { type Outcome, accepted, refused } from '#outcome/outcome.js';
import { Database, type Queryable } from '#platform/database/database.js';
import type { ParkedReason } from '../domain/parking.js';
import { Drafter } from '../drafting/drafter.js';
import { BillRunReader } from '../store/bill-run-reader.js';
import { type ShownDraft, shownDraft } from './shown-draft.js';

export interface ShownDraftInvoice extends ShownDraft {
  /** `live`: computed for this question, since the month has no bill run or the account nothing to bill in it. */
  readonly source: 'bill-run' | 'live';
  /** Of the bill run. */
  readonly revision: number | null;
  /** Why it can't go out as it is. */
  readonly parked: readonly ParkedReason[];
}

/**
 * The draft of an account for a month, as the bill run has it, else as it would be now.
 * @param options.live what it would be now, whatever the bill run has
 */
export class ShowDraftInvoice extends Query<Outcome<ShownDraftInvoice>> {
  constructor(
    readonly account: string,
    readonly period: Period,
    readonly options: { readonly live?: boolean } = {},
  ) {
    super();
  }
}

@QueryHandler(ShowDraftInvoice)
export class ShowDraftInvoiceHandler implements IQueryHandler<ShowDraftInvoice> {
  constructor(
    private readonly database: Database,
    private readonly runs: BillRunReader,
    private readonly drafter: Drafter,
  ) {}

  async execute({ account, period, options }: ShowDraftInvoice): Promise<Outcome<ShownDraftInvoice>> {
    return this.database.snapshot(async (snapshot) => {
      if (!(await accountExists(snapshot, account))) {
        return refused(
          'unknown-account',
          `There is no account ${account}. "fairline load accounts" brings accounts in.`,
        );
      }
      const stored = options.live === true ? undefined : await this.stored(snapshot, account, period);
      return accepted(stored ?? (await this.live(snapshot, account, period)));
    });
  }

  private async stored(
    snapshot: Queryable,
    account: string,
    period: Period,
  ): Promise<ShownDraftInvoice | undefined> {
    const run = await this.runs.run(period, snapshot);
    const draft = run === undefined ? undefined : await this.runs.draft(run, account, snapshot);
    if (run === undefined || draft === undefined) return undefined;
    return {
      ...shownDraft(draft.invoice),
      source: 'bill-run',
      revision: run.revision,
      parked: draft.reasons,
    };
  }

  private async live(snapshot: Queryable, account: string, period: Period): Promise<ShownDraftInvoice> {
    const table = await this.drafter.prepare(snapshot, period, account);
    const [draft] = await this.drafter.draft(snapshot, [account], table);
    if (draft === undefined) throw new Error(`The draft of ${account} for ${period} was not made`);
    return { ...shownDraft(draft.invoice), source: 'live', revision: null, parked: draft.reasons };
  }
}
