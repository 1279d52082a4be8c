import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { ShowBillRun } from '#invoicing/show-bill-run/show-bill-run.js';
import { ShowDraftInvoice } from '#invoicing/show-draft-invoice/show-draft-invoice.js';
import { StartBillRun } from '#invoicing/start-bill-run/start-bill-run.js';
import { BillRun, BillRunStarted, Draft } from './answers.js';
import { Operation } from './operation.js';
import { valueOf } from './problem.js';
import { BillRunRequest, Key, LiveQuery, PeriodText, month } from './schemas.js';

@ApiTags('Bill runs')
@Controller('v1/bill-runs/:period')
export class BillRunsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Post()
  @Operation({
    id: 'startBillRun',
    summary: 'Drafts every invoice of a month, or drafts them again.',
    answer: BillRunStarted,
    problems: [409],
  })
  async start(
    @Param('period', { schema: PeriodText }) period: string,
    @Body({ schema: BillRunRequest }) { by, ...options }: z.infer<typeof BillRunRequest>,
  ) {
    return valueOf(await this.commands.execute(new StartBillRun(month(period), by, options)));
  }

  @Get()
  @Operation({
    id: 'showBillRun',
    summary: 'Control totals, parked accounts with reasons, differences to last month.',
    answer: BillRun,
    problems: [404],
  })
  async show(@Param('period', { schema: PeriodText }) period: string) {
    return valueOf(await this.queries.execute(new ShowBillRun(month(period))));
  }

  @Get('drafts/:account')
  @Operation({
    id: 'showDraftInvoice',
    summary: 'One draft with its lines, VAT per category and totals.',
    answer: Draft,
    problems: [404],
  })
  async draft(
    @Param('period', { schema: PeriodText }) period: string,
    @Param('account', { schema: Key }) account: string,
    @Query({ schema: LiveQuery }) { live }: z.infer<typeof LiveQuery>,
  ) {
    return valueOf(
      await this.queries.execute(new ShowDraftInvoice(account, month(period), { live: live === 'true' })),
    );
  }
}
