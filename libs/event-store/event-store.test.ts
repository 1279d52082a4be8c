import { z } from 'zod';
import { instant } from '#calendar/instant.js';
import { accepted, refused } from '#outcome/outcome.js';
import { type TestDatabase, createTestDatabase } from '#platform/testing/test-database.js';
import { type Decider, execute } from './decider.js';
import { defineEvent } from './event.js';
import { EventRegistry } from './event-registry.js';
import { APPEND_BARRIER } from './event-rows.js';
import { EventStore, StreamClosed, VersionConflict } from './event-store.js';
import { SubscriptionRunner } from './subscription.js';

const counted = defineEvent({
  type: 'counter.counted',
  version: 2,
  schema: z.object({ by: z.int() }),
  upcasters: { 1: (data) => ({ by: (data as { amount: number }).amount }) },
});
const at = instant('2026-10-16T07:00:00Z');
const event = (by: number, eventId?: string) => ({
  definition: counted,
  data: { by },
  ...(eventId === undefined ? {} : { eventId }),
});

describe('the event store', () => {
  let test: TestDatabase;
  let store: EventStore;
  const append = (stream: string, version: number, by: number, eventId?: string) =>
    store.appending((transaction) => transaction.append(stream, version, [event(by, eventId)], at));

  beforeAll(async () => {
    test = await createTestDatabase();
    store = new EventStore(test.database, new EventRegistry([counted]));
  });
  afterAll(async () => test.drop());

  it('keeps the order of a stream and refuses a decision made on an older one', async () => {
    await append('counter-1', 0, 1);
    await append('counter-1', 1, 2);
    await expect(append('counter-1', 1, 3)).rejects.toMatchObject({ expected: 1, actual: 2 });
    await expect(append('counter-1', 0, 3)).rejects.toBeInstanceOf(VersionConflict);
    await expect(append('counter-none', 4, 3)).rejects.toMatchObject({ actual: 0 });
    expect(
      (await store.readStream('counter-1')).map(({ streamVersion, data }) => [streamVersion, data]),
    ).toEqual([
      [1, { by: 1 }],
      [2, { by: 2 }],
    ]);
  });

  it('a repeat with the same event ids writes nothing', async () => {
    const id = '11111111-1111-5111-8111-111111111111';
    const first = await append('counter-2', 0, 1, id);
    const second = await append('counter-2', 0, 1, id);
    expect([first.kind, second.kind]).toEqual(['appended', 'already-appended']);
    expect(second.events).toEqual(first.events);
    expect(await store.readStream('counter-2')).toHaveLength(1);
  });

  it('an append of nothing is a mistake, and a closed stream takes nothing', async () => {
    await expect(
      store.appending((transaction) => transaction.append('counter-3', 0, [], at)),
    ).rejects.toThrow(RangeError);
    await append('counter-3', 0, 1);
    await store.appending((transaction) => transaction.closeStream('counter-3'));
    await expect(append('counter-3', 1, 1)).rejects.toBeInstanceOf(StreamClosed);
  });

  it('nobody changes or removes an event, not even the owner of the table', async () => {
    for (const statement of [
      "UPDATE es.event SET data = '{}'",
      'DELETE FROM es.event',
      'TRUNCATE es.event',
    ]) {
      await expect(test.database.query(statement)).rejects.toMatchObject({ code: '23001' });
    }
    await test.database.query(
      'CREATE ROLE reader_of_events; GRANT USAGE ON SCHEMA es TO reader_of_events; GRANT SELECT, INSERT ON es.event TO reader_of_events',
    );
    const client = await test.database.client();
    await client.query('SET ROLE reader_of_events');
    await expect(client.query('DELETE FROM es.event')).rejects.toMatchObject({ code: '42501' });
    await client.query('RESET ROLE');
    client.release();
    await test.database.query('DROP OWNED BY reader_of_events; DROP ROLE reader_of_events');
  });

  it('an event of an earlier version is read in the form of now', async () => {
    await test.database.query(
      "INSERT INTO es.event (stream_id, stream_version, event_id, event_type, schema_version, data, metadata, occurred_at) VALUES ('counter-old', 1, gen_random_uuid(), 'counter.counted', 1, '{\"amount\": 7}', '{}', now())",
    );
    expect((await store.readStream('counter-old'))[0]?.data).toEqual({ by: 7 });
  });

  it('a conflict decides again on what is there now, and gives up after three times', async () => {
    let decisions = 0;
    const decider: Decider<number, 'count', { type: 'counter.counted'; data: { by: number } }> = {
      initialState: 0,
      decide: (_command, state) => {
        decisions += 1;
        return state >= 2
          ? refused('enough', 'Two are enough.')
          : accepted([{ type: 'counter.counted', data: { by: 1 } }]);
      },
      evolve: (state, counted) => state + counted.data.by,
    };
    const execution = {
      streamId: 'counter-4',
      decider,
      command: 'count' as const,
      definitions: [counted],
      at,
    };
    expect(await Promise.all([execute(store, execution), execute(store, execution)])).toMatchObject([
      { ok: true },
      { ok: true },
    ]);
    expect(decisions).toBeGreaterThanOrEqual(2);
    expect(await execute(store, execution)).toMatchObject({ ok: false, refusal: { code: 'enough' } });

    const busy = {
      ...store,
      readStream: () => Promise.resolve([]),
      appending: (work: never) => store.appending(work),
      eventById: () => Promise.resolve(undefined),
    } as unknown as EventStore;
    decisions = 0;
    await expect(execute(busy, execution)).rejects.toBeInstanceOf(VersionConflict);
    expect(decisions).toBe(3);
  });

  it('a command with a cause is carried out once', async () => {
    const decider: Decider<number, 'count', { type: 'counter.counted'; data: { by: number } }> = {
      initialState: 0,
      decide: () => accepted([{ type: 'counter.counted', data: { by: 1 } }]),
      evolve: (state, counted) => state + counted.data.by,
    };
    const execution = {
      streamId: 'counter-5',
      decider,
      command: 'count' as const,
      definitions: [counted],
      at,
      cause: ['test', 5],
    };
    expect(await execute(store, execution)).toMatchObject({ value: { repeated: false } });
    expect(await execute(store, execution)).toMatchObject({ value: { repeated: true, state: 1 } });
  });

  it('of many who carry out one cause at the same moment one writes, and all are told the same state', async () => {
    const decider: Decider<number, 'count', { type: 'counter.counted'; data: { by: number } }> = {
      initialState: 0,
      decide: () => accepted([{ type: 'counter.counted', data: { by: 1 } }]),
      evolve: (state, counted) => state + counted.data.by,
    };
    for (let round = 0; round < 10; round += 1) {
      let alongside = 0;
      const results = await Promise.all(
        Array.from({ length: 6 }, () =>
          execute(store, {
            streamId: `counter-at-once-${round}`,
            decider,
            command: 'count' as const,
            definitions: [counted],
            at,
            cause: ['at once', round],
            alongside: () => {
              alongside += 1;
              return Promise.resolve();
            },
          }),
        ),
      );
      expect(results.map((result) => (result.ok ? result.value.state : result.refusal))).toEqual(
        Array.from({ length: 6 }, () => 1),
      );
      expect(alongside).toBe(1);
    }
  });

  it('a repeat whose first was committed after the stream was read writes no read model again', async () => {
    const decider: Decider<number, 'count', { type: 'counter.counted'; data: { by: number } }> = {
      initialState: 0,
      decide: () => accepted([{ type: 'counter.counted', data: { by: 1 } }]),
      evolve: (state, counted) => state + counted.data.by,
    };
    let alongside = 0;
    const execution = {
      streamId: 'counter-late',
      decider,
      command: 'count' as const,
      definitions: [counted],
      at,
      cause: ['late'],
      alongside: () => {
        alongside += 1;
        return Promise.resolve();
      },
    };
    let overtaken = false;
    const slow = Object.assign(Object.create(store) as EventStore, {
      appending: (work: Parameters<EventStore['appending']>[0]) =>
        store.appending(async (transaction) =>
          work({
            ...transaction,
            append: async (...args) => {
              if (!overtaken) {
                overtaken = true;
                await execute(store, execution);
              }
              return transaction.append(...args);
            },
          }),
        ),
    });
    expect(await execute(slow, execution)).toMatchObject({ value: { repeated: true, state: 1 } });
    expect(alongside).toBe(1);
  });
});

