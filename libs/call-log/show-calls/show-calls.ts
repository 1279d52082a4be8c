import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { accountExists } from '#accounts/store/account-store.js';
import { AMSTERDAM } from '#calendar/billing-zone.js';
import type { LocalDate } from '#calendar/local-date.js';
import { formatMicroEuros, microEuros } from '#money/money.js';
import { type Outcome, accepted, refused } from '#outcome/outcome.js';
import { Database, type Queryable } from '#platform/database/database.js';
import { bucketOf } from '#platform/identity/ids.js';
import { type RatedCallRow, type RatingRow, ratedCallsOf, ratingsOf } from '../store/rated-call-reader.js';

/** A rated call as `fairline calls` and the API show it (contracts section 4). */
export interface ShownCall {
  readonly source: string;
  readonly id: string;
  readonly startedAt: string;
  readonly from: string | null;
  readonly to: string;
  readonly user: string | null;
  readonly class: string | null;
  readonly durationSeconds: number;
  readonly billedSeconds: number;
  readonly tariffVersion: string | null;
  readonly charge: string;
  readonly regularCharge: string;
  readonly covered: boolean;
  /** Every rating the call ever had, first to last. */
  readonly ratings: readonly ShownRating[];
}

export interface ShownRating {
  readonly ratedAt: string;
  /** Id of the event that made it necessary; null for the first. */
  readonly cause: string | null;
  readonly plan: string | null;
  readonly tariffVersion: string | null;
  readonly charge: string;
  readonly regularCharge: string;
  readonly covered: boolean;
}

/** The calls of an account that started on the days from `from` through `through`; the pages are read as they are consumed. */
export class ShowCalls extends Query<Outcome<AsyncIterable<readonly ShownCall[]>>> {
  constructor(
    readonly account: string,
    readonly from: LocalDate,
    readonly through: LocalDate,
  ) {
    super();
  }
}

@QueryHandler(ShowCalls)
export class ShowCallsHandler implements IQueryHandler<ShowCalls> {
  constructor(private readonly database: Database) {}

  async execute({
    account,
    from,
    through,
  }: ShowCalls): Promise<Outcome<AsyncIterable<readonly ShownCall[]>>> {
    if (!(await accountExists(this.database, account))) {
      return refused(
        'unknown-account',
        `There is no account ${account}. "fairline load accounts" brings accounts in.`,
      );
    }
    return accepted(this.pages(account, from, through));
  }

  private async *pages(account: string, from: LocalDate, through: LocalDate): AsyncGenerator<ShownCall[]> {
    const pages = ratedCallsOf(this.database, {
      account,
      from: AMSTERDAM.startOfDay(from),
      to: AMSTERDAM.endOfDay(through),
    });
    for await (const page of pages) {
      yield showPage(this.database, account, page);
    }
  }
}

/** Calls of one account with all their ratings, as they are shown. */
export async function showPage(
  reader: Queryable,
  account: string,
  page: readonly RatedCallRow[],
): Promise<ShownCall[]> {
  const ratings = await ratingsOf(
    reader,
    bucketOf(account),
    page.map((call) => call.callKey),
  );
  return page.map((call) => shown(call, ratings.get(call.callKey) ?? []));
}

function shown(call: RatedCallRow, ratings: readonly RatingRow[]): ShownCall {
  return {
    source: call.source,
    id: call.id,
    startedAt: AMSTERDAM.format(call.startedAt),
    from: call.from,
    to: call.to,
    user: call.user,
    class: call.class,
    durationSeconds: call.talkSeconds,
    billedSeconds: call.billedSeconds,
    tariffVersion: call.tariffVersion,
    ...amountsOf(call),
    ratings: ratings.map((rating) => ({
      ratedAt: AMSTERDAM.format(rating.ratedAt),
      cause: rating.cause,
      plan: rating.plan,
      tariffVersion: rating.tariffVersion,
      ...amountsOf(rating),
    })),
  };
}

function amountsOf(amounts: { charge: number; regularCharge: number; covered: boolean }) {
  return {
    charge: formatMicroEuros(microEuros(amounts.charge)),
    regularCharge: formatMicroEuros(microEuros(amounts.regularCharge)),
    covered: amounts.covered,
  };
}
