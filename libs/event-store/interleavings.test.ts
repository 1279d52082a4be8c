import { z } from 'zod';
import { instant } from '#calendar/instant.js';
import { type TestDatabase, createTestDatabase } from '#platform/testing/test-database.js';
import { defineEvent } from './event.js';
import { EventRegistry } from './event-registry.js';
import { APPEND_BARRIER } from './event-rows.js';
import { type AppendingTransaction, EventStore } from './event-store.js';

const counted = defineEvent({ type: 'counter.counted', version: 1, schema: z.object({ writer: z.int() }) });
const at = instant('2026-10-16T07:00:00Z');

type Ending = 'commit' | 'rollback';
/** `begin` takes the barrier, `append` draws the position, `end` commits or rolls back. */
interface Step {
  readonly writer: number;
  readonly does: 'begin' | 'append' | 'end';
}
const STEPS = ['begin', 'append', 'end'] as const;

/** Every order in which the steps of several transactions can follow each other; they are numbered as they begin, since they are alike. */
function interleavings(writers: number): Step[][] {
  const found: Step[][] = [];
  const go = (done: readonly number[], sofar: readonly Step[]) => {
    if (done.every((steps) => steps === STEPS.length)) found.push([...sofar]);
    done.forEach((steps, writer) => {
      const does = STEPS[steps];
      if (does !== undefined) go(done.with(writer, steps + 1), [...sofar, { writer, does }]);
    });
  };
  go(
    Array.from({ length: writers }, () => 0),
    [],
  );
  const beginsInOrder = (order: readonly Step[]) =>
    order.filter(({ does }) => does === 'begin').every(({ writer }, index) => writer === index);
  return found.filter(beginsInOrder);
}

function endings(writers: number): Ending[][] {
  if (writers === 0) return [[]];
  return endings(writers - 1).flatMap((rest): Ending[][] => [
    [...rest, 'commit'],
    [...rest, 'rollback'],
  ]);
}

/** A transaction that goes one step at a time. */
class Stepped {
  private readonly waiting = new Map<string, () => void>();
  private readonly reached = new Map<string, Promise<void>>();
  private readonly arrive = new Map<string, () => void>();
  private readonly finished: Promise<void>;

  constructor(store: EventStore, stream: string, writer: number, ending: Ending) {
    for (const step of STEPS) {
      this.reached.set(step, new Promise((resolve) => this.arrive.set(step, resolve)));
    }
    const gates = new Map(
      STEPS.map((step) => [step, new Promise<void>((open) => this.waiting.set(step, open))]),
    );
    this.finished = (async () => {
      await gates.get('begin');
      await store
        .appending(async (transaction: AppendingTransaction) => {
          this.arrive.get('begin')?.();
          await gates.get('append');
          await transaction.append(stream, 0, [{ definition: counted, data: { writer } }], at);
          this.arrive.get('append')?.();
          await gates.get('end');
          if (ending === 'rollback') throw new Error('rolled back');
        })
        .catch((error: Error) => {
          if (error.message !== 'rolled back') throw error;
        });
      this.arrive.get('end')?.();
    })();
  }

  async step(does: Step['does']): Promise<void> {
    this.waiting.get(does)?.();
    await Promise.race([this.reached.get(does), this.finished]);
  }
}