describe('the feed', () => {
  let test: TestDatabase;
  beforeEach(async () => {
    test = await createTestDatabase();
  });
  afterEach(async () => test.drop());
  const storeOf = (barrier = true) =>
    new EventStore(test.database, new EventRegistry([counted]), { barrier });

  /** Draws a position in one transaction, lets a second one commit a higher position first, and reads the feed in between. */
  async function interleave(store: EventStore): Promise<number[]> {
    const seen: number[] = [];
    let position = 0;
    const read = async () => {
      const page = await store.readFeed(position);
      seen.push(...page.events.map((one) => (one.data as { by: number }).by));
      position = page.position;
    };
    let commitFirst: () => void = () => undefined;
    const mayCommit = new Promise<void>((resolve) => (commitFirst = resolve));
    let drawn: () => void = () => undefined;
    const hasDrawn = new Promise<void>((resolve) => (drawn = resolve));
    const slow = store.appending(async (transaction) => {
      await transaction.append('counter-slow', 0, [event(1)], at);
      drawn();
      await mayCommit;
    });
    await hasDrawn;
    await store.appending((transaction) => transaction.append('counter-fast', 0, [event(2)], at));
    await read();
    commitFirst();
    await slow;
    await read();
    return seen;
  }

  it('does not go past an event that is drawn and not yet committed', async () => {
    expect(await interleave(storeOf())).toEqual([1, 2]);
  });

  it('without the barrier that event is lost for ever, so the test above can fail', async () => {
    expect(await interleave(storeOf(false))).toEqual([2]);
  });

  it('waits 50 ms for a stuck appender and then gives what was safe before', async () => {
    const store = storeOf();
    await store.appending((transaction) => transaction.append('counter-1', 0, [event(1)], at));
    expect((await store.readFeed(0)).events).toHaveLength(1);
    const stuck = await test.database.client();
    await stuck.query('BEGIN');
    await stuck.query('SELECT pg_advisory_xact_lock_shared($1)', [APPEND_BARRIER]);
    await store.appending((transaction) => transaction.append('counter-2', 0, [event(2)], at));
    expect((await store.readFeed(0)).events).toHaveLength(1);
    await stuck.query('ROLLBACK');
    stuck.release();
    expect((await store.readFeed(0)).events).toHaveLength(2);
  });

  it('a subscription sees every event once, its rows and its checkpoint together', async () => {
    const store = storeOf();
    for (let n = 0; n < 5; n += 1)
      await store.appending((transaction) => transaction.append(`counter-${n}`, 0, [event(n)], at));
    const seen: number[] = [];
    let failOnce = true;
    const runner = new SubscriptionRunner(store, test.database, [
      {
        name: 'test',
        types: ['counter.counted'],
        batchSize: 2,
        project: (events) => {
          if (failOnce && seen.length === 2) {
            failOnce = false;
            return Promise.reject(new Error('the database went away'));
          }
          seen.push(...events.map((one) => (one.data as { by: number }).by));
          return Promise.resolve();
        },
      },
    ]);
    await expect(runner.drain()).rejects.toThrow('went away');
    await runner.drain();
    await runner.drain();
    expect(seen).toEqual([0, 1, 2, 3, 4]);
    expect(runner.status()).toMatchObject([{ name: 'test', position: 5, stopped: false }]);
  });

  it('what one subscription appends another reacts to before the feed is at rest', async () => {
    const store = storeOf();
    await store.appending((transaction) => transaction.append('counter-1', 0, [event(3)], at));
    const runner = new SubscriptionRunner(store, test.database, [
      {
        name: 'countdown',
        types: ['counter.counted'],
        react: async (one) => {
          const by = (one.data as { by: number }).by;
          if (by > 0)
            await store.appending((transaction) =>
              transaction.append(one.streamId, one.streamVersion, [event(by - 1)], at),
            );
        },
      },
    ]);
    await runner.drain();
    expect(await store.readStream('counter-1')).toHaveLength(4);
  });

  it('two runners of one subscription never handle a batch at once', async () => {
    const store = storeOf();
    for (let n = 0; n < 20; n += 1)
      await store.appending((transaction) => transaction.append(`counter-${n}`, 0, [event(n)], at));
    const seen: number[] = [];
    const runner = () =>
      new SubscriptionRunner(store, test.database, [
        {
          name: 'shared',
          types: ['counter.counted'],
          batchSize: 3,
          project: (events) => Promise.resolve(void seen.push(...events.map((one) => one.position))),
        },
      ]);
    await Promise.all([runner().drain(), runner().drain()]);
    expect(seen.toSorted((a, b) => a - b)).toEqual([...new Set(seen)].toSorted((a, b) => a - b));
    expect(seen).toHaveLength(20);
  });
});
