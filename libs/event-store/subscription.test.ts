import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { instant } from '#calendar/instant.js';
import { accepted } from '#outcome/outcome.js';
import { causedId } from '#platform/identity/ids.js';
import { type TestDatabase, createTestDatabase } from '#platform/testing/test-database.js';
import { type Decider, execute } from './decider.js';
import { defineEvent } from './event.js';
import { EventRegistry } from './event-registry.js';
import { EventStore } from './event-store.js';
import { type Subscription, SubscriptionRunner } from './subscription.js';

const counted = defineEvent({ type: 'counter.counted', version: 1, schema: z.object({ n: z.int() }) });
const answered = defineEvent({ type: 'answer.given', version: 1, schema: z.object({ to: z.string() }) });
const at = instant('2026-10-16T07:00:00Z');

describe('subscriptions', () => {
  let test: TestDatabase;
  let store: EventStore;
  beforeEach(async () => {
    test = await createTestDatabase();
    store = new EventStore(test.database, new EventRegistry([counted, answered]));
    await test.database.query(`
      CREATE TABLE public.tally (position bigint CONSTRAINT tally_pk PRIMARY KEY);
      INSERT INTO platform.placement (relation, kind) VALUES ('public.tally', 'coordinator')`);
    for (let n = 0; n < 6; n += 1)
      await store.appending((transaction) =>
        transaction.append(`counter-${n}`, 0, [{ definition: counted, data: { n } }], at),
      );
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await test.drop();
  });

  const runnerOf = (...subscriptions: Subscription[]) =>
    new SubscriptionRunner(store, test.database, subscriptions);
  const tally = async () =>
    (
      await test.database.query<{ position: number }>('SELECT position FROM public.tally ORDER BY position')
    ).map(({ position }) => position);
  const checkpoint = async (name: string) =>
    (
      await test.database.query<{ position: number }>(
        'SELECT position FROM es.checkpoint WHERE subscription = $1',
        [name],
      )
    )[0]?.position;
  const tallying = (name: string, after?: (batch: number) => Promise<void>): Subscription => {
    let batches = 0;
    return {
      name,
      types: ['counter.counted'],
      batchSize: 2,
      project: async (events, transaction) => {
        for (const { position } of events)
          await transaction.query('INSERT INTO public.tally VALUES ($1)', [position]);
        batches += 1;
        await after?.(batches);
      },
    };
  };

  it('whose connection is killed between its rows and its checkpoint have neither, and then both', async () => {
    const dying = tallying('dying', async (batch) => {
      if (batch !== 2) return;
      const own = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction' AND query LIKE 'INSERT INTO public.tally%'`;
      await test.database.query(`SELECT pg_terminate_backend(pid) FROM (${own}) found`);
      await sleep(20);
    });
    await expect(runnerOf(dying).drain()).rejects.toThrow(/terminat|closed|Connection/i);
    expect([await tally(), await checkpoint('dying')]).toEqual([[1, 2], 2]);
    await runnerOf(tallying('dying')).drain();
    expect([await tally(), await checkpoint('dying')]).toEqual([[1, 2, 3, 4, 5, 6], 6]);
  });

  it('that two programs run at once write each event once: a second write would violate the key', async () => {
    const other = new SubscriptionRunner(store, await test.connect(), [tallying('shared')]);
    await Promise.all([runnerOf(tallying('shared')).drain(), other.drain()]);
    expect([await tally(), await checkpoint('shared')]).toEqual([[1, 2, 3, 4, 5, 6], 6]);
  });

  it('stand still at an event that they can not handle, visibly, and go on when they can', async () => {
    jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    let poisoned = true;
    const handled: number[] = [];
    const runner = runnerOf({
      name: 'poisoned',
      types: ['counter.counted'],
      batchSize: 1,
      react: ({ position }) => {
        if (poisoned && position === 3) return Promise.reject(new Error('event 3 is poison'));
        handled.push(position);
        return Promise.resolve();
      },
    });
    runner.start({ pollMillis: 5, longestPauseMillis: 20 });
    const until = async (holds: () => boolean) => {
      for (let waited = 0; waited < 20_000 && !holds(); waited += 20) await sleep(20);
      expect(runner.status()).toMatchObject([{ name: 'poisoned' }]);
    };
    await until(() => runner.status()[0]?.stopped === true);
    expect(runner.status()).toEqual([
      { name: 'poisoned', position: 2, lastError: 'event 3 is poison', stopped: true },
    ]);
    expect([handled, await checkpoint('poisoned')]).toEqual([[1, 2], 2]);
    poisoned = false;
    await until(() => handled.length === 6);
    await runner.stop();
    expect(handled).toEqual([1, 2, 3, 4, 5, 6]);
    expect(runner.status()).toEqual([{ name: 'poisoned', position: 6, lastError: null, stopped: false }]);
  });

  it('more of them than there are connections do not wait for each other for ever', async () => {
    const few = await test.connect({ maximumConnections: 6 });
    const narrow = new EventStore(few, new EventRegistry([counted, answered]));
    const seen = new Map<string, number>();
    const runner = new SubscriptionRunner(
      narrow,
      few,
      Array.from({ length: 12 }, (_unused, n) => ({
        name: `many-${n}`,
        types: ['counter.counted'],
        react: async () => {
          await few.query('SELECT 1');
          seen.set(`many-${n}`, (seen.get(`many-${n}`) ?? 0) + 1);
        },
      })),
    );
    runner.start({ pollMillis: 5 });
    for (
      let waited = 0;
      waited < 8_000 && [...seen.values()].reduce((sum, n) => sum + n, 0) < 72;
      waited += 20
    )
      await sleep(20);
    await runner.stop();
    expect([...seen.values()]).toEqual(Array.from({ length: 12 }, () => 6));
  });

  it('that decide give their events ids of their cause: handled again after a crash, nothing happens twice', async () => {
    const decider: Decider<number, string, { type: 'answer.given'; data: { to: string } }> = {
      initialState: 0,
      decide: (to) => accepted([{ type: 'answer.given', data: { to } }]),
      evolve: (given) => given + 1,
    };
    let crashes = 2;
    const answering = (): Subscription => ({
      name: 'answering',
      types: ['counter.counted'],
      react: async (event) => {
        const cause = ['answer', event.eventId];
        await execute(store, {
          streamId: 'answers',
          decider,
          command: event.streamId,
          definitions: [answered],
          at,
          cause,
        });
        if (event.position % 3 === 0 && crashes-- > 0)
          throw new Error('killed after the effect, before the checkpoint');
      },
    });
    await expect(runnerOf(answering()).drain()).rejects.toThrow('killed');
    await expect(runnerOf(answering()).drain()).rejects.toThrow('killed');
    // Two more programs at once, one of which finds everything done.
    const other = new SubscriptionRunner(store, await test.connect(), [answering()]);
    await Promise.all([runnerOf(answering()).drain(), other.drain()]);
    const answers = await store.readStream('answers');
    expect(answers.map(({ data }) => data)).toEqual(
      Array.from({ length: 6 }, (_unused, n) => ({ to: `counter-${n}` })),
    );
    const [first] = await store.readStream('counter-0');
    expect(answers[0]?.eventId).toBe(causedId('event', 'answer', first?.eventId ?? '', 0));
  });
});
