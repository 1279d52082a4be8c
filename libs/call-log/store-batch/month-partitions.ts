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
    for (const at of starts) {
      if (at < oldest.getTime()) continue;
      const month = `${new Date(at).toISOString().slice(0, 7)}-01`;
      if (!this.present.has(month)) missing.add(month);
    }
    for (const month of missing) {
      await this.database.query('SELECT cdr.ensure_month($1::date)', [month]);
      this.present.add(month);
    }
  }
}
