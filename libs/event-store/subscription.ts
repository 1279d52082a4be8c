import { Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database, Transaction } from '#platform/database/database.js';
import { FeedDelivery, type Lag } from './delivery.js';
import type { RecordedEvent } from './event.js';
import type { EventStore } from './event-store.js';

/** Something that follows the feed from its checkpoint. One of `project`, `react` and `deliver`. */
export interface Subscription {
  /** Names its checkpoint; another name starts from the beginning. */
  readonly name: string;
  readonly types: readonly string[];
  /** Writes coordinator tables in one transaction with the checkpoint: each event exactly once. */
  readonly project?: (events: readonly RecordedEvent[], transaction: Transaction) => Promise<void>;
  /** Has effects in transactions of its own; after a crash an event comes again, so it is idempotent by ids. */
  readonly react?: (event: RecordedEvent) => Promise<void>;
  /**
   * Hands events to a system outside, with no transaction open meanwhile (see `FeedDelivery`); they can come again. It gives up when the
   * signal is aborted, and in bounded time anyway.
   */
  readonly deliver?: (events: readonly RecordedEvent[], signal: AbortSignal) => Promise<void>;
  readonly batchSize?: number;
}

export interface SubscriptionStatus {
  readonly name: string;
  readonly position: number;
  readonly lastError: string | null;
  readonly stopped: boolean;
  /** Of what delivers to a system outside: what waits for it. */
  readonly lag?: Lag;
}

const DEFAULT_BATCH = 200;
const MAXIMUM_ROUNDS = 10_000;
const MAXIMUM_FAILURES = 5;
const LONGEST_PAUSE_MILLIS = 10_000;
/** A step holds one connection while its feed and its handler use others: all of them at once could take the last one and wait for ever. */
const STEPS_AT_ONCE = 4;

/** Runs subscriptions: to the end of the feed (`drain`), or on and on (`start`). Two processes never handle a batch at once. */
export class SubscriptionRunner {
  private readonly log = new Logger('SubscriptionRunner');
  private readonly statuses = new Map<
    string,
    { position: number; lastError: string | null; stopped: boolean }
  >();
  private loops: Promise<void>[] = [];
  private stopping = new AbortController();
  private running = 0;
  private readonly deliveries = new Map<string, FeedDelivery>();
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly store: EventStore,
    private readonly database: Database,
    private readonly subscriptions: readonly Subscription[],
  ) {
    for (const subscription of subscriptions) {
      const { name, types, batchSize = DEFAULT_BATCH } = subscription;
      this.statuses.set(name, { position: 0, lastError: null, stopped: false });
      const deliver = subscription.deliver?.bind(subscription);
      if (deliver === undefined) continue;
      this.deliveries.set(name, new FeedDelivery(store, database, { name, types, batchSize, deliver }));
    }
  }

  /**
   * Runs all until a whole round brought nothing new: what one appends, another reacts to.
   * @throws whatever a handler throws; nothing is skipped
   */
  async drain(): Promise<void> {
    for (let round = 0; round < MAXIMUM_ROUNDS; round += 1) {
      let handled = 0;
      for (const subscription of this.subscriptions) handled += await this.step(subscription);
      if (handled === 0) return;
    }
    throw new Error(
      `The feed did not come to rest in ${MAXIMUM_ROUNDS} rounds: two subscriptions keep each other busy`,
    );
  }

  /** Follows the feed until `stop`. A handler that fails is tried again with growing pauses, then its subscription stands still, visibly. */
  start(options: { readonly pollMillis: number; readonly longestPauseMillis?: number }): void {
    this.stopping = new AbortController();
    const { pollMillis, longestPauseMillis = LONGEST_PAUSE_MILLIS } = options;
    this.loops = this.subscriptions.map((subscription) =>
      this.follow(subscription, pollMillis, longestPauseMillis),
    );
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.loops);
    this.loops = [];
  }

  status(): SubscriptionStatus[] {
    return [...this.statuses].map(([name, status]) => {
      const delivery = this.deliveries.get(name);
      return { name, ...status, ...(delivery === undefined ? {} : { lag: delivery.lag() }) };
    });
  }

  private async follow(
    subscription: Subscription,
    pollMillis: number,
    longestPauseMillis: number,
  ): Promise<void> {
    let failures = 0;
    const status = this.statusOf(subscription);
    while (!this.stopping.signal.aborted) {
      let pause = 0;
      try {
        // What waits for a system outside must not keep the others waiting.
        const handled = await (subscription.deliver === undefined
          ? this.inTurn(() => this.step(subscription))
          : this.step(subscription));
        failures = 0;
        status.lastError = null;
        pause = handled === 0 ? pollMillis : 0;
      } catch (error) {
        if (this.stopping.signal.aborted) break;
        failures += 1;
        status.lastError = error instanceof Error ? error.message : String(error);
        status.stopped = failures >= MAXIMUM_FAILURES;
        this.log.error(`${subscription.name} failed ${failures} time(s): ${status.lastError}`);
        pause = Math.min(longestPauseMillis, 100 * 2 ** failures) * (0.5 + Math.random() / 2);
      }
      if (pause > 0) await sleep(pause, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    }
  }

  /** One batch; the checkpoint row is locked meanwhile. @returns how many events were handled */
  private async step(subscription: Subscription): Promise<number> {
    const delivery = this.deliveries.get(subscription.name);
    if (delivery !== undefined) {
      const delivered = await delivery.step(this.stopping.signal);
      Object.assign(this.statusOf(subscription), { position: delivered.position, stopped: false });
      return delivered.events;
    }
    await this.database.query(
      'INSERT INTO es.checkpoint (subscription, position) VALUES ($1, 0) ON CONFLICT DO NOTHING',
      [subscription.name],
    );
    const page = await this.database.transaction(async (transaction) => {
      const [checkpoint] = await transaction.query<{ position: number }>(
        'SELECT position FROM es.checkpoint WHERE subscription = $1 FOR UPDATE',
        [subscription.name],
      );
      const after = checkpoint?.position ?? 0;
      const page = await this.store.readFeed(after, {
        limit: subscription.batchSize ?? DEFAULT_BATCH,
        types: subscription.types,
      });
      if (subscription.project !== undefined && page.events.length > 0)
        await subscription.project(page.events, transaction);
      for (const event of page.events) await subscription.react?.(event);
      if (page.position > after) {
        await transaction.query('UPDATE es.checkpoint SET position = $2 WHERE subscription = $1', [
          subscription.name,
          page.position,
        ]);
      }
      return page;
    });
    Object.assign(this.statusOf(subscription), { position: page.position, stopped: false });
    return page.events.length;
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    while (this.running >= STEPS_AT_ONCE) await new Promise<void>((go) => this.waiting.push(go));
    this.running += 1;
    try {
      return await work();
    } finally {
      this.running -= 1;
      this.waiting.shift()?.();
    }
  }

  private statusOf(subscription: Subscription) {
    const status = this.statuses.get(subscription.name);
    if (status === undefined) throw new Error(`${subscription.name} is not run here`);
    return status;
  }
}
