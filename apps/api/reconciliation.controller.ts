import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { reconcile } from '../reconciliation.js';
import { Operation } from './operation.js';
import { ProblemException, problem } from './problem.js';
import { RunningProgram } from './running-program.js';
import { DaysQuery, day } from './schemas.js';

const Count = z.number().int();
const Reconciliation = z
  .object({
    from: z.string(),
    to: z.string(),
    intake: z.object({
      origins: z.array(
        z.object({
          origin: z.string(),
          day: z.string(),
          batches: Count,
          read: Count,
          stored: Count,
          opened: Count,
          duplicates: Count,
          quarantined: Count,
          bySource: z.record(z.string(), Count),
        }),
      ),
      quarantine: z.array(
        z.object({
          origin: z.string(),
          quarantined: Count,
          open: Count,
          redriven: Count,
          discarded: Count,
          keptBefore: Count,
          bySource: z.record(z.string(), Count),
        }),
      ),
      kafka: z.array(
        z.object({
          topic: z.string(),
          partition: Count,
          day: z.string(),
          source: z.string(),
          read: Count,
          stored: Count,
          opened: Count,
          duplicates: Count,
          quarantined: Count,
        }),
      ),
      batchesInWork: Count,
    }),
    calls: z.array(
      z.object({
        day: z.string(),
        stored: Count,
        rated: Count,
        counted: Count,
        charged: z.string(),
        chargeCounted: z.string(),
      }),
    ),
    billing: z.array(
      z.object({
        period: z.string(),
        charged: z.string(),
        drafted: z.string().nullable(),
        parked: z.string().nullable(),
        unbilled: z.string(),
      }),
    ),
    differences: z.array(z.string()).describe('None: everything balances.'),
  })
  .meta({ id: 'Reconciliation' });

/** It reads all calls of its days; a second one beside it would only slow both. */
@ApiTags('Operations')
@Controller('v1/reconciliation')
export class ReconciliationController {
  private running = false;

  constructor(private readonly program: RunningProgram) {}

  @Get()
  @Operation({
    id: 'reconcile',
    summary:
      'Accounts for every record: read = stored + duplicates + quarantined; stored = rated = counted in usage; charged = drafted + unbilled.',
    answer: Reconciliation,
    problems: [409],
  })
  async reconcile(@Query({ schema: DaysQuery }) { from, to }: z.infer<typeof DaysQuery>) {
    if (this.running) {
      const detail = 'A reconciliation is under way in this process. Wait for it, then ask again.';
      throw new ProblemException(problem(409, 'reconciliation-running', detail));
    }
    this.running = true;
    try {
      return await reconcile(this.program.whole(), day(from), day(to));
    } finally {
      this.running = false;
    }
  }
}
