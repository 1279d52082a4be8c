import type { LocalDate, Period } from '#calendar/local-date.js';
import { type IntakeReconciliation, reconcileIntake } from '#call-log/reconcile/reconcile-intake.js';
import { reconcileBilling } from '#invoicing/reconcile-billing/reconcile-billing.js';
import { formatMicroEuros, microEuros } from '#money/money.js';
import type { Database } from '#platform/database/database.js';
import { reconcileUsage } from '#usage/reconcile-usage/reconcile-usage.js';

/** Amounts are decimal strings, exact. */
export interface DayOfCalls {
  readonly day: LocalDate;
  /** Calls in the log. */
  readonly stored: number;
  /** Calls that have a rating: each has its first one in its own row. */
  readonly rated: number;
  /** Calls in usage. */
  readonly counted: number;
  /** By the current ratings. */
  readonly charged: string;
  /** In usage. */
  readonly chargeCounted: string;
}

/** charged = drafted + parked + unbilled. */
export interface MonthOfCharges {
  readonly period: Period;
  readonly charged: string;
  /** In drafts that could go out; null without a bill run. */
  readonly drafted: string | null;
  readonly parked: string | null;
  readonly unbilled: string;
}

/** From the record that was read to the amount that is drafted. */
export interface Reconciliation {
  readonly from: LocalDate;
  readonly to: LocalDate;
  /** Records read on these days = stored + duplicates + quarantined. */
  readonly intake: Omit<IntakeReconciliation, 'differences'>;
  /** Calls that started on these days: stored = rated = counted in usage. */
  readonly calls: readonly DayOfCalls[];
  /** Of the months that the days touch. */
  readonly billing: readonly MonthOfCharges[];
  /** A sentence each, with the records behind it; none when everything balances. */
  readonly differences: readonly string[];
}

export async function reconcile(
  { database }: { readonly database: Database },
  from: LocalDate,
  to: LocalDate,
): Promise<Reconciliation> {
  const { differences: ofIntake, ...intake } = await reconcileIntake(database, from, to);
  const usage = await reconcileUsage(database, from, to);
  const billing = await reconcileBilling(database, from, to);
  const differences = [
    ...ofIntake.map((one) => `intake: ${one}`),
    ...usage.differences.map((one) => `usage: ${one}`),
  ];
  const calls = usage.days.map(({ charged, chargeCounted, ...day }) => ({
    ...day,
    rated: day.stored,
    charged: amount(charged),
    chargeCounted: amount(chargeCounted),
  }));
  const months = billing.map(({ period, charged, drafted, parked, unbilled }) => ({
    period,
    charged: amount(charged),
    drafted: drafted === null ? null : amount(drafted),
    parked: parked === null ? null : amount(parked),
    unbilled: amount(unbilled),
  }));
  return { from, to, intake, calls, billing: months, differences };
}

const EXACT_DECIMALS = 6;

function amount(value: number): string {
  return formatMicroEuros(microEuros(value), EXACT_DECIMALS);
}
