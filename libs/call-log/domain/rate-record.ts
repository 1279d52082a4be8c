import type { Assignments, UserAssignment } from '#accounts/domain/assignments.js';
import { AMSTERDAM } from '#calendar/billing-zone.js';
import type { Catalogue } from '#catalogue/domain/catalogue.js';
import type { CatalogueTimeline } from '#catalogue/domain/catalogue-timeline.js';
import { type PlanTerms, type Rating, rateCall } from '#rating/domain/rate-call.js';
import type { TariffBook } from '#rating/domain/tariff-book.js';
import type { CallRecord, Rejection } from './call-record.js';

/** Everything a call is assigned and rated by, as known at one position of the event store. */
export interface ReferenceData {
  readonly position: number;
  readonly assignments: Assignments;
  readonly catalogue: CatalogueTimeline;
  readonly tariffs: TariffBook;
}

/** The part of a call that decides its price. */
export type Rateable = Pick<CallRecord, 'direction' | 'to' | 'startedAt' | 'answeredAt' | 'talkSeconds'>;

export interface RatedBy {
  readonly rating: Rating;
  readonly subscription: string | null;
  readonly plan: string | null;
  readonly test: boolean;
}

export type RatedRecord =
  { readonly ok: true; readonly value: RatedBy } | { readonly ok: false; readonly rejection: Rejection };

/** Calls without a plan that are kept all the same (test users) are rated as on this one: never covered, never charged. */
const NO_PLAN: PlanTerms = { kind: 'metered', includes: new Set(), tariff: '' };
const termsCache = new WeakMap<Catalogue, Map<string, PlanTerms | undefined>>();

/** Rates one call of an account by the subscription that covers its user at its start (contracts sections 2 and 3). */
export function rateRecord(
  call: Rateable,
  account: string,
  user: UserAssignment | undefined,
  reference: ReferenceData,
): RatedRecord {
  const test = user?.test ?? false;
  const coverage = reference.assignments.coverage(account, user, call.startedAt);
  if (coverage.kind === 'several') {
    return rejected(
      'no-subscription',
      `${account} has the subscriptions ${coverage.subscriptions.join(' and ')} in force, and user ${user?.user ?? 'unknown'} belongs to none of them.`,
    );
  }
  const day = AMSTERDAM.localDateAt(call.startedAt);
  const terms = coverage.kind === 'none' ? undefined : coverage.terms;
  const plan = terms === undefined ? undefined : planTerms(reference.catalogue.at(day), terms.plan);
  if (plan === undefined && !test) {
    const reason =
      terms === undefined
        ? `${account} has no subscription in force on ${day}.`
        : `Plan ${terms.plan} of ${account} is not in the catalogue of ${day}.`;
    return rejected('no-subscription', reason);
  }
  const onNet =
    call.direction === 'outbound' && reference.assignments.ownsNumber(account, call.to, call.startedAt);
  const { direction, to, startedAt, answeredAt, talkSeconds } = call;
  const result = rateCall(
    { direction, to, startedAt, answeredAt, talkSeconds, onNet, testUser: test },
    plan ?? NO_PLAN,
    reference.tariffs,
    AMSTERDAM,
  );
  if (!result.ok) return rejected('no-rate', result.message);
  return {
    ok: true,
    value: {
      rating: result.rating,
      subscription: terms?.subscription ?? null,
      plan: terms?.plan ?? null,
      test,
    },
  };
}

/** The terms of a plan in one version of the catalogue, made once and not per call. */
export function planTerms(catalogue: Catalogue | undefined, id: string): PlanTerms | undefined {
  if (catalogue === undefined) return undefined;
  let plans = termsCache.get(catalogue);
  if (plans === undefined) {
    plans = new Map(
      catalogue.plans.map((plan) => [
        plan.id,
        { kind: plan.kind, includes: new Set(plan.includes), tariff: plan.tariff },
      ]),
    );
    termsCache.set(catalogue, plans);
  }
  return plans.get(id);
}

function rejected(code: Rejection['code'], reason: string): RatedRecord {
  return { ok: false, rejection: { code, reason } };
}
