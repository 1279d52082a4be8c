import { Controller, Get } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { formatInstant } from '#calendar/instant.js';
import { ShowIntake } from '#call-log/from-kafka/show-intake/show-intake.js';
import { KafkaIntake } from './answers.js';
import { Operation } from './operation.js';

@ApiTags('Calls')
@Controller('v1/kafka')
export class KafkaController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @Operation({
    id: 'showKafkaIntake',
    summary: 'How far each partition of the topics of call records has come, its lag, and what stands still.',
    answer: KafkaIntake,
  })
  async show() {
    const intake = await this.queries.execute(new ShowIntake());
    return {
      ...intake,
      partitions: intake.partitions.map((one) => ({
        ...one,
        lastStoredAt: one.lastStoredAt === null ? null : formatInstant(one.lastStoredAt),
      })),
    };
  }
}
