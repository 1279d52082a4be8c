import type { PoolClient } from 'pg';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SubscriptionRunner } from '#event-store/subscription.js';
import type { Database } from '#platform/database/database.js';

/** Any number that nobody else uses; the second key of the lock is the hash of the subscription's name. */
const FOLLOWING_LOCK = 7_310_046;
const POLL_MILLIS = 25;

/**
 * Which subscriptions some process follows right now. A process that follows holds an advisory lock per subscription, so a killed one
 * follows nothing any more. It is a hint for commands, never a fence: that is the locked checkpoint row.
 */
export class Followers {
  private client: PoolClient | undefined;

  constructor(
    private readonly database: Database,
    private readonly names: readonly string[],
  ) {}

  /** Announces that this process follows its subscriptions. */
  async announce(): Promise<void> {
    const client = await this.database.client();
    // A connection that breaks here only means that commands look after themselves.
    client.on('error', () => undefined);
    await client.query('SELECT pg_advisory_lock_shared($1, hashtext(name)) FROM unnest($2::text[]) AS name', [
      FOLLOWING_LOCK,
      this.names,
    ]);
    this.client = client;
  }

  async leave(): Promise<void> {
    const { client } = this;
    this.client = undefined;
    // Destroyed, not returned: a session's locks end with it.
    client?.release(true);
    return Promise.resolve();
  }

  /**
   * Returns when every effect of what has been appended is there: what nobody follows is run here, what another process follows is waited for.
   * @returns the names that did not come to the end within the patience
   * @throws whatever a subscription that is run here throws
   */
  async settle(runner: SubscriptionRunner, patienceMillis: number): Promise<string[]> {
    const deadline = Date.now() + patienceMillis;
    for (;;) {
      const followed = await this.followedElsewhere();
      // A running server handles most of it; the locked checkpoints keep the two from doing anything twice.
      if (followed.length < this.names.length) await runner.drain();
      const head = await this.head();
      const behind = await this.behind(head);
      if (behind.length === 0 && (await this.head()) === head) return [];
      if (Date.now() > deadline) return behind;
      await sleep(POLL_MILLIS);
    }
  }

  private async followedElsewhere(): Promise<string[]> {
    const rows = await this.database.query<{ name: string }>(
      `SELECT name FROM unnest($2::text[]) AS name
       WHERE EXISTS (SELECT FROM pg_locks l WHERE l.locktype = 'advisory' AND l.objsubid = 2 AND l.granted
         AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
         AND l.classid::bigint = $1 AND l.objid::bigint = hashtext(name)::bigint & 4294967295)`,
      [FOLLOWING_LOCK, this.names],
    );
    return rows.map((row) => row.name);
  }

  private async head(): Promise<number> {
    const [row] = await this.database.query<{ head: number }>(
      'SELECT coalesce(max(position), 0) AS head FROM es.event',
    );
    return row?.head ?? 0;
  }

  private async behind(head: number): Promise<string[]> {
    const rows = await this.database.query<{ name: string }>(
      `SELECT name FROM unnest($1::text[]) AS name
       WHERE coalesce((SELECT c.position FROM es.checkpoint c WHERE c.subscription = name), 0) < $2`,
      [this.names, head],
    );
    return rows.map((row) => row.name);
  }
}
