import { Controller, Get, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { ListCases } from '#fair-use/case/list-cases/list-cases.js';
import { CaseListed } from './answers.js';
import { Operation } from './operation.js';
import { CasesQuery } from './schemas.js';

@ApiTags('Fair use')
@Controller('v1/fair-use/cases')
export class CasesController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @Operation({ id: 'listCases', summary: 'The cases, newest first.', answer: z.array(CaseListed) })
  async list(@Query({ schema: CasesQuery }) filter: z.infer<typeof CasesQuery>) {
    return this.queries.execute(new ListCases(filter));
  }
}
