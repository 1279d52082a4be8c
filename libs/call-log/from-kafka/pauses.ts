import { setTimeout as sleep } from 'node:timers/promises';

/** Growing pauses with jitter, so that many instances do not come back at the same moment. */
export class Pauses {
  constructor(
    private readonly limits: { readonly firstMillis: number; readonly longestMillis: number },
    private readonly signal: AbortSignal,
  ) {}

  /** @param attempt from 0; ends early when the signal is given */
  async pause(attempt: number): Promise<void> {
    const { firstMillis, longestMillis } = this.limits;
    const full = Math.min(longestMillis, firstMillis * 2 ** Math.min(attempt, 20));
    const millis = full / 2 + (Math.random() * full) / 2;
    await sleep(millis, undefined, { signal: this.signal }).catch(() => undefined);
  }
}
