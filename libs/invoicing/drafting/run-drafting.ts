import { createHash, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { pageOfAccounts } from '#accounts/store/account-store.js';
import { type Period, previousPeriod } from '#calendar/local-date.js';
import { Database, type Queryable } from '#platform/database/database.js';
import { BUCKETS } from '#platform/identity/ids.js';
import type { DraftsOfRun } from '../domain/bill-run.js';
import { type ControlTotals, TotalsSum } from '../domain/control-totals.js';
import { BillRunReader } from '../store/bill-run-reader.js';
import { type Difference, beginBuild, checksumOf, writeDrafts } from '../store/draft-writer.js';
import { type AccountDraft, Drafter, type DraftingTable, isToBill } from './drafter.js';

/** All drafts of a period, written under a build that nothing counts yet. */
export interface RunDrafts {
  readonly drafts: DraftsOfRun;
  readonly totals: { readonly ready: ControlTotals; readonly parked: ControlTotals };
  readonly comparedWith: 'bill-run' | 'live';
}

/** Accounts per statement and per transaction: the memory of a run does not grow with the number of accounts. */
const PAGE = 1_000;

/** Drafts everything there is to bill in a period, page by page, as one snapshot of the database knows it. */
@Injectable()
export class RunDrafting {
  constructor(
    private readonly database: Database,
    private readonly drafter: Drafter,
    private readonly runs: BillRunReader,
  ) {}

  async draftAll(snapshot: Queryable, period: Period, complete: boolean): Promise<RunDrafts> {
    const build = randomUUID();
    await this.database.transaction((transaction) => beginBuild(transaction, build, period));
    const table = await this.drafter.prepare(snapshot, period);
    const before = await this.figuresBefore(snapshot, table);
    const sums = new RunSums();
    for (let after: string | null = null; ;) {
      const accounts: string[] = await pageOfAccounts(snapshot, after, PAGE);
      if (accounts.length === 0) break;
      const drafts = (await this.drafter.draft(snapshot, accounts, table)).filter(isToBill);
      const differences = differencesOf(drafts, await before.netOf(accounts));
      for (const draft of drafts) sums.add(draft);
      await this.database.transaction((transaction) => writeDrafts(transaction, build, drafts, differences));
      after = accounts.at(-1) ?? null;
    }
    return {
      drafts: {
        period,
        build,
        complete,
        referencePosition: table.position,
        logCursor: await readLogCursor(snapshot),
        ...sums.figures(),
      },
      totals: sums.totals(),
      comparedWith: before.source,
    };
  }

  /** Last month's nets: of its bill run if it has one, else computed as known now. */
  private async figuresBefore(snapshot: Queryable, table: DraftingTable) {
    const month = previousPeriod(table.period);
    const run = await this.runs.run(month, snapshot);
    if (run !== undefined) {
      const netOf = (accounts: readonly string[]) => this.runs.nets(run.build, accounts, snapshot);
      return { source: 'bill-run' as const, netOf };
    }
    const then: DraftingTable = { ...table, period: month, pending: new Set(), openRecords: new Map() };
    const netOf = async (accounts: readonly string[]) => {
      const drafts = await this.drafter.draft(snapshot, accounts, then);
      return new Map(drafts.filter(isToBill).map(({ invoice }) => [invoice.account, invoice.net]));
    };
    return { source: 'live' as const, netOf };
  }
}

function differencesOf(
  drafts: readonly AccountDraft[],
  before: ReadonlyMap<string, Difference['netBefore']>,
): Difference[] {
  const now = new Map(drafts.map(({ invoice }) => [invoice.account, invoice.net]));
  return [...new Set([...now.keys(), ...before.keys()])]
    .map((account) => ({
      account,
      netBefore: before.get(account) ?? null,
      netNow: now.get(account) ?? null,
    }))
    .filter((one) => one.netBefore !== one.netNow);
}

/**
 * What the usage in this snapshot rests on: the seq of every bucket. Usage moves in the transaction of the calls, so the seq up to
 * which it is folded is the cursor of the log too.
 */
async function readLogCursor(snapshot: Queryable): Promise<number[]> {
  const rows = await snapshot.query<{ bucket: number; seq: number }>(
    `SELECT bucket, seq FROM usage.projection WHERE state = 'live' ORDER BY bucket`,
  );
  if (rows.length !== BUCKETS)
    throw new Error(
      `usage.projection has ${rows.length} live buckets instead of ${BUCKETS}; the schema is damaged`,
    );
  return rows.map((row) => row.seq);
}

/** Adds a run up while its drafts pass by. */
class RunSums {
  private readonly ready = new TotalsSum();
  private readonly parked = new TotalsSum();
  private readonly hash = createHash('sha256');
  private parkedAccounts = 0;

  add(draft: AccountDraft): void {
    const isParked = draft.reasons.length > 0;
    if (isParked) this.parkedAccounts += 1;
    (isParked ? this.parked : this.ready).add(draft.invoice);
    this.hash.update(checksumOf(draft));
  }

  totals() {
    return { ready: this.ready.result, parked: this.parked.result };
  }

  figures() {
    const { ready, parked } = this.totals();
    return {
      checksum: this.hash.copy().digest('hex'),
      ready: figuresOf(ready),
      parked: { accounts: this.parkedAccounts, ...figuresOf(parked) },
    };
  }
}

function figuresOf({ documents, net, vatTotal, total }: ControlTotals) {
  return { documents, net, vat: vatTotal, total };
}
