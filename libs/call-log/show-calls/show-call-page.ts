import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { accountExists } from '#accounts/store/account-store.js';
import { AMSTERDAM } from '#calendar/billing-zone.js';
import type { Instant } from '#calendar/instant.js';
import type { LocalDate } from '#calendar/local-date.js';
import { type Outcome, accepted, refused } from '#outcome/outcome.js';
import { Database } from '#platform/database/database.js';
import { ratedCallsOf } from '../store/rated-call-reader.js';
import { type ShownCall, showPage } from './show-calls.js';

export interface CallPageRequest {
  readonly account: string;
  readonly from: LocalDate;
  /** Inclusive. */
  readonly through: LocalDate;
  /** 1 to 1,000; default 500. */
  readonly limit?: number;
  /** `next` of the page before. */
  readonly after?: string;
}

export interface CallPage {
  readonly calls: readonly ShownCall[];
  /** Where the next page begins; null on the last one. */
  readonly next: string | null;
}

const DEFAULT_LIMIT = 500;
const MAXIMUM_LIMIT = 1_000;
/** Milliseconds since 1970 and the key of the call: a place in the order that calls which come in later do not shift. */
const PLACE = /^(\d{1,15})_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** One page of an account's calls, in order of their start. */
export class ShowCallPage extends Query<Outcome<CallPage>> {
  constructor(readonly request: CallPageRequest) {
    super();
  }
}

@QueryHandler(ShowCallPage)
export class ShowCallPageHandler implements IQueryHandler<ShowCallPage> {
  constructor(private readonly database: Database) {}

  async execute({ request }: ShowCallPage): Promise<Outcome<CallPage>> {
    const { account, from, through } = request;
    if (!(await accountExists(this.database, account))) {
      return refused(
        'unknown-account',
        `There is no account ${account}. "fairline load accounts" brings accounts in.`,
      );
    }
    const after = request.after === undefined ? undefined : placeIn(request.after);
    if (after === null) {
      return refused('invalid-page', `after=${request.after} is no place that a page before gave as "next".`);
    }
    const limit = Math.min(Math.max(request.limit ?? DEFAULT_LIMIT, 1), MAXIMUM_LIMIT);
    const pages = ratedCallsOf(this.database, {
      account,
      from: AMSTERDAM.startOfDay(from),
      to: AMSTERDAM.endOfDay(through),
      // One more than is shown tells whether there is a next page.
      pageSize: limit + 1,
      ...(after === undefined ? {} : { after }),
    });
    const rows = (await pages.next()).value ?? [];
    await pages.return(undefined);
    const shown = rows.slice(0, limit);
    const last = shown.at(-1);
    return accepted({
      calls: await showPage(this.database, account, shown),
      next: rows.length > limit && last !== undefined ? `${last.startedAt}_${last.callKey}` : null,
    });
  }
}

function placeIn(text: string): { startedAt: Instant; callKey: string } | null {
  const [, millis, callKey] = PLACE.exec(text) ?? [];
  if (millis === undefined || callKey === undefined) return null;
  return { startedAt: Number(millis) as Instant, callKey };
}