describe('every order of begin, append, commit and rollback', () => {
  let test: TestDatabase;
  let serial = 0;
  beforeAll(async () => {
    test = await createTestDatabase({ maximumConnections: 8, beforeCommit: undefined });
    // The feed waits so long for the barrier; here it is sure to be held, and there are hundreds of orders.
    await test.database.query("ALTER FUNCTION es.safe_horizon(bigint) SET lock_timeout = '2ms'");
  });
  afterAll(async () => test.drop());

  /** Reads the feed after each step; with what was committed by when. */
  async function run(barrier: boolean, order: readonly Step[], ending: readonly Ending[]) {
    const store = new EventStore(test.database, new EventRegistry([counted]), { barrier });
    serial += 1;
    const transactions = ending.map(
      (one, writer) => new Stepped(store, `counter-${serial}-${writer}`, writer, one),
    );
    const [last] = await test.database.query<{ position: number }>(
      'SELECT coalesce(max(position), 0) AS position FROM es.event',
    );
    let position = last?.position ?? 0;
    const seen: number[] = [];
    const read = async () => {
      const page = await store.readFeed(position);
      position = page.position;
      seen.push(...page.events.map((event) => (event.data as { writer: number }).writer));
    };
    for (const { writer, does } of order) {
      await transactions[writer]?.step(does);
      if (does !== 'begin') await read();
    }
    await read();
    return seen;
  }

  const committed = (order: readonly Step[], ending: readonly Ending[]) =>
    order
      .filter(({ writer, does }) => does === 'append' && ending[writer] === 'commit')
      .map(({ writer }) => writer);

  it('of two transactions: the feed gives what was committed, in the order of the appends', async () => {
    const orders = interleavings(2);
    expect(orders).toHaveLength(10);
    for (const order of orders) {
      for (const ending of endings(2)) {
        const described = order.map(({ writer, does }) => `${writer} ${does}`).join(', ');
        expect([described, ending, await run(true, order, ending)]).toEqual([
          described,
          ending,
          committed(order, ending),
        ]);
      }
    }
  });

  it('of three transactions in which each begins before another ends', async () => {
    const orders = interleavings(3).filter((order) =>
      order.slice(0, 3).every(({ does }) => does === 'begin'),
    );
    const sample = orders.filter((_order, index) => index % 5 === 0);
    expect(orders).toHaveLength(90);
    for (const [index, order] of sample.entries()) {
      const ending = endings(3)[index % 8] ?? [];
      const described = order.map(({ writer, does }) => `${writer} ${does}`).join(', ');
      expect([described, ending, await run(true, order, ending)]).toEqual([
        described,
        ending,
        committed(order, ending),
      ]);
    }
  });

  it('without the barrier exactly those orders lose an event in which a higher position is committed first', async () => {
    const losing = [];
    for (const order of interleavings(2)) {
      const seen = await run(false, order, ['commit', 'commit']);
      if (seen.length < 2)
        losing.push(
          order
            .filter(({ does }) => does !== 'begin')
            .map(({ writer, does }) => `${writer} ${does}`)
            .join(', '),
        );
    }
    expect([...new Set(losing)].toSorted()).toEqual([
      '0 append, 1 append, 1 end, 0 end',
      '1 append, 0 append, 0 end, 1 end',
    ]);
  });
});

describe('a stuck appender', () => {
  it('does not block the feed or other appenders; the feed stays at its horizon and moves on afterwards', async () => {
    const test = await createTestDatabase();
    const store = new EventStore(test.database, new EventRegistry([counted]));
    const append = (stream: string) =>
      store.appending((transaction) =>
        transaction.append(stream, 0, [{ definition: counted, data: { writer: 0 } }], at),
      );
    await append('counter-before');
    const before = await store.readFeed(0);
    const stuck = await test.database.client();
    await stuck.query('BEGIN');
    await stuck.query('SELECT pg_advisory_xact_lock_shared($1)', [APPEND_BARRIER]);
    for (let n = 0; n < 3; n += 1) {
      await append(`counter-${n}`);
      expect(await store.readFeed(before.position)).toEqual({
        events: [],
        position: before.position,
        horizon: before.horizon,
      });
    }
    // Another process has no horizon of its own yet: it gives nothing rather than too much.
    const fresh = new EventStore(test.database, new EventRegistry([counted]));
    expect((await fresh.readFeed(0)).events).toEqual([]);
    await stuck.query('ROLLBACK');
    stuck.release();
    expect((await store.readFeed(before.position)).events).toHaveLength(3);
    expect((await fresh.readFeed(0)).events).toHaveLength(4);
    await test.drop();
  });
});
