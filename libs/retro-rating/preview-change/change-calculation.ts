import { Injectable } from '@nestjs/common';
import { AMSTERDAM } from '#calendar/billing-zone.js';
import { type Instant, formatInstant } from '#calendar/instant.js';
import {
  type LocalDate,
  type Period,
  eachDay,
  firstDayOf,
  lastDayOf,
  periodOf,
} from '#calendar/local-date.js';
import { LogProjection } from '#call-log/domain/log-entry.js';
import type { ReferenceData } from '#call-log/domain/rate-record.js';
import { ratedCallsOf } from '#call-log/store/rated-call-reader.js';
import { ReferenceDataReader } from '#call-log/store/reference-data-reader.js';
import type { CatalogueTimeline } from '#catalogue/domain/catalogue-timeline.js';
import { catalogueFingerprint } from '#catalogue/domain/parse-catalogue.js';
import { EventStore } from '#event-store/event-store.js';
import { formatCents, formatMicroEuros, microEuros } from '#money/money.js';
import { type Outcome, accepted, refused } from '#outcome/outcome.js';
import { Database } from '#platform/database/database.js';
import { ClosedPeriods } from '../closed-periods.js';
import { type ChangeOfSubscription, type DecidedChange, decideChangeOf } from '../domain/change-command.js';
import { type DocumentsOfChange, draftsOfChange, periodsFrom } from '../domain/change-documents.js';
import { ChangeFigures } from '../domain/change-figures.js';
import { type DecidingParts, hashOf } from '../domain/deciding-parts.js';
import { rerate } from '../domain/reratings.js';
import type { ArrivedSince, RetroactiveChange } from '../domain/retroactive-change.js';
import { draftFactsOf } from '../store/draft-facts-reader.js';
import { type ChangeFacts, readChangeFacts, readTariffVersions } from '../store/change-facts-reader.js';

/** A change worked out, with what its hash is made of. */
export interface CalculatedChange {
  readonly decided: DecidedChange;
  readonly facts: ChangeFacts;
  readonly through: Period;
  readonly cursorSeq: number;
  readonly parts: DecidingParts;
  readonly result: RetroactiveChange;
}

/** Where a calculation stops; absent: now. A confirmation gives the ones of its preview. */
export interface Limits {
  readonly through: Period;
  readonly cursorSeq: number;
}

const END_OF_TIME = Date.UTC(2200, 0, 1) as Instant;

/** Works out a change of a subscription: the one calculation behind the preview and behind its confirmation. */
@Injectable()
export class ChangeCalculation {
  constructor(
    private readonly database: Database,
    private readonly store: EventStore,
    private readonly reference: ReferenceDataReader,
    private readonly projection: LogProjection,
    private readonly closedPeriods: ClosedPeriods,
  ) {}

  /** @returns the refusals of the change itself, `unknown-account`, `ratings-pending`, `unratable`, `draft-incomplete`, `month-closed` */
  async of(change: ChangeOfSubscription, at: Instant, limits?: Limits): Promise<Outcome<CalculatedChange>> {
    const { account, from } = change;
    const through = limits?.through ?? periodOf(AMSTERDAM.localDateAt(at));
    const periods = periodsFrom(periodOf(from), through);
    const facts = await readChangeFacts(this.database, this.store, account, periods);
    if (facts === undefined) return unknownAccount(account);
    if (facts.pending) return ratingsPending(account);
    const reference = await this.reference.at(facts.referencePosition);
    const decided = decideChangeOf(change, facts.terms, reference.catalogue);
    if (!decided.ok) return decided;
    const cursorSeq = limits?.cursorSeq ?? facts.head.lastSeq;
    const figures = await this.figuresOf(account, from, cursorSeq, changedBy(decided.value, reference));
    const [lost] = figures.unratable.first;
    if (lost !== undefined) return unratable(account, figures.unratable.count, lost);
    const closed = await this.closedPeriods.of(account, periods);
    const [firstClosed] = closed;
    if (firstClosed !== undefined) return monthClosed(firstClosed);
    const documents = draftsOfChange(account, periods, decided.value, figures, (period) =>
      draftFactsOf(facts.drafts, period, reference.catalogue),
    );
    if (!documents.ok) return documents;
    const span = {
      from: firstDayOf(periodOf(from)),
      through: lastDayOf(through > periodOf(from) ? through : periodOf(from)),
    };
    const { changed, after } = decided.value;
    const parts: DecidingParts = {
      change: {
        account,
        subscription: changed.subscription,
        plan: changed.plan,
        seats: changed.seats,
        from,
        through,
      },
      subscriptions: { version: facts.streamVersion, terms: facts.terms },
      catalogue: catalogueVersions(reference.catalogue, span),
      tariffs: await this.tariffVersions(reference.catalogue, [...facts.terms, ...after], span),
      calls: figures.finish(),
      closed,
      fees: feesOf(documents.value),
      documents: documents.value.documents,
    };
    const result = resultOf(decided.value, figures, documents.value, at, hashOf(parts));
    return accepted({ decided: decided.value, facts, through, cursorSeq, parts, result });
  }

