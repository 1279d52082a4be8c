import type { PoolClient } from 'pg';
import type { Database } from '#platform/database/database.js';
import type { RecordedEvent } from './event.js';
import type { EventStore } from './event-store.js';

/** What has been appended and not yet delivered. */
export interface Lag {
  /** At most `COUNTED_AT_MOST`. */
  readonly events: number;
  /** Age of the oldest of them, by the clock of this machine. */
  readonly seconds: number;
}

export interface Delivering {
  readonly name: string;
  readonly types: readonly string[];
  readonly batchSize: number;
  deliver(events: readonly RecordedEvent[], signal: AbortSignal): Promise<void>;
}

/** Any number that nobody else uses; the second key of the lock is the hash of the subscription's name. */
const DELIVERY_LOCK = 7_310_051;
const COUNTED_AT_MOST = 10_000;

/** Reads no more of the feed than is counted, whatever the lag. */
export const COUNT_WAITING = `SELECT count(*)::int AS events, min(waiting.recorded_at) AS oldest FROM (
  SELECT e.recorded_at FROM es.event e WHERE e.position > $1 AND e.event_type = ANY ($2)
  ORDER BY e.position LIMIT ${COUNTED_AT_MOST}) waiting`;

/**
 * Hands the feed to a system outside, page by page in its order; the checkpoint moves after the system has taken the page. Nothing is
 * open in the database while it is waited for but one idle connection, which holds a session's advisory lock: a second process finds it
 * taken and stands by, a killed one leaves it.
 *
 * The lock saves double work and is no fence. Two at once (a connection lost, and its process not aware of it) both hand over from a
 * checkpoint on, in order and without a gap, so a receiver that drops repeats by id sees every event once and in order all the same; the
 * checkpoint moves by compare-and-set and never back.
 */
export class FeedDelivery {
  private waiting = 0;
  private oldest: number | null = null;

  constructor(
    private readonly store: EventStore,
    private readonly database: Database,
    private readonly delivering: Delivering,
  ) {}

  lag(): Lag {
    if (this.oldest === null) return { events: 0, seconds: 0 };
    return { events: this.waiting, seconds: Math.max(0, Math.round((Date.now() - this.oldest) / 1000)) };
  }

  /** One page. @returns 0 events when there is nothing to do, or another process does it */
  async step(signal: AbortSignal): Promise<{ readonly events: number; readonly position: number }> {
    const client = await this.database.client();
    // Whoever uses it finds out that it broke; without a listener the error would end the process.
    const ignored = () => undefined;
    client.on('error', ignored);
    let locked = false;
    try {
      locked = await this.tryLock(client);
      return locked ? await this.handOver(signal) : { events: 0, position: await this.position() };
    } finally {
      client.off('error', ignored);
      await unlock(client, locked, this.delivering.name);
    }
  }

  private async handOver(signal: AbortSignal): Promise<{ events: number; position: number }> {
    const { name, types, batchSize } = this.delivering;
    const after = await this.position();
    const page = await this.store.readFeed(after, { limit: batchSize, types });
    if (page.events.length > 0) {
      await this.count(after);
      await this.delivering.deliver(page.events, signal);
    }
    if (page.position > after) {
      await this.database.query(
        'UPDATE es.checkpoint SET position = $2 WHERE subscription = $1 AND position = $3',
        [name, page.position, after],
      );
    }
    // A full page has others behind it: they are counted with the next one.
    if (page.events.length < batchSize) this.oldest = null;
    return { events: page.events.length, position: page.position };
  }

  private async position(): Promise<number> {
    const { name } = this.delivering;
    const read = () =>
      this.database.query<{ position: number }>(
        'SELECT position FROM es.checkpoint WHERE subscription = $1',
        [name],
      );
    const [row] = await read();
    if (row !== undefined) return row.position;
    await this.database.query(
      'INSERT INTO es.checkpoint (subscription, position) VALUES ($1, 0) ON CONFLICT DO NOTHING',
      [name],
    );
    return (await read())[0]?.position ?? 0;
  }

  private async count(after: number): Promise<void> {
    const [row] = await this.database.query<{ events: number; oldest: number | null }>(COUNT_WAITING, [
      after,
      this.delivering.types,
    ]);
    this.waiting = row?.events ?? 0;
    this.oldest = row?.oldest ?? null;
  }

  private async tryLock(client: PoolClient): Promise<boolean> {
    const { rows } = await client.query<{ locked: boolean }>(
      'SELECT pg_try_advisory_lock($1, hashtext($2)) AS locked',
      [DELIVERY_LOCK, this.delivering.name],
    );
    return rows[0]?.locked === true;
  }
}

/** A connection that can't give the lock back is destroyed: a session's locks end with it. */
async function unlock(client: PoolClient, locked: boolean, name: string): Promise<void> {
  try {
    if (locked) await client.query('SELECT pg_advisory_unlock($1, hashtext($2))', [DELIVERY_LOCK, name]);
    client.release();
  } catch {
    client.release(true);
  }
}
