import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { DiscardQuarantined } from '#call-log/quarantine/discard/discard-quarantined.js';
import { ListQuarantine } from '#call-log/quarantine/list-quarantine/list-quarantine.js';
import { RedriveCorrected, RedriveQuarantined } from '#call-log/quarantine/redrive/redrive-quarantined.js';
import { ShowQuarantined } from '#call-log/quarantine/show-record/show-quarantined.js';
import { SummariseQuarantine } from '#call-log/quarantine/summarise/summarise-quarantine.js';
import { Operation } from './operation.js';
import { valueOf } from './problem.js';
import {
  CorrectRequest,
  DiscardRequest,
  Discarded,
  QuarantineCounts,
  QuarantineQuery,
  Quarantined,
  QuarantinedWithHistory,
  RedriveRequest,
  Redriven,
  filterIn,
  selectionIn,
} from './quarantine-shapes.js';
import { Id } from './schemas.js';

@ApiTags('Calls')
@Controller('v1/quarantine')
export class QuarantineController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get()
  @Operation({
    id: 'listQuarantine',
    summary: 'Records that were not accepted, latest first, each with its reason and its bytes.',
    answer: z.array(Quarantined),
  })
  async list(@Query({ schema: QuarantineQuery }) query: z.infer<typeof QuarantineQuery>) {
    return this.queries.execute(new ListQuarantine(filterIn(query)));
  }

  @Get('summary')
  @Operation({
    id: 'summariseQuarantine',
    summary:
      'For alarms: open records per reason and the age of the oldest; counts per reason, source and status.',
    answer: QuarantineCounts,
  })
  async summary() {
    return this.queries.execute(new SummariseQuarantine());
  }

  @Get(':record')
  @Operation({
    id: 'showQuarantined',
    summary: 'One record with what was done with it; of a conflict both versions.',
    answer: QuarantinedWithHistory,
    problems: [404],
  })
  async show(@Param('record', { schema: Id }) record: string) {
    return valueOf(await this.queries.execute(new ShowQuarantined(record)));
  }

  @Post('redrive')
  @Operation({
    id: 'redriveQuarantined',
    summary:
      'Stores records again by the ordinary way in; what would not pass stays open. Repeating it changes nothing.',
    answer: Redriven,
    problems: [404],
  })
  async redrive(@Body({ schema: RedriveRequest }) body: z.infer<typeof RedriveRequest>) {
    const { by, dryRun = false, reason } = body;
    const options = { dryRun, ...(reason === undefined ? {} : { because: reason }) };
    return valueOf(await this.commands.execute(new RedriveQuarantined(selectionIn(body), by, options)));
  }

  @Post(':record/correct')
  @Operation({
    id: 'correctQuarantined',
    summary: 'Stores a corrected record in the place of this one; both are kept.',
    answer: Redriven,
    problems: [404],
  })
  async correct(
    @Param('record', { schema: Id }) record: string,
    @Body({ schema: CorrectRequest }) body: z.infer<typeof CorrectRequest>,
  ) {
    const { by, correction, dryRun = false, reason } = body;
    const options = { dryRun, ...(reason === undefined ? {} : { because: reason }) };
    return valueOf(
      await this.commands.execute(new RedriveCorrected(record, Buffer.from(correction), by, options)),
    );
  }

  @Post('discard')
  @Operation({
    id: 'discardQuarantined',
    summary: 'Decides that records are no calls. With a filter it needs the number that was seen.',
    answer: Discarded,
    problems: [404, 409],
  })
  async discard(@Body({ schema: DiscardRequest }) body: z.infer<typeof DiscardRequest>) {
    const { by, reason, expected } = body;
    const options = expected === undefined ? {} : { expected };
    return valueOf(
      await this.commands.execute(new DiscardQuarantined(selectionIn(body), reason, by, options)),
    );
  }
}
