import { Controller, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { verifyEverything } from '../checks.js';
import { Verification } from './answers.js';
import { Operation } from './operation.js';
import { ProblemException, problem } from './problem.js';
import { RunningProgram } from './running-program.js';

/** A verification reads everything; a second one beside it would only slow both. */
@ApiTags('Operations')
@Controller('v1/verify')
export class VerificationController {
  private running = false;

  constructor(private readonly program: RunningProgram) {}

  @Post()
  @Operation({
    id: 'verify',
    summary: 'Recomputes read models, ratings and totals from the two logs and lists every difference.',
    answer: Verification,
    problems: [409],
  })
  async verify() {
    if (this.running) {
      const detail = 'A verification is under way in this process. Wait for it, then ask again.';
      throw new ProblemException(problem(409, 'verification-running', detail));
    }
    this.running = true;
    try {
      return await verifyEverything(this.program.whole());
    } finally {
      this.running = false;
    }
  }
}
