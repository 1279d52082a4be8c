import { pageOfAccounts } from '#accounts/store/account-store.js';
import { readCatalogue } from '#catalogue/store/catalogue-store.js';
import type { Database, Queryable } from '#platform/database/database.js';
import { type Check, MAXIMUM_DIFFERENCES } from '#platform/verification/check.js';
import { BillRunReader, type BillRunRow } from '../store/bill-run-reader.js';
import { catalogueRowsOf } from './catalogue-rows.js';
import { type Recount, recountDocuments, recountFees, recountUsage } from './recount.js';
import { recountTotals } from './recount-totals.js';

/** Accounts per statement. */
const PAGE = 500;

/**
 * The drafts of every bill run against the log at the run's cursor and the reference data at its position, by SQL alone: the drafts
 * were made by TypeScript from the usage read model. Calls and changes that came later do not disturb it.
 */
export async function verifyDrafts(database: Database): Promise<Check> {
  return database.snapshot(async (snapshot) => {
    const findings = new Findings();
    for (const run of await new BillRunReader(database).runs(snapshot)) {
      await verifyRun(snapshot, run, findings);
      if (findings.isFull) break;
    }
    return findings.check;
  });
}

async function verifyRun(snapshot: Queryable, run: BillRunRow, findings: Findings): Promise<void> {
  const catalogue = catalogueRowsOf(await readCatalogue(snapshot, run.referencePosition), run.period);
  for (let after: string | null = null; ;) {
    const accounts: string[] = await pageOfAccounts(snapshot, after, PAGE);
    if (accounts.length === 0) break;
    findings.add(run, await recountUsage(snapshot, run, accounts));
    findings.add(run, await recountFees(snapshot, run, accounts, catalogue));
    findings.add(run, await recountDocuments(snapshot, run, accounts, catalogue));
    if (findings.isFull) return;
    after = accounts.at(-1) ?? null;
  }
  findings.add(run, await recountTotals(snapshot, run));
}

class Findings {
  private compared = 0;
  private readonly differences: string[] = [];

  get isFull(): boolean {
    return this.differences.length >= MAXIMUM_DIFFERENCES;
  }

  add(run: BillRunRow, recount: Recount): void {
    this.compared += recount.compared;
    this.differences.push(...recount.differences.map((sentence) => `Bill run ${run.period}: ${sentence}`));
  }

  get check(): Check {
    const listed = this.differences.slice(0, MAXIMUM_DIFFERENCES);
    if (this.isFull) listed[MAXIMUM_DIFFERENCES - 1] = 'There are more differences than are listed here.';
    return { name: 'drafts', compared: this.compared, differences: listed };
  }
}
