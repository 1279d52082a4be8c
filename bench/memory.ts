import { join } from 'node:path';
import { LoadCalls } from '#call-log/load-calls/load-calls.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import { type Bench, secondsOf } from './bench-result.js';
import { writeMadeUpCalls } from './made-up-customers.js';
import { prepareCallLog, withScratchDatabase } from './scratch-fairline.js';

const CALLS = Number(process.env.FAIRLINE_BENCH_CALLS ?? 1_000_000);
const ASKED_MB = 400;
const KIB_PER_MIB = 1024;

/** The largest resident set of a process that loads a million calls from one file. */
export const memoryBench: Bench = {
  name: 'memory',
  asked: `less than ${ASKED_MB} MB`,
  meets: (result) => result.rssMb < ASKED_MB,
  run: (tell) =>
    withScratchDatabase(async ({ database, directory }) => {
      const loader = await prepareCallLog(database);
      const file = join(directory, 'calls.jsonl');
      await writeMadeUpCalls(file, CALLS, 2);
      const before = process.resourceUsage().maxRSS / KIB_PER_MIB;
      const seconds = await secondsOf(async () => {
        const counts = acceptedOrThrow(await loader.execute(new LoadCalls([file])));
        if (counts.accepted !== CALLS)
          throw new Error(`Not every call was accepted: ${JSON.stringify(counts)}`);
      });
      tell(`${CALLS} calls in ${seconds.toFixed(1)} s; ${Math.round(before)} MB before the load`);
      return {
        value: process.resourceUsage().maxRSS / KIB_PER_MIB,
        unit: 'MB',
        reference: {
          what: `MB allowed while ${CALLS.toLocaleString('en')} calls are loaded`,
          value: ASKED_MB,
        },
      };
    }),
};
