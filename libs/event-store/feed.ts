import { type Database, sqlStateOf } from '#platform/database/database.js';
import type { RecordedEvent } from './event.js';
import type { EventRegistry } from './event-registry.js';
import { APPEND_BARRIER, type EventRow, SELECT_EVENT, recorded } from './event-rows.js';

export interface FeedPage {
  readonly events: readonly RecordedEvent[];
  /** Everything up to here has been read (of the wanted types): the next `after`. */
  readonly position: number;
  /** Nothing can appear at or below this position any more. */
  readonly horizon: number;
}

const LOCK_NOT_AVAILABLE = '55P03';
const DEFAULT_LIMIT = 500;

export const READ_FEED = `${SELECT_EVENT} WHERE position > $1 AND position <= $2
  AND ($3::text[] IS NULL OR event_type = ANY ($3)) ORDER BY position LIMIT $4`;

/**
 * All events in one order. Positions are drawn at INSERT and seen at COMMIT; a reader that trusted "I have seen up to 101" would lose
 * 100 for ever. So a reader goes only up to the safe horizon (docs/decisions/0001-event-store-feed.md).
 */
export class Feed {
  private lastHorizon = 0;

  constructor(
    private readonly database: Database,
    private readonly registry: EventRegistry,
    private readonly barrier: boolean,
  ) {}

  async read(after: number, options: { limit?: number; types?: readonly string[] }): Promise<FeedPage> {
    const horizon = await this.safeHorizon();
    if (horizon <= after) return { events: [], position: after, horizon };
    const limit = options.limit ?? DEFAULT_LIMIT;
    const rows = await this.database.query<EventRow>(READ_FEED, [
      after,
      horizon,
      options.types ?? null,
      limit,
    ]);
    const last = rows.at(-1)?.position ?? after;
    return {
      events: rows.map((row) => recorded(row, this.registry)),
      position: rows.length < limit ? horizon : last,
      horizon,
    };
  }

  private async safeHorizon(): Promise<number> {
    if (!this.barrier) {
      const [row] = await this.database.query<{ horizon: number }>(
        'SELECT coalesce(max(position), 0) AS horizon FROM es.event',
      );
      return row?.horizon ?? 0;
    }
    try {
      const [row] = await this.database.query<{ horizon: number }>('SELECT es.safe_horizon($1) AS horizon', [
        APPEND_BARRIER,
      ]);
      this.lastHorizon = row?.horizon ?? this.lastHorizon;
    } catch (error) {
      // An appender is slow or stuck: what was safe before still is.
      if (sqlStateOf(error) !== LOCK_NOT_AVAILABLE) throw error;
    }
    return this.lastHorizon;
  }
}
