import { Injectable } from '@nestjs/common';
import type { Period } from '#calendar/local-date.js';

/** A month of an account whose invoice is final. */
export interface ClosedPeriod {
  readonly period: Period;
  /** Number of that invoice. */
  readonly invoice: string;
}

/**
 * Which months of an account are closed: their difference goes on a credit note or an invoice that corrects, not on the next draft. Who
 * finalises invoices implements it.
 */
export abstract class ClosedPeriods {
  abstract of(account: string, periods: readonly Period[]): Promise<readonly ClosedPeriod[]>;
}

/** While invoices are drafts only, no month is closed. */
@Injectable()
export class NoClosedPeriods extends ClosedPeriods {
  of(): Promise<readonly ClosedPeriod[]> {
    return Promise.resolve([]);
  }
}
