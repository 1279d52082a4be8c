import { Body, Controller, Headers, Post } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiHeader, ApiTags } from '@nestjs/swagger';
import { type RawRecord } from '#call-log/store-batch/batch.js';
import { CallLogWriter } from '#call-log/store-batch/call-log-writer.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import { IntakeReport } from './answers.js';
import { Operation } from './operation.js';
import { ProblemException, problem } from './problem.js';
import { elementsOf, linesOf } from './record-parts.js';

const MAXIMUM_RECORDS = 20_000;

@ApiTags('Calls')
@Controller('v1/call-records')
export class CallRecordsController {
  constructor(
    private readonly writer: CallLogWriter,
    private readonly clock: BusinessClock,
  ) {}

  @Post()
  @Operation({
    id: 'storeCallRecords',
    summary: 'Stores call records, each exactly once; sending a body again stores nothing twice.',
    answer: IntakeReport,
    problems: [400, 413, 429],
  })
  @ApiConsumes('application/json', 'application/x-ndjson')
  @ApiHeader({ name: 'content-type', required: false, schema: { type: 'string' } })
  @ApiBody({
    description: 'One record, an array of records, or one per line; up to 20,000 records and 16 MiB.',
    schema: { oneOf: [{ type: 'object' }, { type: 'array', items: { type: 'object' } }, { type: 'string' }] },
  })
  async store(@Body() body: unknown, @Headers('content-type') type = '') {
    if (!Buffer.isBuffer(body)) throw new ProblemException(problem(400, 'empty-body', NO_RECORDS));
    const records = recordsIn(body, type);
    const { outcomes, counts } = await this.writer.storeBatch(
      { origin: 'http', records },
      await this.clock.now(),
    );
    return {
      results: outcomes.map(({ outcome, reason }) => ({ result: outcome, reason })),
      ...counts,
    };
  }
}

const NO_RECORDS =
  'The request holds no call record. Send one JSON object, an array of them, or one per line as application/x-ndjson.';

function recordsIn(body: Buffer, type: string): readonly RawRecord[] {
  const records = /ndjson|jsonl|json-seq/i.test(type) ? linesOf(body) : elementsOf(body);
  if (records.length === 0) throw new ProblemException(problem(400, 'empty-body', NO_RECORDS));
  if (records.length > MAXIMUM_RECORDS) {
    const detail = `The request holds ${records.length} records; send at most ${MAXIMUM_RECORDS} at once.`;
    throw new ProblemException(problem(413, 'too-many-records', detail));
  }
  return records;
}
