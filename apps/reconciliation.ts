import type { LocalDate } from '#calendar/local-date.js';
import { type IntakeReconciliation, reconcileIntake } from '#call-log/reconcile/reconcile-intake.js';
import { type BilledPeriod, reconcileBilling } from '#invoicing/reconcile-billing/reconcile-billing.js';
import type { Database } from '#platform/database/database.js';
import { type ReconciledDay, reconcileUsage } from '#usage/reconcile-usage/reconcile-usage.js';

/** From the record that was read to the amount that is drafted. */
export interface Reconciliation {
  readonly from: LocalDate;
  readonly to: LocalDate;
  /** Records read on these days = stored + duplicates + quarantined. */
  readonly intake: Omit<IntakeReconciliation, 'differences'>;
  /** Calls that started on these days: stored = rated = counted in usage. */
  readonly calls: readonly ReconciledDay[];
  /** Of the months that the days touch. */
  readonly billing: readonly BilledPeriod[];
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
  return { from, to, intake, calls: usage.days, billing, differences };
}
