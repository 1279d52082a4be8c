import { z } from 'zod';
import { instant } from '#calendar/instant.js';
import { defineEvent } from '#event-store/event.js';
import { EventRegistry } from '#event-store/event-registry.js';
import { EventStore } from '#event-store/event-store.js';
import type { Database } from '#platform/database/database.js';
import { type Bench, median, secondsOf } from './bench-result.js';
import { withScratchDatabase } from './scratch-fairline.js';

const WRITERS = 16;
const APPENDS_PER_WRITER = 40;
const EVENTS_PER_APPEND = 1;
const ROUNDS = 31;
const FEED_PAUSE_MILLIS = 100;
const ASKED_RATIO = 0.85;

const counted = defineEvent({
  type: 'bench.counted',
  version: 1,
  schema: z.object({ writer: z.int(), n: z.int(), note: z.string() }),
});
const AT = instant('2026-10-16T07:00:00Z');

/** Appends by concurrent writers while a feed is read, against the same appends without the barrier (and an unsafe feed). */
export const appendBench: Bench = {
  name: 'append',
  asked: `at least ${ASKED_RATIO} of the same without the barrier`,
  meets: (result) => result.ratio >= ASKED_RATIO,
  run: (tell) =>
    withScratchDatabase(async ({ database }) => {
      const registry = new EventRegistry([counted]);
      const safe = new EventStore(database, registry);
      const unsafe = new EventStore(database, registry, { barrier: false });
      await appendAll(database, safe, 'warm-safe');
      await appendAll(database, unsafe, 'warm-unsafe');
      const withBarrier: number[] = [];
      const without: number[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        // Each goes first in every other round: what the disk does in between falls on both.
        const runs = [
          async () => withBarrier.push(await appendAll(database, safe, `safe-${round}`)),
          async () => without.push(await appendAll(database, unsafe, `unsafe-${round}`)),
        ];
        for (const run of round % 2 === 0 ? runs : runs.toReversed()) await run();
      }
      tell(`with the barrier ${withBarrier.map(Math.round).join(', ')} events/s`);
      tell(`without         ${without.map(Math.round).join(', ')} events/s`);
      return {
        value: median(withBarrier),
        unit: 'events/s',
        reference: {
          what: 'events/s without the barrier, when the feed can lose events',
          value: median(without),
        },
        // Of neighbouring rounds, so that a slow minute of the machine is in both figures.
        ratio: median(withBarrier.map((value, round) => value / (without[round] ?? value))),
      };
    }),
};

/** @returns events per second */
async function appendAll(database: Database, store: EventStore, run: string): Promise<number> {
  const done = new AbortController();
  const reading = (async () => {
    let position = await highestPosition(database);
    while (!done.signal.aborted) {
      position = (await store.readFeed(position)).position;
      await new Promise((resolve) => setTimeout(resolve, FEED_PAUSE_MILLIS));
    }
  })();
  const seconds = await secondsOf(() =>
    Promise.all(
      Array.from({ length: WRITERS }, (_unused, writer) => write(store, `${run}-${writer}`, writer)),
    ),
  );
  done.abort();
  await reading;
  return (WRITERS * APPENDS_PER_WRITER * EVENTS_PER_APPEND) / seconds;
}

async function highestPosition(database: Database): Promise<number> {
  const [row] = await database.query<{ position: number }>(
    'SELECT coalesce(max(position), 0) AS position FROM es.event',
  );
  return row?.position ?? 0;
}

/** Streams are short: a new one after every tenth event. */
async function write(store: EventStore, run: string, writer: number): Promise<void> {
  for (let n = 0; n < APPENDS_PER_WRITER; n += 1) {
    const stream = `bench-${run}-${Math.floor(n / 10)}`;
    await store.appending((transaction) =>
      transaction.append(
        stream,
        n % 10,
        [{ definition: counted, data: { writer, n, note: 'as long as a small decision is' } }],
        AT,
      ),
    );
  }
}
