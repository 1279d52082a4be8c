import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { LoadCalls } from '#call-log/load-calls/load-calls.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import type { Database } from '#platform/database/database.js';
import { type Bench, median, secondsOf } from './bench-result.js';
import { writeMadeUpCalls } from './made-up-customers.js';
import { prepareCallLog, withScratchDatabase } from './scratch-fairline.js';

const CALLS = Number(process.env.FAIRLINE_BENCH_CALLS ?? 200_000);
const ROUNDS = Number(process.env.FAIRLINE_BENCH_ROUNDS ?? 5);
const ASKED_RATIO = 0.35;

/** JSON Lines to calls that are rated, durable and counted in usage, against a bare COPY of the same rows into the same table. */
export const ingestFileBench: Bench = {
  name: 'ingest-file',
  asked: `at least ${ASKED_RATIO} of a bare COPY`,
  meets: (result) => result.ratio >= ASKED_RATIO,
  run: (tell) =>
    withScratchDatabase(async ({ database, directory }) => {
      const loader = await prepareCallLog(database);
      const file = join(directory, 'calls.jsonl');
      const copied = join(directory, 'calls.copy');
      await writeMadeUpCalls(file, CALLS, 1);
      await load(loader, file);
      await copyOut(database, copied);
      const loads: number[] = [];
      const copies: number[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        await empty(database);
        loads.push(CALLS / (await secondsOf(() => load(loader, file))));
        await empty(database);
        copies.push(CALLS / (await secondsOf(() => copyIn(database, copied))));
        tell(
          `round ${round + 1}: ${Math.round(loads[round] ?? 0)} loaded, ${Math.round(copies[round] ?? 0)} copied rows/s`,
        );
      }
      return {
        value: median(loads),
        unit: 'calls/s',
        reference: {
          what: 'rows/s of a bare COPY of the same rows into the same table',
          value: median(copies),
        },
        ratio: median(loads.map((value, round) => value / (copies[round] ?? value))),
      };
    }),
};

async function load(loader: Awaited<ReturnType<typeof prepareCallLog>>, file: string): Promise<void> {
  const counts = acceptedOrThrow(await loader.execute(new LoadCalls([file])));
  if (counts.accepted !== CALLS) throw new Error(`Not every call was accepted: ${JSON.stringify(counts)}`);
}

/** In the order in which the load stored them, which suits the indexes better than the order of the file: COPY at its best. */
export async function copyOut(database: Database, path: string): Promise<void> {
  const client = await database.client();
  try {
    await pipeline(
      client.query(copyTo('COPY (SELECT * FROM cdr.call_record) TO STDOUT')),
      createWriteStream(path),
    );
  } finally {
    client.release();
  }
}

export async function copyIn(database: Database, path: string): Promise<void> {
  const client = await database.client();
  try {
    await pipeline(
      createReadStream(path, { highWaterMark: 1 << 20 }),
      client.query(copyFrom('COPY cdr.call_record FROM STDIN')),
    );
  } finally {
    client.release();
  }
}

/** Also writes out what earlier rounds left, so that no round pays for another. */
export async function empty(database: Database): Promise<void> {
  await database.query(
    'TRUNCATE cdr.call_record, cdr.batch_result, cdr.rejected_record, cdr.batch_tally, cdr.kafka_count, cdr.kafka_offset, usage.daily, ingest.batch, ingest.kafka_partition, ingest.read_count',
  );
  await database.query('UPDATE cdr.bucket_head SET last_seq = 0');
  await database.query('UPDATE usage.projection SET seq = 0');
  await database.query('VACUUM cdr.bucket_head, usage.projection, usage.daily');
  await database.query('CHECKPOINT');
}
