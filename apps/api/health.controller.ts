import { Controller, Get, HttpException } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { type Readiness, readinessOf } from '../health.js';
import { RunningProgram } from './running-program.js';

@ApiExcludeController()
@Controller('health')
export class HealthController {
  constructor(private readonly running: RunningProgram) {}

  @Get('live')
  live(): { live: true } {
    return { live: true };
  }

  @Get('ready')
  async ready(): Promise<Readiness> {
    const { program } = this.running;
    const readiness = program === undefined ? STARTING : await readinessOf(program);
    if (!readiness.ready) throw new NotReady(readiness);
    return readiness;
  }
}

const STARTING: Readiness = { ready: false, reasons: ['Still starting'], subscriptions: [] };

/** Not a problem document: orchestrators and the service's own health port give the same shape. */
export class NotReady extends HttpException {
  constructor(readonly readiness: Readiness) {
    super({ ...readiness }, 503);
  }
}
