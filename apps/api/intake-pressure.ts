import { Injectable } from '@nestjs/common';

/** Requests with call records that are taken in side by side; each may hold a body of BODY_LIMIT_BYTES in memory. */
const MAXIMUM_IN_WORK = 4;
export const RETRY_AFTER_SECONDS = 1;

/** Bounds how much of the intake is in memory: who comes on top of it is told to come again. */
@Injectable()
export class IntakePressure {
  private inWork = 0;

  constructor(private readonly maximum: number = MAXIMUM_IN_WORK) {}

  /** @returns how to give the place back, once; undefined when there is none */
  enter(): (() => void) | undefined {
    if (this.inWork >= this.maximum) return undefined;
    this.inWork += 1;
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.inWork -= 1;
    };
  }
}
