import { Controller, Get, HttpException } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { type Readiness, type Watched, readinessOf } from '../health.js';

/** Filled once the program is whole: the application is part of it. */
export class WatchedProgram {
  watched: Watched | undefined;
}

@ApiExcludeController()
@Controller('health')
export class HealthController {
  constructor(private readonly program: WatchedProgram) {}

  @Get('live')
  live(): { live: true } {
    return { live: true };
  }

  @Get('ready')
  async ready(): Promise<Readiness> {
    const { watched } = this.program;
    const readiness = watched === undefined ? STARTING : await readinessOf(watched);
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
