import type { LocalDate, Period } from '#calendar/local-date.js';

/** A change of a subscription backwards (or forwards) in figures: contracts section 5. Amounts are decimal strings in euros. */
export interface RetroactiveChange {
  readonly account: string;
  readonly subscription: string;
  readonly from: LocalDate;
  readonly oldPlan: string;
  readonly newPlan: string;
  readonly seats: { readonly before: number; readonly after: number };
  /** Business clock, RFC 3339: as known at this moment. */
  readonly knownAt: string;
  /** Calls whose rating changes, up to the cursor of the preview. */
  readonly calls: { readonly affected: number; readonly seconds: number };
  readonly byPeriod: readonly ChargesOfClass[];
  /** Of the calls that are affected. */
  readonly callCharges: { readonly before: string; readonly after: string };
  /** Fees of subscriptions and add-ons on the documents below. */
  readonly subscriptionFees: { readonly before: string; readonly after: string };
  /** Sums of the documents. */
  readonly net: string;
  readonly vat: string;
  readonly total: string;
  readonly documents: readonly DocumentOfChange[];
  /** SHA-256 over everything that decides the amounts. */
  readonly hash: string;
}

/** The affected calls of a month in one destination class (the one they have after the change). */
export interface ChargesOfClass {
  readonly period: Period;
  /** Number of the finalised invoice that billed them; null while the month is open. */
  readonly invoice: string | null;
  readonly class: string;
  readonly calls: number;
  readonly seconds: number;
  readonly chargeBefore: string;
  readonly chargeAfter: string;
}

/** Where the difference is billed: net, vat and total are what the change adds to it. */
export interface DocumentOfChange {
  readonly kind: 'invoice' | 'credit-note' | 'next-draft';
  readonly period: Period;
  /** Number of the finalised document that it corrects; null for a draft. */
  readonly corrects: string | null;
  readonly net: string;
  readonly vat: string;
  readonly total: string;
}

/** Calls that came in after the preview: they follow the new terms without being part of its amounts. */
export interface ArrivedSince {
  readonly calls: number;
  readonly seconds: number;
  /** By the new terms. */
  readonly charge: string;
}
