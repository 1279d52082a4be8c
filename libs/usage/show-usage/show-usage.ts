import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { accountExists } from '#accounts/store/account-store.js';
import type { LocalDate } from '#calendar/local-date.js';
import { formatMicroEuros, microEuros } from '#money/money.js';
import { type Outcome, accepted, refused } from '#outcome/outcome.js';
import { Database } from '#platform/database/database.js';
import { readDailyUsage } from '../store/usage-reader.js';

export interface UsageOfAccount {
  readonly account: string;
  readonly days: readonly {
    readonly day: LocalDate;
    readonly class: string;
    readonly calls: number;
    readonly seconds: number;
    readonly charge: string;
    readonly regularCharge: string;
    /** How many of the calls unlimited calling covered. */
    readonly included: number;
  }[];
}

/** Usage of an account per day and class; both days are inclusive. */
export class ShowUsage extends Query<Outcome<UsageOfAccount>> {
  constructor(
    readonly account: string,
    readonly from: LocalDate,
    readonly through: LocalDate,
  ) {
    super();
  }
}

@QueryHandler(ShowUsage)
export class ShowUsageHandler implements IQueryHandler<ShowUsage> {
  constructor(private readonly database: Database) {}

  async execute({ account, from, through }: ShowUsage): Promise<Outcome<UsageOfAccount>> {
    if (!(await accountExists(this.database, account))) {
      return refused(
        'unknown-account',
        `There is no account ${account}. "fairline load accounts" brings accounts in.`,
      );
    }
    const rows = await readDailyUsage(this.database, account, from, through);
    return accepted({
      account,
      days: rows.map((row) => ({
        day: row.day,
        class: row.class,
        calls: row.calls,
        seconds: row.seconds,
        charge: formatMicroEuros(microEuros(row.charge)),
        regularCharge: formatMicroEuros(microEuros(row.regularCharge)),
        included: row.coveredCalls,
      })),
    });
  }
}
