import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Instant } from '#calendar/instant.js';
import type { MicroEuros } from '#money/money.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import { Database } from '#platform/database/database.js';
import { rateRecord } from '../domain/rate-record.js';
import { type OpenCall, allOpenCalls, openCallsOf } from '../store/open-calls.js';
import { ReferenceDataReader } from '../store/reference-data-reader.js';

/** An open call as it stands: what it has cost so far, were it to end now. Provisional: only its end makes a call. */
export interface LiveCall extends OpenCall {
  readonly secondsSoFar: number;
  readonly chargeSoFar: MicroEuros | null;
  readonly regularChargeSoFar: MicroEuros | null;
}

/** Open calls up to a watermark, longest open first: of one account, or of all; 10,000 at most. */
export class ListOpenCalls extends Query<readonly LiveCall[]> {
  /** @param until default the business clock */
  constructor(
    readonly account?: string,
    readonly until?: Instant,
  ) {
    super();
  }
}

@QueryHandler(ListOpenCalls)
export class ListOpenCallsHandler implements IQueryHandler<ListOpenCalls> {
  constructor(
    private readonly database: Database,
    private readonly reference: ReferenceDataReader,
    private readonly clock: BusinessClock,
  ) {}

  async execute({ account, until }: ListOpenCalls): Promise<readonly LiveCall[]> {
    const at = until ?? (await this.clock.now());
    const reference = await this.reference.current();
    const calls =
      account === undefined
        ? await allOpenCalls(this.database, at)
        : await openCallsOf(this.database, account);
    return calls.map((call) => {
      const secondsSoFar = Math.max(0, Math.floor((at - (call.answeredAt ?? at)) / 1000));
      const user = call.user === null ? undefined : reference.assignments.user(call.user, call.startedAt);
      const rated = rateRecord({ ...call, talkSeconds: secondsSoFar }, call.accountFound, user, reference);
      return {
        ...call,
        secondsSoFar,
        chargeSoFar: rated.ok ? rated.value.rating.charge : null,
        regularChargeSoFar: rated.ok ? rated.value.rating.regularCharge : null,
      };
    });
  }
}
