import { readAddOns } from '#accounts/store/assignments-reader.js';
import { readDetails } from '#accounts/store/account-store.js';
import { type Period, lastDayOf } from '#calendar/local-date.js';
import type { CatalogueTimeline } from '#catalogue/domain/catalogue-timeline.js';
import { vatTreatmentOf } from '#invoicing/domain/vat-treatment.js';
import { readUserSteps } from '#invoicing/store/user-steps.js';
import type { Queryable } from '#platform/database/database.js';
import type { DraftFacts } from '../domain/change-documents.js';

/** What an account's drafts take beside its terms, its calls and the catalogue, per month, as known at a position. */
export type DraftFactsByMonth = ReadonlyMap<Period, Omit<DraftFacts, 'catalogue'>>;

/** Read as a bill run reads it, so that the change of a draft is the change of the draft that is billed. */
export async function readDraftFacts(
  reader: Queryable,
  account: string,
  periods: readonly Period[],
  position: number,
): Promise<DraftFactsByMonth> {
  const addOns = await readAddOns(reader, position, [account]);
  const months = new Map<Period, Omit<DraftFacts, 'catalogue'>>();
  for (const period of periods) {
    const users = addOns.length === 0 ? new Map() : await readUserSteps(reader, [account], period, position);
    const details = (await readDetails(reader, [account], lastDayOf(period))).get(account);
    const treatment =
      details?.address == null
        ? undefined
        : vatTreatmentOf({ country: details.address.country, vatNumber: details.vatNumber });
    months.set(period, {
      addOns,
      users: users.get(account) ?? [],
      reverseCharge: treatment?.ok === true && treatment.value === 'reverse-charge',
    });
  }
  return months;
}

/** @throws Error for a month that was not read */
export function draftFactsOf(
  months: DraftFactsByMonth,
  period: Period,
  catalogue: CatalogueTimeline,
): DraftFacts {
  const facts = months.get(period);
  if (facts === undefined) throw new Error(`The facts of ${period} were not read`);
  return { ...facts, catalogue };
}