  /** Calls that started on the days of the change and came in after a cursor, by the new terms. */
  async arrivedSince(calculated: CalculatedChange): Promise<Outcome<ArrivedSince>> {
    const { decided, facts, cursorSeq } = calculated;
    const { account, from } = decided.changed;
    const reference = changedBy(decided, await this.reference.at(facts.referencePosition));
    const sums = { calls: 0, seconds: 0, charge: 0 };
    const pages = ratedCallsOf(this.database, {
      account,
      from: AMSTERDAM.startOfDay(from),
      to: END_OF_TIME,
      afterSeq: cursorSeq,
      throughSeq: facts.head.lastSeq,
    });
    for await (const page of pages) {
      const result = rerate(page, reference);
      const [lost] = result.unratable;
      if (lost !== undefined) return unratable(account, result.unratable.length, lost);
      for (const { call, after } of result.rerated) {
        sums.calls += 1;
        sums.seconds += call.talkSeconds;
        sums.charge += after.rating.charge;
      }
    }
    return accepted({ ...sums, charge: formatMicroEuros(microEuros(sums.charge)) });
  }

  /** From the first day of the month, since a month's usage line is rounded as a whole. */
  private async figuresOf(
    account: string,
    from: LocalDate,
    throughSeq: number,
    reference: ReferenceData,
  ): Promise<ChangeFigures> {
    const figures = new ChangeFigures(this.projection, AMSTERDAM.startOfDay(from), reference);
    const pages = ratedCallsOf(this.database, {
      account,
      from: AMSTERDAM.startOfDay(firstDayOf(periodOf(from))),
      to: END_OF_TIME,
      throughSeq,
    });
    for await (const page of pages) figures.add(page);
    return figures;
  }

  private async tariffVersions(
    catalogue: CatalogueTimeline,
    terms: readonly { readonly plan: string }[],
    span: { from: LocalDate; through: LocalDate },
  ) {
    const tariffs = new Set<string>();
    for (const day of eachDay(span.from, span.through)) {
      for (const { plan } of terms) {
        const tariff = catalogue.planAt(plan, day)?.tariff;
        if (tariff !== undefined) tariffs.add(tariff);
      }
    }
    return readTariffVersions(this.database, [...tariffs], span.through);
  }
}

function changedBy(decided: DecidedChange, reference: ReferenceData): ReferenceData {
  const assignments = reference.assignments.withSubscriptions(decided.changed.account, decided.after);
  return { ...reference, assignments };
}

function catalogueVersions(catalogue: CatalogueTimeline, span: { from: LocalDate; through: LocalDate }) {
  const versions = new Set([...eachDay(span.from, span.through)].map((day) => catalogue.at(day)));
  return [...versions].flatMap((version) =>
    version === undefined
      ? []
      : [{ validFrom: version.validFrom, fingerprint: catalogueFingerprint(version) }],
  );
}

function feesOf({ fees }: DocumentsOfChange): { before: string; after: string } {
  return { before: formatCents(fees.before), after: formatCents(fees.after) };
}

function resultOf(
  decided: DecidedChange,
  figures: ChangeFigures,
  documents: DocumentsOfChange,
  knownAt: Instant,
  hash: string,
): RetroactiveChange {
  const { changed, oldPlan, oldSeats } = decided;
  const { affected } = figures;
  return {
    account: changed.account,
    subscription: changed.subscription,
    from: changed.from,
    oldPlan,
    newPlan: changed.plan,
    seats: { before: oldSeats, after: changed.seats },
    knownAt: formatInstant(knownAt),
    calls: { affected: affected.calls, seconds: affected.seconds },
    byPeriod: figures.byPeriod.map(({ period, class: ofClass, calls, seconds, before, after }) => ({
      period,
      invoice: null,
      class: ofClass,
      calls,
      seconds,
      chargeBefore: formatMicroEuros(before),
      chargeAfter: formatMicroEuros(after),
    })),
    callCharges: { before: formatMicroEuros(affected.before), after: formatMicroEuros(affected.after) },
    subscriptionFees: feesOf(documents),
    net: formatCents(documents.net),
    vat: formatCents(documents.vat),
    total: formatCents(documents.total),
    documents: documents.documents,
    hash,
  };
}

function unknownAccount(account: string): Outcome<never> {
  return refused(
    'unknown-account',
    `There is no account ${account}. "fairline load accounts" brings accounts in.`,
  );
}

function ratingsPending(account: string): Outcome<never> {
  return refused(
    'ratings-pending',
    `An earlier change of ${account} is decided and the ratings of its calls have not followed yet. Try again when they have.`,
  );
}

function unratable(
  account: string,
  count: number,
  { call, reason }: { call: { callKey: string }; reason: string },
): Outcome<never> {
  return refused(
    'unratable',
    `${count} call(s) of ${account} would have no price after the change: ${reason} Choose another plan or day, or load the missing prices.`,
    { count, call: call.callKey },
  );
}

function monthClosed({ period, invoice }: { period: Period; invoice: string }): Outcome<never> {
  return refused(
    'month-closed',
    `Month ${period} is closed by invoice ${invoice}, and credit notes are not made yet. Choose a day after it.`,
  );
}
