import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { ListCases } from '#fair-use/case/list-cases/list-cases.js';
import { EvaluateFairUse } from '#fair-use/evaluate/evaluate-fair-use.js';
import { ShowCase } from '#fair-use/show-case/show-case.js';
import { CaseEvidence, CaseListed, Evaluated } from './answers.js';
import { Operation } from './operation.js';
import { valueOf } from './problem.js';
import { CasesQuery, Evaluation, Id, day } from './schemas.js';

@ApiTags('Fair use')
@Controller('v1/fair-use')
export class CasesController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Post('evaluations')
  @Operation({
    id: 'evaluateFairUse',
    summary: 'Judges all days up to one that are not judged yet.',
    answer: Evaluated,
    problems: [409],
  })
  async evaluate(@Body({ schema: Evaluation }) { through, ...options }: z.infer<typeof Evaluation>) {
    return valueOf(await this.commands.execute(new EvaluateFairUse(day(through), options)));
  }

  @Get('cases')
  @Operation({ id: 'listCases', summary: 'The cases, newest first.', answer: z.array(CaseListed) })
  async list(@Query({ schema: CasesQuery }) filter: z.infer<typeof CasesQuery>) {
    return this.queries.execute(new ListCases(filter));
  }

  @Get('cases/:case')
  @Operation({
    id: 'showCase',
    summary: 'The whole evidence of a case: findings, figures, calls, timeline.',
    answer: CaseEvidence,
    problems: [404],
  })
  async show(@Param('case', { schema: Id }) id: string) {
    return valueOf(await this.queries.execute(new ShowCase(id)));
  }
}
