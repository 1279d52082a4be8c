import { Controller, Get, Param, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { ShowCallPage } from '#call-log/show-calls/show-call-page.js';
import { ShowUsage } from '#usage/show-usage/show-usage.js';
import { Calls, Usage } from './answers.js';
import { Operation } from './operation.js';
import { valueOf } from './problem.js';
import { CallsQuery, DaysQuery, Key, day } from './schemas.js';

@ApiTags('Accounts')
@Controller('v1/accounts/:account')
export class AccountsController {
  constructor(private readonly queries: QueryBus) {}

  @Get('usage')
  @Operation({
    id: 'showUsage',
    summary: 'Usage of an account per day and class.',
    answer: Usage,
    problems: [404],
  })
  async usage(
    @Param('account', { schema: Key }) account: string,
    @Query({ schema: DaysQuery }) { from, to }: z.infer<typeof DaysQuery>,
  ) {
    return valueOf(await this.queries.execute(new ShowUsage(account, day(from), day(to))));
  }

  @Get('calls')
  @Operation({
    id: 'listCalls',
    summary: 'The rated calls of an account in order of their start, a page at a time.',
    answer: Calls,
    problems: [404],
  })
  async calls(
    @Param('account', { schema: Key }) account: string,
    @Query({ schema: CallsQuery }) query: z.infer<typeof CallsQuery>,
  ) {
    const { from, to, ...page } = query;
    return valueOf(
      await this.queries.execute(new ShowCallPage({ account, from: day(from), through: day(to), ...page })),
    );
  }
}
