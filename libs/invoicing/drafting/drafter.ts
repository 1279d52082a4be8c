import { Injectable } from '@nestjs/common';
import { type AccountDetails, readDetails } from '#accounts/store/account-store.js';
import { type Period, lastDayOf } from '#calendar/local-date.js';
import { readCatalogue } from '#catalogue/store/catalogue-store.js';
import { readReferenceHead } from '#catalogue/store/reference-head.js';
import { type Outcome, accepted } from '#outcome/outcome.js';
import type { Queryable } from '#platform/database/database.js';
import { type DraftInvoice, draftInvoice } from '../domain/draft-invoice.js';
import { type OpenRecords, type ParkedReason, reasonsToPark } from '../domain/parking.js';
import { type VatTreatment, vatTreatmentOf } from '../domain/vat-treatment.js';
import { PendingRatings } from '../pending-ratings.js';
import { type KnownReference, readDraftInputs } from '../store/draft-inputs.js';
import { readOpenRecords } from '../store/open-records.js';

/** The draft of one account, and why it can't go out as it is; no reasons: it is ready. */
export interface AccountDraft {
  readonly invoice: DraftInvoice;
  readonly reverseCharge: boolean;
  readonly reasons: readonly ParkedReason[];
}

/** What is read once for all accounts, in the snapshot in which they are drafted. */
export interface DraftingTable extends KnownReference {
  readonly period: Period;
  readonly pending: ReadonlySet<string>;
  readonly openRecords: ReadonlyMap<string, OpenRecords>;
}

const NONE: OpenRecords = new Map();

/** Makes drafts of what a snapshot of the database knows. It reads and writes nothing. */
@Injectable()
export class Drafter {
  constructor(private readonly pendingRatings: PendingRatings) {}

  /** @param account only this one will be drafted */
  async prepare(snapshot: Queryable, period: Period, account?: string): Promise<DraftingTable> {
    const position = await readReferenceHead(snapshot);
    return {
      period,
      position,
      catalogue: await readCatalogue(snapshot, position),
      pending: new Set(await this.pendingRatings.accountsPending(snapshot)),
      openRecords: await readOpenRecords(snapshot, period, account),
    };
  }

  /** Drafts of accounts in their order, of those with nothing to bill too. */
  async draft(
    snapshot: Queryable,
    accounts: readonly string[],
    table: DraftingTable,
  ): Promise<AccountDraft[]> {
    const inputs = await readDraftInputs(snapshot, accounts, table.period, table);
    const details = await readDetails(snapshot, accounts, lastDayOf(table.period));
    return inputs.map((input) => {
      const party = details.get(input.account);
      const treatment = treatmentOf(party);
      const reverseCharge = treatment.ok && treatment.value === 'reverse-charge';
      const invoice = draftInvoice({ ...input, reverseCharge });
      const reasons = reasonsToPark(invoice, {
        hasAddress: party?.address != null,
        treatment,
        ratingsPending: table.pending.has(input.account),
        openRecords: table.openRecords.get(input.account) ?? NONE,
      });
      return { invoice, reverseCharge, reasons };
    });
  }
}

function treatmentOf(party: AccountDetails | undefined): Outcome<VatTreatment> {
  if (party?.address == null) return accepted('domestic');
  return vatTreatmentOf({ country: party.address.country, vatNumber: party.vatNumber });
}

/** Whether a bill run keeps it: it charges something, or somebody has to look at it. */
export function isToBill({ invoice, reasons }: AccountDraft): boolean {
  return invoice.lines.length > 0 || reasons.length > 0;
}
