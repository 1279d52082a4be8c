import { readAddOns } from '#accounts/store/assignments-reader.js';
import { readDetails } from '#accounts/store/account-store.js';
import { AMSTERDAM } from '#calendar/billing-zone.js';
import type { Instant } from '#calendar/instant.js';
import { type LocalDate, type Period, lastDayOf } from '#calendar/local-date.js';
import type { AddOnHeld, UserStep } from '#invoicing/domain/draft-invoice.js';
import { vatTreatmentOf } from '#invoicing/domain/vat-treatment.js';
import type { Queryable } from '#platform/database/database.js';

/** What an account's drafts take beside its terms and its calls, as known at a position. */
export interface AccountDraftFacts {
  readonly addOns: readonly AddOnHeld[];
  readonly users: readonly UserStep[];
  /** Months in which the customer owes the VAT. */
  readonly reverseCharge: ReadonlySet<Period>;
}

export async function readDraftFacts(
  reader: Queryable,
  account: string,
  periods: readonly Period[],
  position: number,
): Promise<AccountDraftFacts> {
  const reverseCharge = new Set<Period>();
  for (const period of periods) {
    const details = (await readDetails(reader, [account], lastDayOf(period))).get(account);
    if (details?.address == null) continue;
    const treatment = vatTreatmentOf({ country: details.address.country, vatNumber: details.vatNumber });
    if (treatment.ok && treatment.value === 'reverse-charge') reverseCharge.add(period);
  }
  return {
    addOns: await readAddOns(reader, position, [account]),
    users: await readUserSteps(reader, account, position),
    reverseCharge,
  };
}

async function readUserSteps(reader: Queryable, account: string, position: number): Promise<UserStep[]> {
  const rows = await reader.query<{ from: Instant; to: Instant | null }>(
    `SELECT valid_from AS "from", valid_to AS "to" FROM accounts.user_assignment
     WHERE account = $1 AND NOT test AND known_from <= $2 AND (known_to IS NULL OR known_to > $2)`,
    [account, position],
  );
  const changes = new Map<LocalDate, number>();
  for (const { from, to } of rows) {
    add(changes, from, 1);
    if (to !== null) add(changes, to, -1);
  }
  let users = 0;
  return [...changes]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([from, by]) => {
      users += by;
      return { from, users };
    });
}

function add(changes: Map<LocalDate, number>, at: Instant, by: number): void {
  const day = AMSTERDAM.localDateAt(at);
  changes.set(day, (changes.get(day) ?? 0) + by);
}
