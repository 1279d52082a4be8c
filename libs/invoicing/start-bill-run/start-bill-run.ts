import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AMSTERDAM } from '#calendar/billing-zone.js';
import type { Instant } from '#calendar/instant.js';
import { type Period, firstDayOf, nextPeriod } from '#calendar/local-date.js';
import { execute } from '#event-store/decider.js';
import { EventStore } from '#event-store/event-store.js';
import { type Outcome, accepted, refused } from '#outcome/outcome.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import { Database, type Queryable } from '#platform/database/database.js';
import {
  type BillRunEvent,
  type BillRunState,
  type TakeDrafts,
  billRunDecider,
  billRunStreamOf,
} from '../domain/bill-run.js';
import { type RunDrafts, RunDrafting } from '../drafting/run-drafting.js';
import { invoicingEvents } from '../events/events.js';
import { writeBillRun } from '../store/bill-run-writer.js';
import { dropOtherBuilds } from '../store/draft-writer.js';

/**
 * Drafts all invoices of a month. A second time, while nothing is approved, it drafts them again by what is known then.
 * Refused: `period-open` for a month that is not over, unless `allowOpen`; `period-not-begun`; `bill-run-busy` while another one of
 * the month is being drafted.
 */
export class StartBillRun extends Command<Outcome<BillRunStarted>> {
  constructor(
    readonly period: Period,
    readonly by: string,
    readonly options: { readonly allowOpen?: boolean } = {},
  ) {
    super();
  }
}

export interface BillRunStarted {
  readonly period: Period;
  readonly revision: number;
  /** False: drafted again, and every draft is as it was; the earlier ones stay. */
  readonly changed: boolean;
  readonly documents: number;
  readonly parked: number;
}

/** With the month as second key: one run of a month is drafted at a time. Any number that nobody else uses. */
const BILL_RUN_LOCK = 7_310_047;

@CommandHandler(StartBillRun)
export class StartBillRunHandler implements ICommandHandler<StartBillRun> {
  constructor(
    private readonly database: Database,
    private readonly store: EventStore,
    private readonly clock: BusinessClock,
    private readonly drafting: RunDrafting,
  ) {}

  async execute({ period, by, options }: StartBillRun): Promise<Outcome<BillRunStarted>> {
    const now = await this.clock.now();
    const refusal = refusalOf(period, now, options.allowOpen ?? false);
    if (refusal !== undefined) return refusal;
    // The lock lives as long as its transaction: a killed process gives it back. The snapshot is taken after it, so it has what the
    // run before has written.
    return this.database.transaction(async (holder) => {
      if (!(await isAlone(holder, period))) {
        return refused(
          'bill-run-busy',
          `The bill run of ${period} is being drafted at this moment. Wait until it is done, then look at its result.`,
        );
      }
      return this.draft(period, by, now);
    });
  }

  private async draft(period: Period, by: string, now: Instant): Promise<Outcome<BillRunStarted>> {
    const made = await this.database.snapshot((snapshot) =>
      this.drafting.draftAll(snapshot, period, isOver(period, now)),
    );
    const taken = await this.take(made, by, now);
    await this.database.transaction((transaction) => dropOtherBuilds(transaction, period));
    return taken;
  }

  /** The event is what makes the drafts count, and the run's row names their build in the same transaction. */
  private async take(made: RunDrafts, by: string, at: Instant): Promise<Outcome<BillRunStarted>> {
    const executed = await execute<BillRunState, TakeDrafts, BillRunEvent>(this.store, {
      streamId: billRunStreamOf(made.drafts.period),
      decider: billRunDecider,
      command: { type: 'take-drafts', drafts: made.drafts },
      definitions: invoicingEvents,
      at,
      metadata: { actor: by },
      alongside: async (transaction, events, { after }) => {
        const last = events.at(-1);
        if (after === null || last === undefined) return;
        await writeBillRun(transaction, { ...made, revision: after.revision, by, at, last });
      },
    });
    if (!executed.ok) return executed;
    const { state, events } = executed.value;
    return accepted({
      period: made.drafts.period,
      revision: state?.revision ?? 0,
      changed: events.length > 0,
      documents: made.drafts.ready.documents + made.drafts.parked.documents,
      parked: made.drafts.parked.accounts,
    });
  }
}

function refusalOf(period: Period, now: Instant, allowOpen: boolean) {
  if (now < AMSTERDAM.startOfDay(firstDayOf(period))) {
    return refused('period-not-begun', `${period} has not begun; there is nothing to bill in it yet.`);
  }
  if (isOver(period, now) || allowOpen) return undefined;
  return refused(
    'period-open',
    `${period} is not over before ${firstDayOf(nextPeriod(period))}. Wait for its end, or allow drafts of an open month to see what it comes to so far.`,
  );
}

function isOver(period: Period, now: Instant): boolean {
  return now >= AMSTERDAM.startOfDay(firstDayOf(nextPeriod(period)));
}

async function isAlone(holder: Queryable, period: Period): Promise<boolean> {
  const [row] = await holder.query<{ locked: boolean }>(
    'SELECT pg_try_advisory_xact_lock($1::int, $2::int) AS locked',
    [BILL_RUN_LOCK, Number(period.replace('-', ''))],
  );
  return row?.locked === true;
}
