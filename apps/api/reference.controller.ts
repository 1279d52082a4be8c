import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { CommandBus, type Command, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { LoadAccounts } from '#accounts/load-accounts/load-accounts.js';
import { LoadCatalogue, type LoadReport as Report } from '#catalogue/load-catalogue/load-catalogue.js';
import { formatMicroEuros } from '#money/money.js';
import type { Outcome } from '#outcome/outcome.js';
import { ExplainRate } from '#rating/explain-rate/explain-rate.js';
import { LoadTariff } from '#rating/load-tariff/load-tariff.js';
import { ExplainedPrice, LoadReport } from './answers.js';
import { Operation, TextBody } from './operation.js';
import { ProblemException, problem, valueOf } from './problem.js';
import { RateQuery, at } from './schemas.js';

@ApiTags('Reference data')
@Controller('v1')
export class ReferenceController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Post('catalogue')
  @Operation({
    id: 'loadCatalogue',
    summary: 'Loads a version of the catalogue.',
    answer: LoadReport,
    problems: [400, 409, 413],
  })
  @TextBody('The catalogue as YAML.', 'application/yaml', 'text/plain')
  async loadCatalogue(@Body() body: unknown): Promise<Report> {
    return this.load(new LoadCatalogue(textOf(body)));
  }

  @Post('tariffs')
  @Operation({
    id: 'loadTariffs',
    summary: 'Loads tariff versions: all in the file, or none.',
    answer: LoadReport,
    problems: [400, 409, 413],
  })
  @TextBody('Tariffs as CSV.', 'text/csv', 'text/plain')
  async loadTariffs(@Body() body: unknown): Promise<Report> {
    return this.load(new LoadTariff(textOf(body)));
  }

  @Post('accounts')
  @Operation({
    id: 'loadAccounts',
    summary: 'Loads resellers and accounts: all in the file, or none.',
    answer: LoadReport,
    problems: [400, 409, 413],
  })
  @TextBody('One JSON object per line.', 'application/x-ndjson', 'text/plain')
  async loadAccounts(@Body() body: unknown): Promise<Report> {
    return this.load(new LoadAccounts(textOf(body)));
  }

  @Get('rate')
  @Operation({
    id: 'explainRate',
    summary: 'Explains the price of one call on a tariff, part by part.',
    answer: ExplainedPrice,
    problems: [404],
  })
  async rate(@Query({ schema: RateQuery }) query: z.infer<typeof RateQuery>) {
    const price = valueOf(await this.queries.execute(new ExplainRate({ ...query, at: at(query.at) })));
    return { ...price, charge: formatMicroEuros(price.charge) };
  }

  private async load(command: Command<Outcome<Report>>): Promise<Report> {
    return valueOf(await this.commands.execute(command));
  }
}

function textOf(body: unknown): string {
  try {
    if (Buffer.isBuffer(body) && body.length > 0)
      return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw new ProblemException(problem(400, 'not-utf-8', 'The body is not UTF-8 text.'));
  }
  throw new ProblemException(
    problem(400, 'empty-body', 'The request has no body; send the text of the file.'),
  );
}
