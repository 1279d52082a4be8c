import type { Instant } from '#calendar/instant.js';
import type { Database } from '#platform/database/database.js';

/** Months older than this, seen from the newest call of a batch, stay in the default partition: rubbish makes no tables. */
const MONTHS_BACK = 24;

/** Makes the month partitions that a batch needs before its calls arrive; remembers which there are. */
export class MonthPartitions {
  private readonly present = new Set<string>();

  constructor(private readonly database: Database) {}

  async ensure(starts: readonly Instant[]): Promise<void> {
    const missing = new Set<string>();
    let newest = 0;
    for (const at of starts) newest = Math.max(newest, at);
    const oldest = new Date(newest);
    oldest.setUTCMonth(oldest.getUTCMonth() - MONTHS_BACK);
    let monthFrom = 0;
    let monthTo = 0;
    for (const at of starts) {
      // Neighbours in a batch mostly lie in one month.
      if (at < oldest.getTime() || (at >= monthFrom && at < monthTo)) continue;
      const date = new Date(at);
      monthFrom = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
      monthTo = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
      const month = new Date(monthFrom).toISOString().slice(0, 10);
      if (!this.present.has(month)) missing.add(month);
    }
    for (const month of missing) {
      await this.database.query('SELECT cdr.ensure_month($1::date)', [month]);
      this.present.add(month);
    }
  }
}
