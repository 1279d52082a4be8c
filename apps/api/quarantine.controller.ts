import { Controller, Get, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { ListQuarantine } from '#call-log/quarantine/list-quarantine/list-quarantine.js';
import { Quarantined } from './answers.js';
import { Operation } from './operation.js';
import { QuarantineQuery } from './schemas.js';

@ApiTags('Calls')
@Controller('v1/quarantine')
export class QuarantineController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @Operation({
    id: 'listQuarantine',
    summary: 'Records that were not accepted, latest first, each with its reason and its bytes.',
    answer: z.array(Quarantined),
  })
  async list(@Query({ schema: QuarantineQuery }) filter: z.infer<typeof QuarantineQuery>) {
    return this.queries.execute(new ListQuarantine(filter));
  }
}
