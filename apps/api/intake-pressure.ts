import { Injectable } from '@nestjs/common';

/** Requests with call records that are taken in side by side; each may hold a body of BODY_LIMIT_BYTES in memory. */
const MAXIMUM_IN_WORK = 4;
export const RETRY_AFTER_SECONDS = 1;

/** Bounds how much of the intake is in memory: who comes on top of it is told to come again. */
@Injectable()
export class IntakePressure {
  private requests = 0;
  private storing = 0;

  constructor(private readonly maximum: number = MAXIMUM_IN_WORK) {}

  /** @returns how to give the place back, once; undefined when there is none */
  enter(): (() => void) | undefined {
    if (this.requests >= this.maximum || this.storing >= this.maximum) return undefined;
    this.requests += 1;
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.requests -= 1;
    };
  }

  /** What is being stored stays in memory until it is, also when its client has gone away and its request with it. */
  async whileStoring<T>(work: () => Promise<T>): Promise<T> {
    this.storing += 1;
    try {
      return await work();
    } finally {
      this.storing -= 1;
    }
  }
}
