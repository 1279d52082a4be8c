import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { BusinessClock } from '#platform/clock/business-clock.js';
import { Database } from '#platform/database/database.js';
import { BUCKETS } from '#platform/identity/ids.js';

/** Calls that were set up seven days ago by the business clock and never ended become evidence in quarantine. Repeated it does nothing. */
export class CloseOutOpenCalls extends Command<{ readonly closed: number }> {}

/** The longest that a call lasts (contracts section 1). */
const LONGEST_MILLIS = 7 * 86_400_000;
const AT_ONCE = 1_000;

@CommandHandler(CloseOutOpenCalls)
export class CloseOutOpenCallsHandler implements ICommandHandler<CloseOutOpenCalls> {
  constructor(
    private readonly database: Database,
    private readonly clock: BusinessClock,
  ) {}

  async execute(): Promise<{ closed: number }> {
    const before = new Date((await this.clock.now()) - LONGEST_MILLIS).toISOString();
    let closed = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
      const [late] = await this.database.query<{ found: boolean }>(
        'SELECT EXISTS (SELECT FROM cdr.open_call WHERE bucket = $1 AND started_at < $2::timestamptz) AS found',
        [bucket, before],
      );
      if (late?.found !== true) continue;
      for (;;) {
        const [row] = await this.database.callBucket<{ closed: number }>(
          'cdr.close_out_open_calls',
          CLOSE_OUT,
          [bucket, before, AT_ONCE],
        );
        closed += row?.closed ?? 0;
        if ((row?.closed ?? 0) < AT_ONCE) break;
      }
    }
    return { closed };
  }
}

const CLOSE_OUT = 'SELECT cdr.close_out_open_calls($1, $2, $3) AS closed';
