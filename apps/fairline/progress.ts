import type { Terminal } from './terminal.js';
import { withSeparators } from './table.js';

const REDRAW_MILLIS = 100;
const WIDTH = 24;

/** A bar on a terminal's stderr for long work; elsewhere nothing, so that logs stay readable. */
export class Progress {
  private drawnAt = 0;
  private readonly startedAt = performance.now();

  constructor(
    private readonly terminal: Terminal,
    private readonly what: string,
    /** Bytes, days or records in all; absent when nobody knows. */
    private readonly total?: number,
  ) {}

  update(done: number, note = ''): void {
    const now = performance.now();
    if (this.terminal.stderr.isTTY !== true || now - this.drawnAt < REDRAW_MILLIS) return;
    this.drawnAt = now;
    const perSecond = Math.round((done / Math.max(1, now - this.startedAt)) * 1_000);
    this.terminal.stderr.write(
      `\r\u001B[K${this.bar(done)}${withSeparators(done)} ${this.what}, ${withSeparators(perSecond)} per second${note}`,
    );
  }

  end(): void {
    if (this.terminal.stderr.isTTY === true && this.drawnAt > 0) this.terminal.stderr.write('\r\u001B[K');
  }

  private bar(done: number): string {
    if (this.total === undefined || this.total === 0) return '';
    const share = Math.min(1, done / this.total);
    const filled = Math.round(share * WIDTH);
    return `[${'#'.repeat(filled)}${'.'.repeat(WIDTH - filled)}] ${String(Math.round(share * 100)).padStart(3)} %  `;
  }
}
