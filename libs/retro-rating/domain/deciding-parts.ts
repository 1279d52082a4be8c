import { createHash } from 'node:crypto';
import type { SubscriptionTerms } from '#accounts/domain/subscriptions.js';
import type { LocalDate, Period } from '#calendar/local-date.js';
import type { DocumentOfChange } from './retroactive-change.js';

/** Everything that decides the amounts of a change, part by part, so that a refusal can say which of them is no longer so. */
export interface DecidingParts {
  readonly change: {
    readonly account: string;
    readonly subscription: string;
    readonly plan: string;
    readonly seats: number;
    readonly from: LocalDate;
    /** The last month with a document. */
    readonly through: Period;
  };
  readonly subscriptions: {
    /** Of the account's stream: grows with each change. */
    readonly version: number;
    readonly terms: readonly SubscriptionTerms[];
  };
  /** Versions of the catalogue that hold in the months of the change. */
  readonly catalogue: readonly { readonly validFrom: LocalDate | null; readonly fingerprint: string }[];
  /** Versions of the tariffs of the account's plans, old and new. */
  readonly tariffs: readonly { readonly version: string; readonly fingerprint: string }[];
  readonly calls: { readonly count: number; readonly digest: string };
  readonly closed: readonly { readonly period: Period; readonly invoice: string }[];
  readonly fees: { readonly before: string; readonly after: string };
  readonly documents: readonly DocumentOfChange[];
}

/** SHA-256 of the parts, whatever the order of their keys. */
export function hashOf(parts: DecidingParts): string {
  return createHash('sha256').update(canonical(parts)).digest('hex');
}

/** What is otherwise than it was, a sentence each; what only follows from something else that is named is left out. */
export function whatChanged(then: DecidingParts, now: DecidingParts): string[] {
  const { account } = now.change;
  const sentences: string[] = [];
  if (differ(then.subscriptions, now.subscriptions)) {
    sentences.push(`the subscriptions of ${account} changed since`);
  }
  if (differ(then.catalogue, now.catalogue)) {
    const fresh = now.catalogue.filter((one) => !then.catalogue.some((old) => !differ(old, one)));
    sentences.push(
      `a catalogue version was published since (${fresh.map((one) => `from ${one.validFrom ?? 'the beginning'}`).join(', ') || 'one no longer holds'})`,
    );
  }
  if (differ(then.tariffs, now.tariffs)) {
    const fresh = now.tariffs.filter((one) => !then.tariffs.some((old) => !differ(old, one)));
    sentences.push(
      `a tariff version was published since (${fresh.map((one) => one.version).join(', ') || 'one no longer holds'})`,
    );
  }
  if (differ(then.closed, now.closed)) {
    const fresh = now.closed.filter((one) => !then.closed.some((old) => old.period === one.period));
    sentences.push(
      `an invoice was finalised since (${fresh.map((one) => `${one.invoice} of ${one.period}`).join(', ') || 'one was corrected'})`,
    );
  }
  if (sentences.length > 0) return sentences;
  if (differ(then.calls, now.calls)) {
    sentences.push(`numbers or users of ${account} changed since, so its calls would be rated otherwise`);
  }
  if (differ(then.fees, now.fees)) {
    sentences.push(
      `its fees are others now (${then.fees.after} → ${now.fees.after}): users or add-ons changed since`,
    );
  }
  if (sentences.length === 0 && differ(then.documents, now.documents)) {
    sentences.push('VAT or totals of its drafts are others now');
  }
  return sentences;
}

function differ(a: unknown, b: unknown): boolean {
  return canonical(a) !== canonical(b);
}

/** JSON with sorted keys: what comes back from the database has another order of keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
