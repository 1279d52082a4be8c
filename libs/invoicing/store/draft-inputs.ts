import { readAddOns, readSubscriptions } from '#accounts/store/assignments-reader.js';
import { type Period, firstDayOf, lastDayOf } from '#calendar/local-date.js';
import type { CatalogueTimeline } from '#catalogue/domain/catalogue-timeline.js';
import { microEuros } from '#money/money.js';
import type { Queryable } from '#platform/database/database.js';
import { readClassTotals } from '#usage/store/usage-reader.js';
import type { ClassUsage, DraftInput } from '../domain/draft-invoice.js';
import { readTestCalls } from './test-calls.js';
import { readUserSteps } from './user-steps.js';

/** The state of the reference data by which drafts are made. */
export interface KnownReference {
  readonly position: number;
  readonly catalogue: CatalogueTimeline;
}

/** What the drafts of accounts for a month are made from: five statements for any number of accounts. Memory grows with the accounts. */
export async function readDraftInputs(
  reader: Queryable,
  accounts: readonly string[],
  month: Period,
  { position, catalogue }: KnownReference,
): Promise<DraftInput[]> {
  const subscriptions = grouped(await readSubscriptions(reader, position, accounts));
  const addOns = grouped(await readAddOns(reader, position, accounts));
  const withAddOns = [...addOns.keys()];
  const users =
    withAddOns.length === 0 ? new Map() : await readUserSteps(reader, withAddOns, month, position);
  const usage = await readUsage(reader, accounts, month);
  return accounts.map((account) => ({
    account,
    period: month,
    subscriptions: subscriptions.get(account) ?? [],
    addOns: addOns.get(account) ?? [],
    users: users.get(account) ?? [],
    usage: usage.get(account) ?? [],
    catalogue,
  }));
}

/** Usage without the calls of test users. */
async function readUsage(
  reader: Queryable,
  accounts: readonly string[],
  month: Period,
): Promise<Map<string, (ClassUsage & { readonly account: string })[]>> {
  const totals = await readClassTotals(reader, accounts, firstDayOf(month), lastDayOf(month));
  const tested = new Map(
    (await readTestCalls(reader, accounts, month)).map((calls) => [`${calls.account} ${calls.class}`, calls]),
  );
  return grouped(
    totals
      .map((total) => {
        const test = tested.get(`${total.account} ${total.class}`);
        return {
          account: total.account,
          class: total.class,
          calls: total.calls - (test?.calls ?? 0),
          coveredCalls: total.coveredCalls,
          seconds: total.seconds - (test?.seconds ?? 0),
          charge: microEuros(total.charge),
          regularCharge: microEuros(total.regularCharge - (test?.regularCharge ?? 0)),
        };
      })
      .filter((usage) => usage.calls !== 0 || usage.seconds !== 0 || usage.charge !== 0),
  );
}

function grouped<T extends { readonly account: string }>(rows: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const group = groups.get(row.account);
    if (group === undefined) groups.set(row.account, [row]);
    else group.push(row);
  }
  return groups;
}
