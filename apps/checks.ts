import { verifyAccounts } from '#accounts/verify-accounts/verify-accounts.js';
import { verifySubscriptions } from '#accounts/verify-accounts/verify-subscriptions.js';
import { ReferenceDataReader } from '#call-log/store/reference-data-reader.js';
import { verifyBatches } from '#call-log/verify-call-log/verify-batches.js';
import { verifyCallLog } from '#call-log/verify-call-log/verify-call-log.js';
import { verifyQuarantine } from '#call-log/verify-call-log/verify-quarantine.js';
import { verifyCatalogue } from '#catalogue/verify-catalogue/verify-catalogue.js';
import { EventRegistry } from '#event-store/event-registry.js';
import { verifyEventStore } from '#event-store/verify/verify-event-store.js';
import { verifyCaseFiles } from '#fair-use/case/store/rebuild-case-files.js';
import { verifyFindings } from '#fair-use/verify/verify-findings.js';
import { verifyDrafts } from '#invoicing/verify-drafts/verify-drafts.js';
import { verifyNotices } from '#notices/store/verify-notices.js';
import type { Check } from '#platform/verification/check.js';
import { verifyTariffs } from '#rating/verify-tariffs/verify-tariffs.js';
import { verifyRatings } from '#retro-rating/verify-ratings/verify-ratings.js';
import { verifyUsage } from '#usage/verify-usage/verify-usage.js';
import type { Program } from './program.js';

/** What `fairline verify` compares, in the order in which one builds on the other. */
const checks: readonly ((program: Program) => Promise<Check>)[] = [
  ({ database, app }) => verifyEventStore(database, app.get(EventRegistry)),
  ({ database }) => verifyCatalogue(database),
  ({ database }) => verifyTariffs(database),
  ({ database }) => verifyAccounts(database),
  ({ database, app }) => verifySubscriptions(database, app.get(EventRegistry)),
  ({ database }) => verifyCallLog(database),
  ({ database }) => verifyBatches(database),
  ({ database }) => verifyQuarantine(database),
  ({ database, app }) => verifyRatings(database, app.get(ReferenceDataReader)),
  ({ database }) => verifyUsage(database),
  ({ database }) => verifyFindings(database),
  ({ database, store }) => verifyCaseFiles(database, store),
  ({ database, store }) => verifyNotices(database, store),
  ({ database }) => verifyDrafts(database),
];

export interface Verification {
  readonly checks: readonly Check[];
}

/** Recomputes every read model from the two logs and compares; each check reads a snapshot of its own. */
export async function verifyEverything(
  program: Program,
  options: { readonly onCheck?: (done: number, of: number) => void; readonly signal?: AbortSignal } = {},
): Promise<Verification> {
  const results: Check[] = [];
  for (const check of checks) {
    options.signal?.throwIfAborted();
    results.push(await check(program));
    options.onCheck?.(results.length, checks.length);
  }
  return { checks: results };
}

export function differencesIn(verification: Verification): number {
  return verification.checks.reduce((sum, check) => sum + check.differences.length, 0);
}
