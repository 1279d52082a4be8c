import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { instant } from '#calendar/instant.js';
import { type TestDatabase, createTestDatabase } from '#platform/testing/test-database.js';
import { COUNT_WAITING } from './delivery.js';
import { type RecordedEvent, defineEvent } from './event.js';
import { EventRegistry } from './event-registry.js';
import { EventStore } from './event-store.js';
import { type Subscription, SubscriptionRunner } from './subscription.js';

const counted = defineEvent({ type: 'counter.counted', version: 1, schema: z.object({ n: z.int() }) });
const at = instant('2026-10-16T07:00:00Z');

describe('a subscription that delivers to a system outside', () => {
  let test: TestDatabase;
  let store: EventStore;
  beforeEach(async () => {
    test = await createTestDatabase();
    store = new EventStore(test.database, new EventRegistry([counted]));
    for (let n = 0; n < 6; n += 1)
      await store.appending((transaction) =>
        transaction.append(`counter-${n}`, 0, [{ definition: counted, data: { n } }], at),
      );
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await test.drop();
  });

  /** A class with state, as publishers are. */
  class Outside implements Subscription {
    readonly name = 'outside';
    readonly types = ['counter.counted'];
    readonly batchSize = 2;
    constructor(private readonly work: NonNullable<Subscription['deliver']>) {}
    deliver(events: readonly RecordedEvent[], signal: AbortSignal): Promise<void> {
      return this.work(events, signal);
    }
  }
  const runnerOf = (deliver: NonNullable<Subscription['deliver']>, database = test.database) =>
    new SubscriptionRunner(store, database, [new Outside(deliver)]);
  const checkpoint = async () =>
    (
      await test.database.query<{ position: number }>(
        "SELECT position FROM es.checkpoint WHERE subscription = 'outside'",
      )
    )[0]?.position;
  const until = async (holds: () => boolean) => {
    for (let waited = 0; waited < 20_000 && !holds(); waited += 10) await sleep(10);
    expect(holds()).toBe(true);
  };
  const positions = (events: readonly RecordedEvent[]) => events.map(({ position }) => position);

  it('moves its checkpoint page by page, after the page was taken', async () => {
    const taken: (number | undefined)[][] = [];
    await runnerOf(async (events) => {
      taken.push([await checkpoint(), ...positions(events)]);
    }).drain();
    expect(taken).toEqual([
      [0, 1, 2],
      [2, 3, 4],
      [4, 5, 6],
    ]);
    expect(await checkpoint()).toBe(6);
  });

  it('delivers a page again that was not taken to the end, and then goes on', async () => {
    const taken: number[] = [];
    let failures = 1;
    const runner = runnerOf((events) => {
      const [first = 0, second = 0] = positions(events);
      if (first === 3 && failures-- > 0) {
        taken.push(first);
        return Promise.reject(new Error('broke off'));
      }
      taken.push(first, second);
      return Promise.resolve();
    });
    await expect(runner.drain()).rejects.toThrow('broke off');
    expect(await checkpoint()).toBe(2);
    await runner.drain();
    expect(taken).toEqual([1, 2, 3, 3, 4, 5, 6]);
  });

  it('has no transaction open while the system is waited for', async () => {
    const open = `SELECT count(*)::int AS n FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid() AND (xact_start IS NOT NULL OR backend_xmin IS NOT NULL)`;
    const seen: unknown[] = [];
    await runnerOf(async () => {
      seen.push(...(await test.database.query(open)));
    }).drain();
    expect(seen).toEqual([{ n: 0 }, { n: 0 }, { n: 0 }]);
  });

  it('runs in one of two processes; the other takes over when that one dies', async () => {
    const other = await test.connect();
    const held = { hangs: true };
    const first: number[] = [];
    const dying = runnerOf(async (events, signal) => {
      first.push(...positions(events));
      while (held.hangs && !signal.aborted) await sleep(5);
      if (held.hangs) throw new Error('stopped');
    });
    dying.start({ pollMillis: 5 });
    await until(() => first.length > 0);
    const second: number[] = [];
    const standingBy = runnerOf((events) => {
      second.push(...positions(events));
      return Promise.resolve();
    }, other);
    standingBy.start({ pollMillis: 5 });
    await sleep(100);
    expect(second).toEqual([]);
    // What kill -9 does to its connection.
    await test.database.query(
      `SELECT pg_terminate_backend(l.pid) FROM pg_locks l WHERE l.locktype = 'advisory' AND l.classid::bigint = 7310051
         AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );
    await until(() => second.length === 6);
    expect(second).toEqual([1, 2, 3, 4, 5, 6]);
    // The zombie, which does not know, comes back with its old page: the checkpoint does not go back.
    held.hangs = false;
    await dying.stop();
    await standingBy.stop();
    expect(await checkpoint()).toBe(6);
    expect(first.slice(0, 2)).toEqual([1, 2]);
  });

  it('says how much waits and for how long, and why it stands still', async () => {
    jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    let broken = true;
    const runner = runnerOf(() => (broken ? Promise.reject(new Error('gone')) : Promise.resolve()));
    runner.start({ pollMillis: 5, longestPauseMillis: 10 });
    await until(() => runner.status()[0]?.stopped === true);
    expect(runner.status()).toEqual([
      {
        name: 'outside',
        position: 0,
        lastError: 'gone',
        stopped: true,
        lag: { events: 6, seconds: expect.any(Number) },
      },
    ]);
    const realNow = Date.now();
    jest.spyOn(Date, 'now').mockReturnValue(realNow + 3_600_000);
    expect(runner.status()[0]?.lag?.seconds).toBeGreaterThanOrEqual(3_599);
    broken = false;
    await until(() => runner.status()[0]?.position === 6 && runner.status()[0]?.lag?.events === 0);
    expect(runner.status()[0]).toMatchObject({ lastError: null, stopped: false, lag: { seconds: 0 } });
    await runner.stop();
  });

  it('is told to give up when the program stops', async () => {
    let begun = false;
    const runner = runnerOf(async (_events, signal) => {
      begun = true;
      await sleep(60_000, undefined, { signal });
    });
    runner.start({ pollMillis: 5 });
    await until(() => begun);
    await runner.stop();
    expect([await checkpoint(), runner.status()[0]?.stopped]).toEqual([0, false]);
  });

  it('counts what waits along the positions, whatever the size of the feed', async () => {
    await test.database.query(
      `INSERT INTO es.event (stream_id, stream_version, event_id, event_type, schema_version, data, metadata, occurred_at)
       SELECT 'bulk', n, gen_random_uuid(), 'counter.counted', 1, '{}', '{}', now() FROM generate_series(1, 30000) n`,
    );
    await test.database.query('ANALYZE es.event');
    const plan = await test.database.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${COUNT_WAITING}`, [
      29_000,
      ['counter.counted'],
    ]);
    expect(plan.map((row) => row['QUERY PLAN']).join('\n')).toMatch(/Index Scan using event_position/);
  });
});
