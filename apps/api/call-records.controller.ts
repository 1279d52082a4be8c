import { Body, Controller, Headers, Post } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiHeader, ApiTags } from '@nestjs/swagger';
import type { IncomingHttpHeaders } from 'node:http';
import { type RawRecord } from '#call-log/store-batch/batch.js';
import { CallLogWriter } from '#call-log/store-batch/call-log-writer.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import { IntakeReport } from './answers.js';
import { IntakePressure } from './intake-pressure.js';
import { Operation } from './operation.js';
import { ProblemException, problem } from './problem.js';
import { elementsOf, linesOf } from './record-parts.js';

const MAXIMUM_RECORDS = 20_000;
const JSON_TYPES = ['application/json', 'application/cloudevents+json', 'application/cloudevents-batch+json'];
const LINE_TYPES = ['application/x-ndjson', 'application/jsonl'];

@ApiTags('Calls')
@Controller('v1/call-records')
export class CallRecordsController {
  constructor(
    private readonly writer: CallLogWriter,
    private readonly clock: BusinessClock,
    private readonly pressure: IntakePressure,
  ) {}

  @Post()
  @Operation({
    id: 'storeCallRecords',
    summary:
      'Stores call records, each exactly once; sending records again, in whatever groups, stores nothing twice.',
    answer: IntakeReport,
    problems: [400, 413, 415, 429],
  })
  @ApiConsumes(...JSON_TYPES, ...LINE_TYPES)
  @ApiHeader({ name: 'content-type', required: false, schema: { type: 'string' } })
  @ApiBody({
    description:
      'One record, an array of records, or one per line; each may be in a CloudEvents 1.0 envelope (structured). Up to 20,000 records and 16 MiB, a record 16 KiB.',
    schema: { oneOf: [{ type: 'object' }, { type: 'array', items: { type: 'object' } }, { type: 'string' }] },
  })
  async store(@Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    const type = typeOf(headers);
    if (!Buffer.isBuffer(body)) throw new ProblemException(problem(400, 'empty-body', NO_RECORDS));
    const records = recordsIn(body, type);
    const { outcomes, counts } = await this.pressure.whileStoring(async () =>
      this.writer.storeBatch({ origin: 'http', records }, await this.clock.now()),
    );
    return {
      results: outcomes.map(({ outcome, reason }) => ({ result: outcome, reason })),
      ...counts,
    };
  }
}

const NO_RECORDS =
  'The request holds no call record. Send one JSON object, an array of them, or one per line as application/x-ndjson.';

/** @throws ProblemException 415 for a body that is read as something else than its sender meant */
function typeOf(headers: IncomingHttpHeaders): string {
  const [type = ''] = (headers['content-type'] ?? '').split(';');
  const name = type.trim().toLowerCase();
  if (name !== '' && !JSON_TYPES.includes(name) && !LINE_TYPES.includes(name))
    throw unsupported(
      `Call records are not read as ${name}. Send them as one of ${[...JSON_TYPES, ...LINE_TYPES].join(', ')}.`,
    );
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity')
    throw unsupported(`Call records are not read with Content-Encoding ${encoding}. Send them as they are.`);
  if (headers['ce-specversion'] !== undefined || headers['ce-id'] !== undefined)
    throw unsupported(
      'A CloudEvent in binary form (ce- headers) is not read here. Send it structured, as application/cloudevents+json.',
    );
  return name;
}

function unsupported(detail: string): ProblemException {
  return new ProblemException(problem(415, 'unsupported-media-type', detail));
}

function recordsIn(body: Buffer, type: string): readonly RawRecord[] {
  const found = LINE_TYPES.includes(type) ? linesOf(body) : elementsOf(body);
  if (found.length === 0) throw new ProblemException(problem(400, 'empty-body', NO_RECORDS));
  if (found.length > MAXIMUM_RECORDS) {
    const detail = `The request holds ${found.length} records; send at most ${MAXIMUM_RECORDS} at once.`;
    throw new ProblemException(problem(413, 'too-many-records', detail));
  }
  if (!type.startsWith('application/cloudevents')) return found;
  // What is said to be events has to be in envelopes.
  return found.map((record) => ({ ...record, headers: { 'content-type': 'application/cloudevents+json' } }));
}
